"""One fault is one finding: what others broke is not blamed on the requirement at hand."""

from __future__ import annotations

import time
from typing import Any

from checks_wire_miniatures import Miniature, Refused

from qonform.checks.etsi014 import (
    extensions,
    fetching,
    get_key,
    histories,
    life_cycle,
    races,
    rest_wire,
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

    def answer(self, *asked: Any) -> Any:
        if len(self.keys) > 6:
            time.sleep(1)
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
