"""One race: bursts of requests at one moment, judged as one concurrent history.

What bursts show is held against every order in which their requests may have taken effect. The
number of bursts follows from the narrowest window between check and act that is to be found.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from qonform.judging import (
    Application,
    Bench,
    Cost,
    Effort,
    Judge,
    Offer,
    Shot,
    Story,
    Undecidable,
)
from qonform.oracles.delivery_history import Operation, Violation, violations
from qonform.ports.key_delivery import Call, GetKey, GetKeyWithIds, GetStatus, Key, KeyRequest
from qonform.ports.outcome import Delivered, Failed, Outcome
from qonform.statistics.race_width import caught_width, rounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType


AT_ONCE = 8
"""Requests in a burst, where the manifest allows so many."""
SPREAD_S = 0.004
"""How far apart the first and the last request of a burst are taken to arrive, in seconds."""
WIDTHS_S = (0.001, 0.00025, 0.00005)
"""Narrowest windows to be found at quick, standard and thorough, in seconds."""
ROUNDS = tuple(rounds(width, SPREAD_S, AT_ONCE) for width in WIDTHS_S)


def cost(each: int) -> Cost:
    """What a race draws: so many of the smallest keys a round, and one that shows they arrive."""

    def of(offer: Offer, effort: Effort) -> float:
        return offer.keys(offer.smallest * (1 + each * effort.of(*ROUNDS)))

    return of


class Race:
    """Bursts of one kind, one after the other, judged as one history when the context ends.

    Args:
        bench: whom to ask.
        judge: takes what is found.
        decides: the requirements that hold if nothing contradicts them.
    """

    def __init__(self, bench: Bench, judge: Judge, *decides: str) -> None:
        limit = bench.target.limits.max_concurrency
        if limit < 2:
            raise Undecidable("limits.max_concurrency allows no two requests at once")
        self.bench = bench
        self.judge = judge
        self.decides = decides
        self.at_once = min(AT_ONCE, limit)
        self.rounds = bench.cases(*ROUNDS)
        self._spreads_s: list[float] = []
        self._history: list[Operation] = []
        self._told: dict[int, tuple[str, float | None]] = {}
        """By operation: who asked where, and when its burst began."""
        self._complete = 0
        """Rounds in which every answer came."""

    def __enter__(self) -> Race:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None or issubclass(kind, Undecidable):
            self._conclude()

    def keys(self, each: int, *additional: Application) -> Iterator[list[Key]]:
        """New keys for every round, which have reached the slave's KME, as one shows.

        Where the store or the budget gives fewer, there are fewer rounds.

        Args:
            each: how many a round.
            additional: further slaves.

        Raises:
            Undecidable: there are not even keys for one round, or none reaches the slave.
        """
        keys: list[Key] = []
        needed = 1 + self.rounds * each
        try:
            while len(keys) < needed:
                keys += self._issue(needed - len(keys), *additional)
        except Undecidable:
            if len(keys) <= each:
                raise
        *keys, probe = keys
        self.settle([self.bench.slave], [probe])
        if not isinstance(self._history[-1].outcome, Delivered):
            raise Undecidable(f"the slave does not get its keys: {self._history[-1].outcome}")
        for begin in range(0, len(keys) - each + 1, each):
            yield keys[begin : begin + each]

    def _issue(self, number: int, *additional: Application) -> tuple[Key, ...]:
        bench, master = self.bench, self.bench.master
        slaves = tuple(a.sae_id for a in additional) or None
        request = KeyRequest(min(number, bench.max_number), bench.cheapest, slaves)
        began = time.monotonic()
        outcome = bench.get_key(request)
        if not isinstance(outcome, Delivered) or not outcome.value.keys:
            raise Undecidable(f"Get key did not give the keys for a race: {outcome}")
        call = GetKey(master.sae_id, bench.slave_id, request)
        self._keep(master, Operation(call, outcome, began, time.monotonic()))
        return outcome.value.keys[:number]

    def burst(self, asking: Sequence[tuple[Application, Call]]) -> list[Shot[Any]]:
        """All calls at one moment."""
        return self.record(asking, self.bench.burst([partial(ask, *each) for each in asking]))

    def record(
        self,
        asking: Sequence[tuple[Application, Call]],
        shots: list[Shot[Any]],
        *,
        timed: bool = True,
    ) -> list[Shot[Any]]:
        """Keeps what a burst has shown.

        Args:
            asking: who asked for what.
            shots: what came; fewer, where a connection ended before its last answer.
            timed: whether each answer's time is known.
        """
        moment = min(shot.began_s for shot in shots)
        for (by, call), shot in zip(asking, shots, strict=False):
            if not isinstance(call, GetStatus):
                operation = Operation(call, shot.outcome, shot.began_s, shot.ended_s)
                self._keep(by, operation, moment)
        if timed and not any(isinstance(shot.outcome, Failed) for shot in shots):
            ends, begins = [s.ended_s for s in shots], [s.began_s for s in shots]
            self._spreads_s.append(max(max(ends) - min(ends), max(begins) - moment))
        return shots

    def settle(self, slaves: Sequence[Application], keys: Sequence[Key]) -> None:
        """Everybody asks for each key once more, who has not got it until it must be there."""
        moment = self._told[id(self._history[-1])][1]
        whole = True
        for by in slaves:
            for key in keys:
                _, call = fetch_of(by, self.bench, key)
                mine = [op for op in self._history if op.caller == by.sae_id]
                mine = [op for op in mine if key.id.lower() in op.asked]
                may_have_it = any(op.may_have_delivered for op in mine)
                began = time.monotonic()
                outcome = ask(by, call) if may_have_it else self.bench.fetch(by, [key.id])
                last = Operation(call, outcome, began, time.monotonic(), settled=not may_have_it)
                self._keep(by, last, moment)
                whole = whole and any(op.keys for op in (*mine, last))
        self._complete += whole and moment is not None

    def served(self, shots: Sequence[Shot[Any]]) -> None:
        """A round of Get keys is over."""
        self._complete += any(isinstance(shot.outcome, Delivered) for shot in shots)

    def _keep(self, by: Application, operation: Operation, moment_s: float | None = None) -> None:
        self._history.append(operation)
        self._told[id(operation)] = (str(by), moment_s)

    def _conclude(self) -> None:
        found: dict[str, Violation] = {}
        for violation in violations(self._history):
            if not self._has_expired(violation):
                found.setdefault(violation.requirement, violation)
        for requirement in self.decides:
            if requirement in found:
                self._contradicted(found[requirement])
            elif self._complete:
                cited = [op for op in self._history if not isinstance(op.outcome, Failed)]
                for _ in range(self._complete):
                    self.judge.that(
                        requirement, True, due="-", came=self._reach(), evidence=cited[-2:]
                    )

    def _has_expired(self, violation: Violation) -> bool:
        """Whether a key that is lost may be so for its age alone, as far as can be known (A-28)."""
        if violation.age_s is None:
            return False
        try:
            return not self.bench.keeps(violation.age_s)
        except Undecidable:
            return True

    def _contradicted(self, violation: Violation) -> None:
        story = Story(issued.id for issued in violation.keys)
        for op in violation.operations:
            by, moment_s = self._told[id(op)]
            story.tell(by, op.call, op.outcome, _when(op, moment_s))
        self.judge.that(
            violation.requirement,
            False,
            due=violation.due,
            came=violation.operations[-1].outcome,
            evidence=violation.operations,
            history=story.lines(violation.due),
        )

    def _reach(self) -> str:
        """What the bursts would have caught, in a sentence."""
        rounds = f"{self._complete} rounds of {self.at_once} requests at once"
        if not self._spreads_s:
            return f"{rounds}, and nothing that contradicts itself"
        caught = 1000 * caught_width(self._spreads_s, self.at_once)
        typical = 1000 * sorted(self._spreads_s)[len(self._spreads_s) // 2]
        return (
            f"{rounds}, answered within {typical:.1f} ms of each other: a window of "
            f"{caught:.2g} ms or longer between check and act would have been caught with a "
            "probability of 0.99"
        )


def _when(operation: Operation, moment_s: float | None) -> str:
    if moment_s is None:
        return "before the burst"
    began, ended = (1000 * (t - moment_s) for t in (operation.began_s, operation.ended_s))
    until = ", until the key must be there" if operation.settled else ""
    return f"from {began:+.2f} to {ended:+.2f} ms{until}"


def ask(by: Application, call: Call) -> Outcome[Any]:
    """Makes a call through the port."""
    match call:
        case GetStatus(slave=slave):
            return by.keys.get_status(slave)
        case GetKey(slave=slave, request=request):
            return by.keys.get_key(slave, request)
        case GetKeyWithIds(master=master, key_ids=ids):
            return by.keys.get_key_with_ids(master, ids)


def fetch_of(by: Application, bench: Bench, *keys: Key) -> tuple[Application, GetKeyWithIds]:
    """Who asks for what of the master's."""
    return by, GetKeyWithIds(by.sae_id, bench.master.sae_id, tuple(key.id for key in keys))
