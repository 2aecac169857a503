"""The strangest KMEs that conform: nothing fails them."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from checks_wire_miniatures import Miniature, Refused

from qonform.checks.etsi014 import (
    extensions,
    fetching,
    get_key,
    histories,
    life_cycle,
    races,
    rest_get,
    rest_paths,
    rest_unreadable,
    status,
)
from qonform.checks.inventory import checks_over
from qonform.judging import judges, lifetime
from qonform.ports.key_delivery import GetKeyWithIds

NOT_FOUND = "one or more keys specified are not found on KME"


def failed(judged: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {requirement: why for requirement, (said, why) in judged.items() if said == "fail"}


class Overloaded(Miniature):
    """So many others ask that it has no time for each second request, and names no time to ask."""

    def __init__(self, code: int, seed: int) -> None:
        super().__init__()
        self.code, self.chance = code, random.Random(seed)

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        wanted = super().wanted(method, body, query)
        if wanted.get("extension_mandatory"):
            raise Refused(400, extensions.UNSUPPORTED)
        if wanted.get("additional_slave_SAE_IDs"):
            raise Refused(400, "no additional slaves")
        return wanted

    def answer(self, *asked: Any) -> Any:
        if self.chance.random() < 0.5:
            raise Refused(self.code, "too busy")
        return super().answer(*asked)


ANY_CODE = [
    check.function
    for check in checks_over("etsi-014")
    if check.requirements
    and not check.id.startswith(("etsi014.transport", "etsi014.identity"))
    and "over_all_transports" not in check.id
]


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_server_is_not_failed_for_being_busy(judge_miniature, code):
    judged, _ = judge_miniature(Overloaded(code, seed=7), *ANY_CODE)
    assert failed(judged) == {}
    passed = [requirement for requirement, (said, _) in judged.items() if said == "pass"]
    assert len(passed) > 15, judged


class BusyForTheUnknown(Miniature):
    """Everybody is served at once, and for a key that is not there it is always too busy."""

    def get_key_with_ids(self, *asked: Any) -> Any:
        try:
            return super().get_key_with_ids(*asked)
        except Refused as refused:
            raise Refused(503 if refused.args[0] == 400 else refused.args[0], NOT_FOUND) from None


def test_who_is_busy_for_one_question_alone_is_not_busy(judge_miniature):
    judged, _ = judge_miniature(BusyForTheUnknown(), fetching.a_batch_with_an_unknown_key)
    assert list(failed(judged)) == ["ETSI-014-6.4-04"], judged


class DownForAWhile(Miniature):
    """From the third Get key on everything is answered 503."""

    def answer(self, *asked: Any) -> Any:
        if len(self.keys) >= 3:
            raise Refused(503, "maintenance")
        return super().answer(*asked)


def test_a_server_that_is_down_has_lost_no_key(judge_miniature):
    judged, _ = judge_miniature(
        DownForAWhile(),
        life_cycle.earlier_keys_outlive_later_requests,
        fetching.a_third_party_is_refused,
        status.a_master_is_told_its_status,
        rest_paths.the_path_is_url_decoded,
    )
    assert {said for said, _ in judged.values()} == {"inconclusive"}, judged


class ShortLived(Miniature):
    """A key lives for a quarter of a second, which is not much longer than a Get key takes."""

    life_s, takes_s = 0.25, 0.1

    def __init__(self) -> None:
        super().__init__()
        self.issued: dict[str, float] = {}

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        time.sleep(self.takes_s)
        made = super().get_key(caller, slave, wanted)
        self.issued |= {key["key_ID"]: time.monotonic() for key in made["keys"]}
        return made

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        time.sleep(self.takes_s / 2)
        over = time.monotonic() - self.life_s
        self.keys = {i: key for i, key in self.keys.items() if self.issued[i] > over}
        return super().get_key_with_ids(caller, master, ids)


OF_LOSS = (
    life_cycle.earlier_keys_outlive_later_requests,
    life_cycle.many_keys_wait_for_their_slave,
    fetching.a_third_party_is_refused,
    fetching.a_batch_with_one_foreign_key,
    fetching.a_batch_with_an_unknown_key,
    fetching.a_batch_with_one_key_twice,
    races.one_slave_asks_for_one_key_many_times_at_once,
    races.a_slave_and_a_third_party_at_once,
    histories.any_history_agrees_with_the_model,
)


@pytest.mark.parametrize("check", OF_LOSS, ids=lambda check: check.__name__)
def test_a_key_that_has_outlived_its_life_is_not_lost(judge_miniature, monkeypatch, check):
    monkeypatch.setattr(lifetime, "SHORTEST_S", 0.0)
    judged, _ = judge_miniature(ShortLived(), get_key.a_key_reaches_both_ends, check)
    assert failed(judged) == {}


class Forgetful(ShortLived):
    """A key lives for a twentieth of a second: no master tells its slave the ID so fast."""

    life_s, takes_s = 0.05, 0.0


def test_a_key_that_is_gone_before_anybody_could_ask_is_lost(judge_miniature):
    judged, _ = judge_miniature(Forgetful(), life_cycle.many_keys_wait_for_their_slave)
    assert failed(judged).keys() == {"ETSI-014-5.3-04"}, judged


def test_a_spare_key_that_is_gone_is_replaced(judge_miniature):
    kme = Miniature()

    @judges(deepens=("ETSI-014-5.2-01",), keys=0)
    def meanwhile(_bench: Any, _judge: Any) -> None:
        """All that was not fetched is forgotten."""
        kme.keys.clear()

    judged, session = judge_miniature(
        kme,
        get_key.a_key_reaches_both_ends,
        get_key.an_absent_number_is_one,
        meanwhile,
        fetching.a_key_is_delivered_once,
        get_key.an_absent_number_is_one,
        fetching.a_master_does_not_fetch_its_own_key,
    )
    del judged["ETSI-014-5.2-01"]
    assert {said for said, _ in judged.values()} == {"pass"}, judged
    assert session.meter.spent.keys == 5  # what is a spare once is none any more


class NamesKeysOfDetails(Miniature):
    """The details of an Error say which member is wrong, under the name `key`."""

    def answer(self, *asked: Any) -> Any:
        try:
            return super().answer(*asked)
        except Refused as refused:
            code, message, *_ = refused.args
            raise Refused(code, message, {}, [{"key": "extension_mandatory", "value": 1}]) from None


def test_a_member_named_key_is_not_always_a_key(judge_miniature):
    _, session = judge_miniature(
        NamesKeysOfDetails(),
        fetching.a_batch_with_an_unknown_key,
        rest_unreadable.key_ids_that_cannot_be_read,
    )
    seen = {r.finding.requirement: r.finding.verdict.value for r in session.monitored()}
    assert seen["ETSI-014-6.4-06"] == seen["ETSI-014-6.5-01"] == "pass", seen


class Hides(Miniature):
    """A refusal that gives the key away all the same."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        held = [{"key_ID": i, "key": self.keys[i][0]} for i in ids if i in self.keys]
        try:
            return super().get_key_with_ids(caller, master, ids)
        except Refused as refused:
            raise Refused(*refused.args[:2], {}, held) from None


