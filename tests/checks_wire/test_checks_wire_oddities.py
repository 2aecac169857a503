"""What is odd about a store, or busy, or left open is no fault."""

from __future__ import annotations

import random
import time
from typing import Any

from checks_wire_miniatures import Miniature, Refused, failed, verdicts

from qonform.checks.etsi014 import (
    extensions,
    get_key,
    key_sizes,
    life_cycle,
    rest_get,
    rest_paths,
    rest_unreadable,
)


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
        Throttled(),
        key_sizes.a_size_that_is_no_multiple_of_8,
        rest_unreadable.key_ids_that_cannot_be_read,
    )
    assert verdicts(judged) == {"pass"}, judged


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
        key_sizes.the_smallest_size_is_served,
        key_sizes.the_largest_size_is_served,
        extensions.an_unknown_optional_parameter,
        get_key.a_key_request_may_state_nothing,
        rest_get.get_with_number_and_size_is_served,
    )
    assert verdicts(judged) == {"pass"}, judged


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
    assert not failed(judged), judged
    assert judged["ETSI-014-6.2-01"][0] == "pass", judged


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
    judged, _ = judge_miniature(kme, rest_paths.the_path_is_url_decoded)
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


class WritesNull(Miniature):
    """An optional member that has no value is written as null."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"status_extension": None}


def test_null_stands_for_an_absent_status_extension(judge_miniature):
    _, session = judge_miniature(WritesNull(), life_cycle.status_consumes_nothing)
    seen = {r.finding.requirement: r.finding.verdict for r in session.monitored()}
    assert seen["ETSI-014-6.1-12"] == "pass"
