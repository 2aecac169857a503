"""One request for pairs, from CREATE to what both ends heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform.ports.entanglement import (
    LinkError,
    PairMade,
    RequestDone,
    RequestFailed,
    RequestKey,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    asked_s: float
    """When CREATE went out, in seconds after the start of the run."""
    acknowledged_s: float
    """When its answer came."""
    node_time_s: float | None = None
    """What the origin's clock showed after that, where it was asked and tells it."""

    @property
    def deadline_s(self) -> float | None:
        """When its time is over at the latest, by the origin's clock; None where unknown."""
        if self.node_time_s is None or self.request.max_time_s is None:
            return None
        return self.node_time_s + self.request.max_time_s

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

    def at_origin_made(self) -> list[LinkEvent]:
        """OKs that the application that asked was told, also of pairs that were then void."""
        return [event for event in self.at_origin() if isinstance(event.what, PairMade)]

    def at_peer_made(self) -> list[LinkEvent]:
        """OKs that the application that accepts was told, also of pairs that were then void."""
        return [event for event in self.at_peer() if isinstance(event.what, PairMade)]

    def held(self) -> list[tuple[LinkUser, int]]:
        """Who was given which qubits of it."""
        told = [(self.by, e.what) for e in self.at_origin()]
        told += [(self.to, e.what) for e in self.at_peer()]
        return [
            (user, what.qubit)
            for user, what in told
            if isinstance(what, PairMade) and what.qubit is not None
        ]

    @property
    def is_complete(self) -> bool:
        """Whether both ends have had all pairs."""
        return len(self.pairs()) == self.request.number

    @property
    def is_accounted_for(self) -> bool:
        """Whether both ends have had all pairs, but for those that were then declared void.

        Whether those count towards the number is open (L-17).
        """
        made = {e.what.sequence for e in self._oks()}
        good_at_both = len(self.pairs())
        void = made - good(self.at_origin()).keys() - good(self.at_peer()).keys()
        return good_at_both <= self.request.number <= good_at_both + len(void)

    @property
    def has_failed(self) -> bool:
        """Whether the application that asked was told that the request failed."""
        return any(
            isinstance(e.what, RequestFailed) and e.what.error is not LinkError.EXPIRED
            for e in self.at_origin()
        )

    @property
    def brought_pairs(self) -> bool:
        """Whether either end was told of a pair: that both were is a matter of its own."""
        return bool(self._oks())

    def _oks(self) -> list[Any]:
        return [*self.at_origin_made(), *self.at_peer_made()]

    def __str__(self) -> str:
        ends = f"{len(good(self.at_origin()))} pairs at {self.by.node}, "
        ends += f"{len(good(self.at_peer()))} at {self.to.node}"
        return f"{self.acknowledged}; {ends}"


def made_s(event: LinkEvent) -> float | None:
    """When the pair of an OK was made at the latest, by the node's clock; None if not told."""
    if not isinstance(event.what, PairMade):
        return None
    measured = event.what.measured
    if measured is not None and measured.time_s is not None:
        return measured.time_s
    return event.what.goodness_time_s


def resolution_s(times_s: Iterable[float]) -> float:
    """How coarse a clock is that shows these times: 1, 0.1, 0.01 or 0.001 s."""
    times = list(times_s)
    for step in (1.0, 0.1, 0.01):
        if times and all(abs(t / step - round(t / step)) < 1e-4 for t in times):
            return step
    return 1e-3


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
