"""The life of requests over paths, at both ends, held against a model of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Finding, Judge
from qonform.monitors.monitor import Monitor
from qonform.oracles.path_story import PathStory
from qonform.ports.entanglement import Asked, Told
from qonform.ports.outcome import Delivered
from qonform.ports.paths import PathEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange

_PROFILE = "qinet-paths"


class PathLife(Monitor):
    """Holds all that both ends tell of circuits against a model of a request's life."""

    requirements = (
        "QIA-QNP-APP-01",
        "QIA-QNP-BEL-01",
        "QIA-QNP-BEL-04",
        "QIA-QNP-CMP-01",
        "QIA-QNP-CMP-02",
        "QIA-QNP-EVT-01",
        "QIA-QNP-EXP-01",
        "QIA-QNP-EXP-02",
        "QIA-QNP-ID-01",
        "QIA-QNP-ID-02",
        "QIA-QNP-ID-03",
        "QIA-QNP-ID-04",
        "QIA-QNP-REQ-06",
        "QIA-QNP-REQ-07",
    )
    profiles = (_PROFILE,)

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self.story = PathStory()

    def see(self, exchange: Exchange) -> None:
        """Takes in what is asked and told."""
        if exchange.profile != _PROFILE:
            return
        match exchange.call, exchange.outcome:
            case Asked() as call, outcome:
                self.story.asked(call, outcome, exchange.number)
            case Told() as told, Delivered(value=PathEvent() as event):
                self.story.told(told, event)

    def findings(self, profile: str) -> list[Finding]:
        """One finding for each requirement of which there was a case."""
        known = self._known.get(profile, frozenset())
        judge = Judge(sorted(known), tuple)
        for case in self.story.cases():
            if case.requirement in known:
                judge.that(
                    case.requirement,
                    case.holds,
                    due=case.due,
                    came=case.came,
                    evidence=case.exchanges,
                )
        return judge.judged()
