"""One end of one request over a path: what it was told, and what of it cannot be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.ports.entanglement import Axis, PairType, RandomBasis
from qonform.ports.paths import (
    Confirmation,
    HalfConfirmed,
    HalfDelivered,
    HalfExpired,
    PathDone,
    PathFailed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.ports.entanglement import Measured
    from qonform.ports.paths import PathEvent, PathPair, PathRequest


@dataclass(frozen=True)
class Case:
    """Something for or against a requirement."""

    requirement: str
    holds: bool
    due: str
    came: str
    exchanges: tuple[int, ...]


@dataclass
class PathEnd:
    """What an end told of one request, to whom, in the order in which it came."""

    node: str
    heard: list[tuple[str, PathEvent]] = field(default_factory=list)

    def hear(self, caller: str, event: PathEvent) -> None:
        """Takes in an event."""
        self.heard.append((caller, event))

    @property
    def events(self) -> list[PathEvent]:
        """What the application was told that was told first; others are a matter of their own."""
        return [event for caller, event in self.heard if caller == self.heard[0][0]]

    @property
    def over(self) -> PathEvent | None:
        """The first event by which nothing more is to come."""
        return next((e for e in self.events if isinstance(e.what, PathDone | PathFailed)), None)

    def delivered(self) -> Iterator[tuple[int, PathEvent]]:
        """Halves, as they were delivered."""
        for event in self.events:
            if isinstance(event.what, HalfDelivered):
                yield event.what.half, event

    def confirmed(self) -> Iterator[tuple[int, PathPair, PathEvent]]:
        """Halves, and the pairs that they belong to."""
        for event in self.events:
            what = event.what
            if isinstance(what, HalfDelivered | HalfConfirmed) and what.pair is not None:
                yield what.half, what.pair, event

    def cases(self, request: PathRequest) -> Iterator[Case]:
        """What this end alone shows."""
        yield from self._number(request)
        yield from self._after_the_end()
        yield from self._provisional()
        for event in self.events:
            if isinstance(event.what, HalfDelivered):
                yield self._as_asked(request, event.what, event)
        if request.final_state is not None:
            for _, pair, event in self.confirmed():
                yield Case(
                    "QIA-QNP-BEL-04",
                    pair.bell_state is request.final_state,
                    f"every pair in {request.final_state.name}",
                    f"{pair} at {self.node}",
                    (event.exchange,),
                )

    def _number(self, request: PathRequest) -> Iterator[Case]:
        confirmed = [event for _, _, event in self.confirmed()]
        over, number = self.over, request.number
        if over is not None and isinstance(over.what, PathDone):
            yield Case(
                "QIA-QNP-CMP-02",
                len(confirmed) == number,
                f"{number} pairs before the request is done",
                f"{len(confirmed)} at {self.node}",
                (*(e.exchange for e in confirmed[-1:]), over.exchange),
            )
        if len(confirmed) > number:
            due, came = f"{number} pairs", f"{len(confirmed)} at {self.node}"
            yield Case("QIA-QNP-CMP-01", False, due, came, (confirmed[-1].exchange,))

    def _after_the_end(self) -> Iterator[Case]:
        over = self.over
        if over is None:
            return
        later = self.events[self.events.index(over) + 1 :]
        yield Case(
            "QIA-QNP-CMP-01",
            not later,
            f"nothing after the request is over at {self.node}",
            f"{later[0]}" if later else "nothing",
            (over.exchange, *(event.exchange for event in later[:1])),
        )

    def _provisional(self) -> Iterator[Case]:
        """What was delivered as provisional is confirmed or expires, once, before the end."""
        open_: dict[int, PathEvent] = {}
        told: Counter[int] = Counter()
        for event in self.events:
            match event.what:
                case HalfDelivered(provisional=True) as here:
                    open_[here.half] = event
                case HalfConfirmed(half=half) | HalfExpired(half=half):
                    told[half] += 1
                    known = open_.pop(half, None)
                    yield Case(
                        "QIA-QNP-EXP-02",
                        known is not None,
                        f"half {half} once, after it was delivered as provisional",
                        f"{event.what} at {self.node}",
                        (*((known.exchange,) if known else ()), event.exchange),
                    )
                case PathDone() | PathFailed():
                    for half, known in open_.items():
                        yield Case(
                            "QIA-QNP-EXP-02",
                            False,
                            f"half {half} confirmed or expired before the request is over",
                            f"neither, and then {event.what}, at {self.node}",
                            (known.exchange, event.exchange),
                        )
                    return

    def _as_asked(self, request: PathRequest, here: HalfDelivered, event: PathEvent) -> Case:
        """A half is of the kind, at the basis, and at the moment that was asked for."""
        early = request.confirmation is Confirmation.LATER
        kept = request.type is PairType.KEEP
        kind = here.qubit is not None if kept else here.measured is not None
        pair = (here.pair is None) == here.provisional
        return Case(
            "QIA-QNP-REQ-06",
            kind and pair and here.provisional == early and _axis_as_asked(request, here.measured),
            f"{'a qubit' if kept else 'an outcome as asked for'}, "
            f"{'provisional' if early else 'with its pair'}",
            f"{here} at {self.node}",
            (event.exchange,),
        )


def _axis_as_asked(request: PathRequest, measured: Measured | None) -> bool:
    """Whether the axis is one that either end was asked for; rotations are passed over."""
    if measured is None or not isinstance(measured.basis, Axis):
        return True
    if measured.outcome not in {0, 1}:
        return False
    asked: set[Axis] = set()
    for choice in (request.local_basis, request.remote_basis):
        match choice:
            case None:
                asked.add(Axis.Z)
            case Axis():
                asked.add(choice)
            case RandomBasis():
                asked |= set(choice.among.value)
            case _:
                return True
    return measured.basis in asked
