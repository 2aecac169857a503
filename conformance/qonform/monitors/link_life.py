"""What nodes tell of requests for pairs, held against the model of their life."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qonform.judging import Judge
from qonform.monitors.monitor import Monitor
from qonform.oracles.link_facts import Allowances
from qonform.oracles.link_worlds import LinkWorlds
from qonform.ports.entanglement import (
    Asked,
    Link,
    LinkError,
    LinkEvent,
    PairMade,
    PairRequest,
    RequestFailed,
    RequestKey,
    Told,
)
from qonform.ports.outcome import Delivered, Failed, Refused, Unreadable
from qonform.target import LinkClaims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange
    from qonform.judging import Finding
    from qonform.oracles.link_facts import Violation

_PROFILE = "qinet-links"
_CLOCK_S = 0.01
"""How exactly a node tells when a time is over, in seconds."""
_OF_ANY_PAIR = (
    "QIA-EGP-OK-02",
    "QIA-EGP-OK-03",
    "QIA-EGP-OK-04",
    "QIA-EGP-OK-05",
    "QIA-EGP-OK-06",
    "QIA-EGP-OK-07",
    "QIA-EGP-OK-08",
    "QIA-EGP-SEQ-01",
    "QIA-EGP-SEQ-02",
    "QIA-EGP-SEQ-03",
    "QIA-EGP-BEL-01",
    "QIA-EGP-FID-02",
    "QIA-EGP-ERR-02",
    "QIA-EGP-EXP-02",
    "QIA-EGP-TIM-03",
)
"""Of each of these, every OK that was told to both ends is a case."""
_OF_VOID_PAIRS = ("QIA-EGP-EXP-01", "QIA-EGP-EXP-04", "QIA-EGP-EXP-05")
"""Nothing outside can bring it about that pairs become void: a case only where it happens."""
_OF_OTHERS = (
    "QIA-EGP-ACK-01",
    "QIA-EGP-ACK-02",
    "QIA-EGP-ACK-03",
    "QIA-EGP-ATO-01",
    "QIA-EGP-CON-02",
    "QIA-EGP-ERR-01",
    "QIA-EGP-KEP-01",
    "QIA-EGP-MSR-01",
    "QIA-EGP-MSR-02",
    "QIA-EGP-OK-01",
    "QIA-EGP-OK-09",
    "QIA-EGP-PUR-01",
    "QIA-EGP-PUR-02",
    "QIA-EGP-PUR-03",
    "QIA-EGP-SYM-02",
    "QIA-EGP-TIM-01",
    "QIA-EGP-TIM-02",
    "QIA-EGP-TIM-04",
)


@dataclass(frozen=True, order=True)
class _Fact:
    """Something that happened, and when; facts of one moment in the order of the log."""

    at_s: float
    place: int
    what: Any = field(compare=False)


@dataclass(frozen=True)
class _Sent:
    asked: Asked
    outcome: Any


class LinkLife(Monitor):
    """Every request for pairs, from CREATE to what both ends heard of it, as the model allows it.

    The model carries all worlds that explain what came: streams of the two nodes race, and an
    answer that was lost may have been anything.
    """

    requirements = (*_OF_ANY_PAIR, *_OF_VOID_PAIRS, *_OF_OTHERS)
    profiles = (_PROFILE,)

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self.claims = LinkClaims()
        """How exactly times are known, as the manifest declares."""
        self.quiet_s = 0.0
        """Until when the run has listened."""
        self._attempt_s = 0.0
        self._facts: list[_Fact] = []
        self._memory: dict[str, int] = {}
        self._created: dict[RequestKey, int] = {}
        """The exchange in which a request was acknowledged."""

    def see(self, exchange: Exchange) -> None:
        """Remembers what was asked and what was told; judged is at the end, in order of time."""
        if exchange.profile != _PROFILE:
            return
        answered_s = exchange.at_s + exchange.duration_ms / 1000
        match exchange.call, exchange.outcome:
            case Told() as told, Delivered(value=LinkEvent() as event):
                self._fact(event.arrived_s, (told, event))
            case Asked(operation="GetLink") as asked, Delivered(value=Link() as link):
                self._memory[asked.node] = link.memory
                self._attempt_s = max(self._attempt_s, link.attempt_time_s or 0.0)
            case Asked() as asked, outcome:
                if asked.operation == "Create" and isinstance(outcome, Delivered):
                    self._created[RequestKey(asked.node, outcome.value)] = exchange.number
                sent = _Sent(asked, outcome)
                self._fact(exchange.at_s, sent)
                self._fact(answered_s, (sent,))

    def _fact(self, at_s: float, what: Any) -> None:
        self._facts.append(_Fact(at_s, len(self._facts), what))

    def findings(self, profile: str) -> list[Finding]:
        """One finding for each requirement of which the run has shown a case."""
        if profile != _PROFILE or not self._facts:
            return []
        judge = Judge(sorted(self._known.get(profile, ())), tuple)
        broken = self._violations()
        for requirement, number in self._cases().items():
            if requirement in self._known[profile] and number:
                came = f"{number} cases, all as the model allows"
                judge.that(requirement, True, due="-", came=came, evidence=())
        for requirement in _OF_VOID_PAIRS:
            if requirement in self._known[profile] and not self._voids():
                judge.not_applicable(requirement, "no pair was declared void in this run")
        for violation in broken:
            if violation.requirement in self._known[profile]:
                self._say(judge, violation)
        return judge.judged()

    def _say(self, judge: Judge, violation: Violation) -> None:
        began_s = violation.events[0].at_s if violation.events else 0.0
        keys = [told.event.request for told in violation.events]
        created = {key: self._created[key] for key in keys if key in self._created}
        judge.that(
            violation.requirement,
            False,
            due=violation.due,
            came=violation.came,
            evidence=[*created.values(), *(told.event.exchange for told in violation.events)],
            history=[
                f"{told.at_s - began_s:+.6f} s  {told.node} tells {told.application}: "
                f"{told.event.request}, {told.event.what}"
                for told in violation.events
            ],
        )

    def _violations(self) -> list[Violation]:
        """Tells the model everything in the order of time."""
        worlds = LinkWorlds(self._allowances(), self._memory)
        found: list[Violation] = []
        requests: dict[int, Any] = {}
        facts = sorted(self._facts)
        for fact in facts:
            match fact.what:
                case _Sent() as sent:
                    _send(worlds, sent, fact.at_s, requests)
                case (_Sent() as sent,):
                    found += _answer(worlds, sent, fact.at_s, requests)
                case (Told() as told, LinkEvent() as event):
                    found += worlds.told(told.node, told.caller, event)
        return [*found, *worlds.quiet(max(self.quiet_s, facts[-1].at_s))]

    def _allowances(self) -> Allowances:
        speed = self.claims.clock_speed
        return Allowances(
            late_s=self.claims.slack_s,
            early_s=self._attempt_s / speed + _CLOCK_S,
            clock_speed=speed,
        )

    def _voids(self) -> int:
        """How often pairs were declared void."""
        told = [
            f.what[1].what for f in self._facts if isinstance(f.what, tuple) and len(f.what) > 1
        ]
        return sum(isinstance(w, RequestFailed) and w.error is LinkError.EXPIRED for w in told)

    def _cases(self) -> Counter[str]:
        """How often each requirement could have been broken."""
        events = [f.what for f in self._facts if isinstance(f.what, tuple) and len(f.what) == 2]
        asked = [
            f.what.asked.what
            for f in self._facts
            if isinstance(f.what, _Sent) and isinstance(f.what.asked.what, PairRequest)
        ]
        made = [(told, e) for told, e in events if isinstance(e.what, PairMade)]
        at_peer = [e for told, e in made if told.node != e.request.origin]
        failed = [e.what for _, e in events if isinstance(e.what, RequestFailed)]
        voids = self._voids()
        cases: Counter[str] = Counter()
        if len(at_peer) < len(made):
            cases.update(dict.fromkeys(_OF_ANY_PAIR, len(at_peer)))
        cases["QIA-EGP-MSR-01"] = sum(e.what.measured is not None for _, e in made)
        cases["QIA-EGP-ERR-01"] = len(failed)
        cases.update(dict.fromkeys(_OF_VOID_PAIRS, voids))
        limited = sum(request.max_time_s is not None for request in asked)
        cases["QIA-EGP-TIM-01"] = limited
        return cases


def _send(worlds: LinkWorlds, sent: _Sent, at_s: float, requests: dict[int, Any]) -> None:
    asked = sent.asked
    match asked.operation, asked.what:
        case "Create", PairRequest() as request:
            requests[id(sent)] = worlds.sent(asked.node, asked.caller, request, at_s)
        case "Accept", (str(remote), int(purpose)):
            if not isinstance(sent.outcome, Refused):
                worlds.acceptances.begin(asked.node, asked.caller, remote, purpose, at_s)
        case "Measure" | "Release", int(qubit):
            worlds.given_up(asked.node, asked.caller, qubit, at_s)


def _answer(
    worlds: LinkWorlds, sent: _Sent, at_s: float, requests: dict[int, Any]
) -> list[Violation]:
    asked = sent.asked
    match asked.operation, asked.what:
        case "Create", PairRequest():
            return _answered(worlds, sent, at_s, requests[id(sent)])
        case "StopAccepting", (str(remote), int(purpose)):
            if isinstance(sent.outcome, Delivered):
                worlds.acceptances.end(asked.node, asked.caller, remote, purpose, at_s)
    return []


def _answered(worlds: LinkWorlds, sent: _Sent, at_s: float, asked: Any) -> list[Violation]:
    match sent.outcome:
        case Delivered(value=int(create_id)):
            return worlds.acknowledged(asked, create_id, at_s)
        case Refused(reason=reason):
            errors = {error.value: error for error in LinkError}
            return worlds.refused(asked, errors.get(reason or ""), at_s)
        case Failed() | Unreadable():
            worlds.lost(asked, at_s)
    return []
