"""Races catch who checks first and acts later, and nobody else."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import pytest
from checks_wire_miniatures import Miniature, Refused, failed

from qonform.checks.etsi014 import races

OF_SLAVES = (
    races.one_slave_asks_for_one_key_many_times_at_once,
    races.a_slave_asks_for_keys_alone_and_together_at_once,
    races.a_slave_and_a_third_party_at_once,
    races.requests_in_a_row_on_one_connection_ask_for_one_key,
    races.several_masters_at_once,
)


class Atomic(Miniature):
    """One request after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def answer(self, *asked: Any) -> Any:
        with self.lock:
            return super().answer(*asked)


class Crowd(Miniature):
    """Waits a while, in each request, for another one for the same keys."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()
        self.arrived: dict[str, int] = {}

    def met(self, ids: list[str]) -> bool:
        """Whether another request came while this one waited."""
        name = str(ids)
        with self.changed:
            self.arrived[name] = self.arrived.get(name, 0) + 1
            self.changed.notify_all()
            return self.changed.wait_for(lambda: self.arrived[name] > 1, 0.25)


class Hasty(Crowd):
    """Looks whether a key is there, and takes it a while later."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        held = [self.keys.get(i) for i in ids]
        if any(h is None or h[1:] != (master, caller) for h in held):
            raise Refused(400, "one or more keys specified are not found on KME")
        self.met(ids)
        for key_id in ids:
            self.keys.pop(key_id, None)
        return {"keys": [{"key_ID": i, "key": h[0]} for i, h in zip(ids, held, strict=True) if h]}


class Shy(Crowd):
    """Of several requests for a key none is served, and the key is gone."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if self.met(ids):
            for key_id in ids:
                self.keys.pop(key_id, None)
            raise Refused(400, "one or more keys specified are not found on KME")
        return super().get_key_with_ids(caller, master, ids)


class Busy(Atomic):
    """Whoever comes while another is served is told to come again."""

    def answer(self, *asked: Any) -> Any:
        if not self.lock.acquire(blocking=False):
            raise Refused(503, "come again")
        try:
            time.sleep(0.002)
            return Miniature.answer(self, *asked)
        finally:
            self.lock.release()


@pytest.mark.parametrize("kme", [Atomic, Busy])
def test_nobody_is_failed_for_serving_one_after_the_other(judge_miniature, kme):
    judged, session = judge_miniature(kme(), *OF_SLAVES)
    assert not failed(judged), judged
    assert not session.errors


def test_what_bursts_would_have_caught_is_said(judge_miniature):
    judged, _ = judge_miniature(Atomic(), races.one_slave_asks_for_one_key_many_times_at_once)
    verdict, message = judged["ETSI-014-5.4-07"]
    assert verdict == "pass"
    # how close they came is the machine's matter: a busy one may let none go out together
    caught = "answered within .* would have been caught with a probability of 0.99"
    assert re.fullmatch(f"\\d+ rounds of 8 requests at once, ({caught}|and nothing .*)", message)


def test_a_key_that_two_answers_have_is_shown_by_three_steps(judge_miniature):
    check = races.one_slave_asks_for_one_key_many_times_at_once
    _, session = judge_miniature(Hasty(), check)
    finding = next(r.finding for r in session.records if r.finding.requirement == "ETSI-014-5.4-07")
    assert finding.verdict.value == "fail"
    drawn, one, other, due = finding.history
    assert "before the burst: Get key for sae-2" in drawn
    for step in (one, other):
        assert "k1 of sae-1 -> k1 <" in step
        assert " ms: " in step
    assert due == "due: the key once for sae-2"


def test_a_key_that_is_lost_in_a_burst_is_missed(judge_miniature):
    judged, session = judge_miniature(Shy(), races.one_slave_asks_for_one_key_many_times_at_once)
    assert judged["ETSI-014-5.4-01"][0] == "fail"
    assert judged["ETSI-014-5.4-07"][0] != "fail"
    finding = next(r.finding for r in session.records if r.finding.requirement == "ETSI-014-5.4-01")
    assert "until the key must be there" in finding.history[-2]
    assert finding.history[-1] == "due: the key for sae-2"