def test_a_key_in_the_details_of_a_refusal_is_seen(judge_miniature):
    _, session = judge_miniature(Hides(), fetching.a_batch_with_an_unknown_key)
    seen = {r.finding.requirement: r.finding.verdict.value for r in session.monitored()}
    assert seen["ETSI-014-6.4-06"] == "fail", seen


class CallsIdsInCapitals(Miniature):
    """The slave is told its IDs in capitals."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        keys = super().get_key_with_ids(caller, master, ids)["keys"]
        return {"keys": [{**key, "key_ID": key["key_ID"].upper()} for key in keys]}


def test_the_letters_of_an_id_are_of_any_case(judge_miniature):
    judged, _ = judge_miniature(CallsIdsInCapitals(), rest_get.a_key_is_fetched_by_get)
    assert judged["ETSI-014-6.4-02"][0] == "pass", judged


class KeepsAllToItself(Miniature):
    """No key ever reaches the slave."""

    def get_key(self, *asked: Any) -> Any:
        made = super().get_key(*asked)
        self.keys.clear()
        return made


def test_that_no_key_arrives_is_one_finding(judge_miniature):
    judged, _ = judge_miniature(
        KeepsAllToItself(),
        get_key.a_key_reaches_both_ends,
        fetching.one_key_or_several,
        rest_get.a_key_is_fetched_by_get,
    )
    assert list(failed(judged)) == ["ETSI-014-5.4-01"], judged


def test_where_no_key_arrives_later_checks_do_not_wait_for_one(judge_miniature: Any) -> None:
    kme = KeepsAllToItself()
    kme.timeout_s = 0.5
    judged, session = judge_miniature(
        kme,
        get_key.a_key_reaches_both_ends,
        fetching.a_key_is_delivered_once,
        fetching.each_key_of_a_batch_is_delivered_once,
    )
    assert list(failed(judged)) == ["ETSI-014-5.4-01"], judged
    *_, last = session.caused
    asked = [session.log[number].call for number in last.exchanges]
    assert sum(isinstance(call, GetKeyWithIds) for call in asked) == 1


class FetchesByGetAlone(Miniature):
    """A POST of key IDs is refused."""

    def ids(self, method: str, body: bytes, query: dict[str, str]) -> list[str]:
        if method == "POST":
            raise Refused(400, "no key IDs")
        return super().ids(method, body, query)


def test_that_a_post_of_key_ids_is_not_served_is_seen_beside_a_get(judge_miniature):
    judged, _ = judge_miniature(
        FetchesByGetAlone(), rest_get.a_key_is_fetched_by_get, fetching.one_key_or_several
    )
    assert list(failed(judged)) == ["ETSI-014-6.4-01"], judged


class HangsUpOnNonsense(Miniature):
    """What cannot be read is answered by nothing at all."""

    def read(self, body: bytes) -> dict[str, Any]:
        try:
            return super().read(body)
        except Refused:
            raise ConnectionAbortedError from None


def test_silence_towards_nonsense_does_not_end_the_run(judge_miniature):
    judged, _ = judge_miniature(
        HangsUpOnNonsense(), rest_unreadable.a_key_request_that_cannot_be_read,
        get_key.a_key_reaches_both_ends,
    )  # fmt: skip
    assert judged["ETSI-014-5.4-01"][0] == "pass", judged


class SlowAndShared(Miniature):
    """A Status takes its time, and meanwhile others take their keys."""

    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()

    def status(self, *asked: Any) -> Any:
        time.sleep(0.25)
        taken = int(200 * (time.monotonic() - self.began))
        return super().status(*asked) | {
            "stored_key_count": 50_000 - taken,
            "max_key_count": 60_000,
        }


def test_what_others_take_while_status_takes_its_time_is_not_its_doing(judge_miniature):
    judged, _ = judge_miniature(SlowAndShared(), life_cycle.status_consumes_nothing)
    assert judged["ETSI-014-5.2-03"][0] == "inconclusive", judged


class SmallRoom(Miniature):
    """There is room for ten keys; who draws more finds the oldest forgotten."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"stored_key_count": 9, "max_key_count": 10}

    def get_key(self, *asked: Any) -> Any:
        made = super().get_key(*asked)
        self.keys = dict(list(self.keys.items())[-10:])
        return made


def test_no_more_keys_wait_than_there_is_room_for(judge_miniature):
    judged, _ = judge_miniature(SmallRoom(), life_cycle.many_keys_wait_for_their_slave)
    assert judged["ETSI-014-5.3-04"][0] == "pass", judged
