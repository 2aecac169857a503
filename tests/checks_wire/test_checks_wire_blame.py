"""One fault is one finding: what others broke is not blamed on the requirement at hand."""

from __future__ import annotations

import random
import time
from typing import Any

from checks_wire_miniatures import Miniature, Refused

from qonform.checks.callers import callers
from qonform.checks.etsi014 import (
    extensions,
    fetching,
    get_key,
    histories,
    identity,
    life_cycle,
    multicast,
    races,
    rest_wire,
    status,
)
from qonform.judging import Effort


class Forgetful(Miniature):
    """A Get key makes the KME forget all keys that have not been fetched."""

    def get_key(self, *asked: Any) -> Any:
        self.keys.clear()
        return super().get_key(*asked)


class WritesNull(Miniature):
    """An optional member that has no value is written as null."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"status_extension": None}


def test_a_key_that_a_later_get_key_loses_is_no_matter_of_its_size(judge_miniature):
    judged, _ = judge_miniature(
        Forgetful(),
        get_key.a_key_reaches_both_ends,
        get_key.the_largest_size_is_served,
        life_cycle.earlier_keys_outlive_later_requests,
    )
    failed = {requirement for requirement, (verdict, _) in judged.items() if verdict == "fail"}
    assert failed == {"ETSI-014-5.3-04"}, judged


class Throttled(Miniature):
    """Two requests in three are too many for it: it says so, and when to ask again."""

    asked = 0

    def answer(self, *asked: Any) -> Any:
        self.asked += 1
        if self.asked % 3:
            raise Refused(503, "too many requests", {"Retry-After": "0"})
        return super().answer(*asked)


def test_who_is_asked_to_ask_again_later_does(judge_miniature):
    judged, _ = judge_miniature(
        Throttled(), get_key.a_size_that_is_no_multiple_of_8, rest_wire.key_ids_that_cannot_be_read
    )
    assert {verdict for verdict, _ in judged.values()} == {"pass"}, judged


def test_null_stands_for_an_absent_status_extension(judge_miniature):
    _, session = judge_miniature(WritesNull(), life_cycle.status_consumes_nothing)
    seen = {r.finding.requirement: r.finding.verdict for r in session.monitored()}
    assert seen["ETSI-014-6.1-12"] == "pass"


class Redelivers(Miniature):
    """A key can be fetched for ever; and a key that never was is answered 401."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if any(i not in self.keys for i in ids):
            raise Refused(401, "")
        held = dict(self.keys)
        given = super().get_key_with_ids(caller, master, ids)
        self.keys = held
        return given


def test_a_finding_leaves_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        Redelivers(),
        fetching.a_key_is_delivered_once,
        histories.any_history_agrees_with_the_model,
    )
    failed = {requirement for requirement, (verdict, _) in judged.items() if verdict == "fail"}
    assert failed == {"ETSI-014-5.4-06", "ETSI-014-6.4-04"}, judged
    assert {verdict for verdict, _ in judged.values()} <= {"fail", "pass", "not_applicable"}, judged


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
        get_key.the_largest_size_is_served,
        get_key.sizes_outside_the_limits,
        get_key.a_size_that_is_no_multiple_of_8,
        extensions.an_unknown_optional_parameter,
        races.several_masters_at_once,
        life_cycle.roles_are_per_key,
        rest_wire.a_key_request_may_state_nothing,
        fetching.one_key_or_several,
        fetching.a_key_is_delivered_once,
    )
    wrong = {
        requirement: verdict for requirement, (verdict, _) in judged.items() if verdict != "pass"
    }
    assert wrong == {"ETSI-014-6.2-04": "inconclusive", "ETSI-014-6.2-06": "fail"}, judged


