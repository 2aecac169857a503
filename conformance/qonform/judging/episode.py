"""One request for pairs, from CREATE to what both ends heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.ports.entanglement import (
    LinkError,
    PairMade,
    RequestDone,
    RequestFailed,
    RequestKey,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging.link_bench import LinkUser
    from qonform.ports.entanglement import LinkEvent, PairRequest
    from qonform.ports.outcome import Outcome


@dataclass(frozen=True)
class Pair:
    """A pair of which both ends have heard, and which is not void."""

    origin: LinkEvent
    peer: LinkEvent

    @property
    def ends(self) -> tuple[PairMade, PairMade]:
        """The OK at the origin and that at the peer."""
        assert isinstance(self.origin.what, PairMade)  # noqa: S101 - as it was made
        assert isinstance(self.peer.what, PairMade)  # noqa: S101 - as it was made
        return self.origin.what, self.peer.what


@dataclass(frozen=True)
class Episode:
    """A request, its ACK or refusal, and what each end was told.

    Args:
        by: who asked.
        to: who accepts.
        request: what for.
        acknowledged: the Create ID, or why there is none.
        heard_by: how many events `by` had heard before.
        heard_to: how many events `to` had heard before.
    """

    by: LinkUser
    to: LinkUser
    request: PairRequest
    acknowledged: Outcome[int]
    heard_by: int
    heard_to: int

    @property
    def key(self) -> RequestKey | None:
        """The request's name at both nodes; None if it was not acknowledged."""
        if not isinstance(self.acknowledged, Delivered):
            return None
        return RequestKey(self.by.node, self.acknowledged.value)

    def at_origin(self) -> list[LinkEvent]:
        """What the application that asked was told of it."""
        return self._told(self.by, self.heard_by)

    def at_peer(self) -> list[LinkEvent]:
        """What the application that accepts was told of it."""
        return self._told(self.to, self.heard_to)

    def _told(self, user: LinkUser, heard: int) -> list[LinkEvent]:
        return [event for event in user.link.events()[heard:] if event.request == self.key]

    def pairs(self) -> list[Pair]:
        """Pairs that are good at both ends, by sequence number, in the order of the origin."""
        origin, peer = good(self.at_origin()), good(self.at_peer())
        return [Pair(origin[s], peer[s]) for s in origin if s in peer]

    @property
    def is_complete(self) -> bool:
        """Whether both ends have had all pairs."""
        return len(self.pairs()) == self.request.number

    def __str__(self) -> str:
        ends = f"{len(good(self.at_origin()))} pairs at {self.by.node}, "
        ends += f"{len(good(self.at_peer()))} at {self.to.node}"
        return f"{self.acknowledged}; {ends}"


def good(events: Sequence[LinkEvent]) -> dict[int, LinkEvent]:
    """OKs by sequence number, without those that were declared void."""
    made: dict[int, LinkEvent] = {}
    for event in events:
        match event.what:
            case PairMade(sequence=sequence):
                made[sequence] = event
            case RequestFailed(error=LinkError.EXPIRED, void=void) if void is not None:
                made = {s: e for s, e in made.items() if not void.covers(s)}
    return made


def is_over(events: Sequence[LinkEvent]) -> bool:
    """Whether an end has heard that nothing more is to come of a request."""
    return any(
        isinstance(event.what, RequestDone)
        or (isinstance(event.what, RequestFailed) and event.what.error is not LinkError.EXPIRED)
        for event in events
    )
