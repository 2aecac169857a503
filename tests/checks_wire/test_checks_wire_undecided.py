"""One fault leaves nothing else undecided that can be seen in another way."""

from __future__ import annotations

from typing import Any

from checks_wire_miniatures import Forgetful, Miniature, Redelivers, Refused, failed, verdicts

from qonform.checks.etsi014 import (
    extensions,
    fetching,
    get_key,
    histories,
    key_sizes,
    life_cycle,
    multicast,
    races,
    rest_get,
    rest_unreadable,
)


def test_a_finding_leaves_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        Redelivers(),
        fetching.a_key_is_delivered_once,
        histories.any_history_agrees_with_the_model,
        seed=2,
    )
    assert failed(judged) == {"ETSI-014-5.4-06", "ETSI-014-6.4-04"}, judged
    assert verdicts(judged) <= {"fail", "pass", "not_applicable"}, judged


def test_keys_that_later_ones_replace_leave_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        Forgetful(),
        get_key.a_key_reaches_both_ends,
        get_key.an_absent_number_is_one,
        key_sizes.the_smallest_size_is_served,
        get_key.a_key_request_may_state_nothing,
        fetching.a_key_is_delivered_once,
        rest_get.a_key_is_delivered_once_by_get,
        rest_get.a_key_is_fetched_by_get,
        fetching.a_key_id_that_is_no_uuid,
        rest_unreadable.key_ids_that_cannot_be_read,
    )
    assert verdicts(judged) == {"pass"}, judged


class WantsBoth(Miniature):
    """A Get key must state number and size."""

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        wanted = super().wanted(method, body, query)
        if not {"number", "size"} <= set(wanted):
            raise Refused(400, "number or size is missing")
        return wanted


def test_members_that_must_be_stated_leave_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        WantsBoth(),
        get_key.a_key_reaches_both_ends,
        key_sizes.the_largest_size_is_served,
        key_sizes.sizes_outside_the_limits,
        key_sizes.a_size_that_is_no_multiple_of_8,
        extensions.an_unknown_optional_parameter,
        races.several_masters_at_once,
        life_cycle.roles_are_per_key,
        get_key.a_key_request_may_state_nothing,
        fetching.one_key_or_several,
        fetching.a_key_is_delivered_once,
    )
    wrong = {id_: verdict for id_, (verdict, _) in judged.items() if verdict != "pass"}
    assert wrong == {"ETSI-014-6.2-04": "inconclusive", "ETSI-014-6.2-06": "fail"}, judged


class WantsBothToRefuse(WantsBoth):
    """Only a Get key that states number and size is looked at for what it must support."""

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        wanted = super().wanted(method, body, query)
        if wanted.get("extension_mandatory"):
            raise Refused(400, extensions.UNSUPPORTED)
        return wanted


def test_an_extension_is_refused_where_all_is_stated(judge_miniature):
    judged, _ = judge_miniature(WantsBothToRefuse(), extensions.an_unknown_mandatory_parameter)
    assert verdicts(judged) == {"pass"}, judged


class NoGet(Miniature):
    """Keys are fetched by POST alone."""

    def ids(self, method: str, body: bytes, query: dict[str, str]) -> list[str]:
        if method == "GET":
            raise Refused(500, "a bug")
        return super().ids(method, body, query)


def test_that_get_is_not_served_leaves_nothing_open_that_post_shows(judge_miniature):
    judged, _ = judge_miniature(
        NoGet(),
        fetching.one_key_or_several,
        rest_get.a_key_is_delivered_once_by_get,
        rest_get.a_third_party_is_refused_by_get,
        rest_get.a_key_is_fetched_by_get,
    )
    assert judged.pop("ETSI-014-6.4-02")[0] == "fail"
    assert verdicts(judged) <= {"pass", "not_applicable"}, judged


class OneSize(Miniature):
    """Status allows a range of sizes; one of them is served."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if wanted.get("size", 256) != 256:
            raise Refused(400, "unsupported size")
        return super().get_key(caller, slave, wanted)


def test_sizes_that_are_not_served_leave_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        OneSize(),
        get_key.a_number_of_keys_is_that_many,
        key_sizes.the_smallest_size_is_served,
        key_sizes.the_largest_size_is_served,
        get_key.more_keys_than_a_request_may_have,
        key_sizes.sizes_outside_the_limits,
        key_sizes.a_size_that_is_no_multiple_of_8,
        rest_get.get_with_number_and_size_is_served,
        races.one_slave_asks_for_one_key_many_times_at_once,
    )
    wrong = {
        requirement: verdict
        for requirement, (verdict, why) in judged.items()
        if verdict != "pass" and why != "the check ended without deciding it"
    }
    undecided = dict.fromkeys(("ETSI-014-6.2-11", "ETSI-014-6.2-12"), "inconclusive")
    assert wrong == {"ETSI-014-6.2-05": "fail"} | undecided, judged


class CrashesForStrangers(Miniature):
    """Whoever may not have a key is answered 500."""

    def get_key_with_ids(self, *asked: Any) -> Any:
        try:
            return super().get_key_with_ids(*asked)
        except Refused as refused:
            raise Refused(500 if refused.args[0] == 401 else refused.args[0], "") from None


def test_strangers_that_are_waited_for_in_vain_leave_nothing_undecided(judge_miniature):
    judged, _ = judge_miniature(
        CrashesForStrangers(),
        multicast.no_multicast_means_a_refusal,
        fetching.a_third_party_is_refused,
        fetching.a_batch_with_one_foreign_key,
        rest_get.a_third_party_is_refused_by_get,
        fetching.a_key_belongs_to_its_master,
        fetching.one_key_or_several,
    )
    wrong = {id_: verdict for id_, (verdict, _) in judged.items() if verdict != "pass"}
    broken = ("ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-6.2-20")
    assert wrong == dict.fromkeys(broken, "fail"), judged