class OneSizeABatch(Miniature):
    """Keys of several sizes are not given in one answer."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if len({len(self.keys[i][0]) for i in ids if i in self.keys}) > 1:
            raise Refused(500, "a bug")
        return super().get_key_with_ids(caller, master, ids)


def test_a_batch_that_is_not_served_is_no_lost_key(judge_miniature):
    judged, _ = judge_miniature(
        OneSizeABatch(), histories.any_history_agrees_with_the_model, effort=Effort.STANDARD
    )
    failed = {requirement for requirement, (verdict, _) in judged.items() if verdict == "fail"}
    assert "ETSI-014-6.4-01" in failed
    assert "ETSI-014-5.3-04" not in failed, judged


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
        rest_wire.a_key_is_delivered_once_by_get,
        rest_wire.a_third_party_is_refused_by_get,
        rest_wire.a_key_is_fetched_by_get,
    )
    assert judged.pop("ETSI-014-6.4-02")[0] == "fail"
    assert {verdict for verdict, _ in judged.values()} <= {"pass", "not_applicable"}, judged


class FallsSilent(Miniature):
    """After some Get keys nothing is answered any more."""

    timeout_s = 0.5

    def answer(self, *asked: Any) -> Any:
        if len(self.keys) > 6:
            time.sleep(2 * self.timeout_s)
        return super().answer(*asked)

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        held = dict(self.keys)
        given = super().get_key_with_ids(caller, master, ids)
        self.keys |= {f"{i} fetched": held[i] for i in ids}
        return given


def test_a_search_that_silence_ends_decides_nothing(judge_miniature):
    judged, _ = judge_miniature(
        FallsSilent(), histories.any_history_agrees_with_the_model, effort=Effort.STANDARD
    )
    assert {verdict for verdict, _ in judged.values()} == {"inconclusive"}, judged
    assert all("no answer" in why for _, why in judged.values())


class CountsAnything(Miniature):
    """The counts of a Status are numbers by chance, another one each time."""

    def __init__(self) -> None:
        super().__init__()
        self.chance = random.Random(7)

    def status(self, *asked: Any) -> Any:
        stored = 6_000 + self.chance.randrange(11)
        counts = {"stored_key_count": stored, "max_key_count": stored + self.chance.randrange(11)}
        return super().status(*asked) | counts


def test_counts_by_chance_are_not_consumed_by_asking(judge_miniature):
    kme = CountsAnything()
    for _ in range(30):
        judged, _ = judge_miniature(kme, life_cycle.status_consumes_nothing)
        assert judged["ETSI-014-5.2-03"][0] in ("pass", "inconclusive"), judged
    judged, _ = judge_miniature(kme, rest_wire.the_path_is_url_decoded)
    assert judged["ETSI-014-5.1-09"][0] == "pass", judged


class TakesOneByAsking(Miniature):
    """Each Get status takes a key from the store."""

    def __init__(self) -> None:
        super().__init__()
        self.stored = 6_000

    def status(self, *asked: Any) -> Any:
        self.stored -= 1
        return super().status(*asked) | {"stored_key_count": self.stored, "max_key_count": 6_000}


def test_a_status_that_takes_a_key_is_seen(judge_miniature):
    judged, _ = judge_miniature(TakesOneByAsking(), life_cycle.status_consumes_nothing)
    assert judged["ETSI-014-5.2-03"][0] == "fail", judged


class NamesThePath(Miniature):
    """The SAE in the path is the master of its Status, whoever asks."""

    def status(self, node: str, caller: str, sae: str) -> Any:
        return super().status(node, caller, sae) | {"master_SAE_ID": sae, "slave_SAE_ID": caller}


def test_a_claim_that_changes_nothing_is_not_believed(judge_miniature, monkeypatch):
    monkeypatch.setattr(identity, "claimed_by_header", lambda _bench: False)
    monkeypatch.setattr(identity, "_two_of_one_node", lambda bench: (callers(bench)[0], "sae-2"))
    judged, _ = judge_miniature(
        NamesThePath(),
        identity.nobody_becomes_another_by_what_it_says,
        status.a_master_is_told_its_status,
    )
    assert judged["ETSI-014-4-06"][0] == "not_applicable", judged
    assert judged["ETSI-014-5.2-02"][0] == "fail", judged


class OneAtATime(Miniature):
    """It takes a while to have the next key, whatever Status says is stored."""

    def __init__(self) -> None:
        super().__init__()
        self.ready_s = 0.0

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if time.monotonic() < self.ready_s:
            raise Refused(503, "key pool empty")
        self.ready_s = time.monotonic() + 0.1
        return super().get_key(caller, slave, wanted)


def test_a_store_that_is_empty_for_a_moment_refuses_nothing(judge_miniature):
    judged, _ = judge_miniature(
        OneAtATime(),
        get_key.a_key_reaches_both_ends,
        get_key.the_smallest_size_is_served,
        get_key.the_largest_size_is_served,
        extensions.an_unknown_optional_parameter,
        rest_wire.a_key_request_may_state_nothing,
        rest_wire.get_with_number_and_size_is_served,
    )
    assert {verdict for verdict, _ in judged.values()} == {"pass"}, judged


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
        get_key.the_smallest_size_is_served,
        get_key.the_largest_size_is_served,
        get_key.more_keys_than_a_request_may_have,
        get_key.sizes_outside_the_limits,
        get_key.a_size_that_is_no_multiple_of_8,
        rest_wire.get_with_number_and_size_is_served,
        races.one_slave_asks_for_one_key_many_times_at_once,
    )
    wrong = {
        requirement: verdict
        for requirement, (verdict, why) in judged.items()
        if verdict != "pass" and why != "the check ended without deciding it"
    }
    undecided = dict.fromkeys(("ETSI-014-6.2-11", "ETSI-014-6.2-12"), "inconclusive")
    assert wrong == {"ETSI-014-6.2-05": "fail"} | undecided, judged


class GivesToAnybody(Miniature):
    """Whoever has the ID of a key gets it."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        owners = {self.keys[i][2] for i in ids if i in self.keys}
        return super().get_key_with_ids(owners.pop() if owners else caller, master, ids)


