"""Histories end in good time, and say nothing of what was not asked."""

from __future__ import annotations

import time
from typing import Any

from checks_wire_miniatures import Miniature, Redelivers, verdicts

from qonform.checks.etsi014 import histories
from qonform.judging import Effort


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
    assert verdicts(judged) == {"inconclusive"}, judged
    assert all("no answer" in why for _, why in judged.values())


def test_histories_without_additional_slaves_say_nothing_of_them(judge_miniature):
    judged, _ = judge_miniature(Miniature(), histories.any_history_agrees_with_the_model)
    of_several = [judged[f"ETSI-014-{number}"][0] for number in ("6.2-19", "6.2-22")]
    assert of_several == ["not_applicable"] * 2, judged
    assert judged["ETSI-014-5.4-01"][0] == "pass", judged


def test_a_history_that_there_is_no_time_to_shorten_is_shown_as_it_is(judge_miniature, monkeypatch):
    monkeypatch.setattr(histories, "LONGEST_S", (0, 0, 0))
    judged, _ = judge_miniature(
        Redelivers(), histories.any_history_agrees_with_the_model, effort=Effort.STANDARD
    )
    assert judged["ETSI-014-5.4-06"][0] == "fail", judged
