"""One request for pairs over a path, from the call to what both ends heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.ports.outcome import Delivered
from qonform.ports.paths import (
    HalfConfirmed,
    HalfDelivered,
    PathDone,
    PathFailed,
    PathKey,
    PathPair,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging.path_bench import PathUser
    from qonform.ports.outcome import Outcome
    from qonform.ports.paths import PathEvent, PathRequest


@dataclass(frozen=True)
class PathEpisode:
    """A request, its answer, and the events of both ends that are about it.

    `by` asked at the head-end, and `to` takes part at the tail-end.
    """

    by: PathUser
    to: PathUser
    request: PathRequest
    answer: Outcome[int]
    asked_s: float
    """When it went out, in seconds after the start of the run."""
    answered_s: float
    """When its answer came."""

    @property
    def key(self) -> PathKey | None:
        """The request's name at both ends; None if it was not taken."""
        if not isinstance(self.answer, Delivered):
            return None
        return PathKey(self.request.circuit, self.answer.value)

    def at_head(self) -> list[PathEvent]:
        """What the application that asked was told of it."""
        return of(self.by.path.events(), self.key)

    def at_tail(self) -> list[PathEvent]:
        """What the application at the tail-end was told of it."""
        return of(self.to.path.events(), self.key)

    @property
    def is_complete(self) -> bool:
        """Whether both ends have had all pairs, and the same."""
        head, tail = confirmed(self.at_head()), confirmed(self.at_tail())
        return len(head) == self.request.number and head.keys() == tail.keys()

    @property
    def is_done(self) -> bool:
        """Whether both ends were told that it had all its pairs, whatever these are."""
        ends = (self.at_head(), self.at_tail())
        return all(any(isinstance(e.what, PathDone) for e in events) for events in ends)

    @property
    def is_over(self) -> bool:
        """Whether both ends have heard that nothing more is to come of it."""
        return is_over(self.at_head()) and is_over(self.at_tail())

    def is_over_at(self, user: PathUser) -> bool:
        """Whether one of both has heard that nothing more is to come of it."""
        return is_over(of(user.path.events(), self.key))

    def held(self) -> list[tuple[PathUser, int]]:
        """Who was given which qubits of it."""
        told = [(self.by, e.what) for e in self.at_head()]
        told += [(self.to, e.what) for e in self.at_tail()]
        return [
            (user, what.qubit)
            for user, what in told
            if isinstance(what, HalfDelivered) and what.qubit is not None
        ]

    def __str__(self) -> str:
        ends = f"{len(confirmed(self.at_head()))} pairs at {self.by.node}, "
        ends += f"{len(confirmed(self.at_tail()))} at {self.to.node}"
        return f"{self.answer}; {ends}"


def of(events: Sequence[PathEvent], key: PathKey | None) -> list[PathEvent]:
    """Those events that are about a request."""
    return [event for event in events if event.request == key]


def confirmed(events: Sequence[PathEvent]) -> dict[int, PathPair]:
    """Pairs by ID of which an end was told that its half belongs to them."""
    pairs = [e.what.pair for e in events if isinstance(e.what, HalfDelivered | HalfConfirmed)]
    return {pair.id: pair for pair in pairs if pair is not None}


def is_over(events: Sequence[PathEvent]) -> bool:
    """Whether an end has heard that nothing more is to come of a request."""
    return any(isinstance(event.what, PathDone | PathFailed) for event in events)