def test_a_claim_that_nobody_needs_is_not_believed(judge_miniature, monkeypatch):
    monkeypatch.setattr(identity, "claimed_by_header", lambda _bench: False)
    judged, _ = judge_miniature(
        GivesToAnybody(),
        identity.nobody_becomes_another_by_what_it_says,
        fetching.a_third_party_is_refused,
    )
    assert judged["ETSI-014-4-06"][0] != "fail", judged
    assert judged["ETSI-014-5.4-02"][0] == "fail", judged


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
        rest_wire.a_third_party_is_refused_by_get,
        fetching.a_key_belongs_to_its_master,
        fetching.one_key_or_several,
    )
    wrong = {
        requirement: verdict for requirement, (verdict, _) in judged.items() if verdict != "pass"
    }
    failed = ("ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-6.2-20")
    assert wrong == dict.fromkeys(failed, "fail"), judged


class WantsBothToRefuse(WantsBoth):
    """Only a Get key that states number and size is looked at for what it must support."""

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        wanted = super().wanted(method, body, query)
        if wanted.get("extension_mandatory"):
            raise Refused(400, extensions.UNSUPPORTED)
        return wanted


def test_an_extension_is_refused_where_all_is_stated(judge_miniature):
    judged, _ = judge_miniature(WantsBothToRefuse(), extensions.an_unknown_mandatory_parameter)
    assert {verdict for verdict, _ in judged.values()} == {"pass"}, judged


def test_keys_that_later_ones_replace_leave_nothing_else_undecided(judge_miniature):
    judged, _ = judge_miniature(
        Forgetful(),
        get_key.a_key_reaches_both_ends,
        get_key.an_absent_number_is_one,
        get_key.the_smallest_size_is_served,
        rest_wire.a_key_request_may_state_nothing,
        fetching.a_key_is_delivered_once,
        rest_wire.a_key_is_delivered_once_by_get,
        rest_wire.a_key_is_fetched_by_get,
        rest_wire.a_key_id_that_is_no_uuid,
        rest_wire.key_ids_that_cannot_be_read,
    )
    assert {verdict for verdict, _ in judged.values()} == {"pass"}, judged


def test_histories_without_additional_slaves_say_nothing_of_them(judge_miniature):
    judged, _ = judge_miniature(Miniature(), histories.any_history_agrees_with_the_model)
    of_several = [judged[f"ETSI-014-{number}"][0] for number in ("6.2-19", "6.2-22")]
    assert of_several == ["not_applicable"] * 2, judged
    assert judged["ETSI-014-5.4-01"][0] == "pass", judged


class ThreeKeys(Miniature):
    """Three keys are stored at any time, whatever size they will have."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"stored_key_count": 3}

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if wanted.get("number", 1) > 3:
            raise Refused(400, "more keys are requested than available")
        return super().get_key(caller, slave, wanted)


def test_many_small_keys_are_as_many_keys(judge_miniature):
    judged, _ = judge_miniature(ThreeKeys(), get_key.a_number_of_keys_is_that_many)
    assert "fail" not in {verdict for verdict, _ in judged.values()}, judged
    assert judged["ETSI-014-6.2-01"][0] == "pass", judged


def test_a_history_that_there_is_no_time_to_shorten_is_shown_as_it_is(judge_miniature, monkeypatch):
    monkeypatch.setattr(histories, "LONGEST_S", (0, 0, 0))
    judged, _ = judge_miniature(
        Redelivers(), histories.any_history_agrees_with_the_model, effort=Effort.STANDARD
    )
    assert judged["ETSI-014-5.4-06"][0] == "fail", judged


class RoundsDown(Miniature):
    """A size that is no multiple of 8 is cut to whole bytes."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        size = wanted.get("size", 256) // 8 * 8
        return super().get_key(caller, slave, wanted | {"size": size})

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"min_key_size": 72}


def test_a_key_that_is_cut_short_is_no_matter_of_chance(judge_miniature):
    judged, session = judge_miniature(RoundsDown(), get_key.a_key_of_an_odd_size_has_that_many_bits)
    assert judged["ETSI-014-3.1-02"][0] == "not_applicable", judged
    seen = {r.finding.requirement: r.finding.verdict for r in session.monitored()}
    assert seen["ETSI-014-6.2-03"] == "fail"
