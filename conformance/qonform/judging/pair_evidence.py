"""Both ends of each pair of the run, whoever asked for it: the sample of all statistics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.ports.entanglement import (
    Asked,
    LinkError,
    LinkEvent,
    Measured,
    PairMade,
    PairRequest,
    RequestFailed,
    RequestKey,
    Told,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.exchanges import Exchange
    from qonform.ports.entanglement import Bell


@dataclass
class End:
    """One end of a pair."""

    made: PairMade
    exchange: int
    measured: Measured | None
    """By the node, or later by the application."""


@dataclass(frozen=True)
class Sampled:
    """A pair that is good at both ends, and was measured at both."""

    request: PairRequest | None
    """None: of a request that nobody was told to have made."""
    key: RequestKey
    bell_state: Bell
    """What both ends say that it is."""
    origin: End
    peer: End

    @property
    def outcomes(self) -> tuple[Measured, Measured]:
        """At the origin, and at the peer."""
        assert self.origin.measured is not None  # noqa: S101 - as it was sampled
        assert self.peer.measured is not None  # noqa: S101 - as it was sampled
        return self.origin.measured, self.peer.measured

    @property
    def goodness(self) -> float:
        """The lower of what the two ends estimate."""
        return min(self.origin.made.goodness, self.peer.made.goodness)

    @property
    def exchanges(self) -> tuple[int, int]:
        """Where the two ends told of it."""
        return self.origin.exchange, self.peer.exchange


@dataclass
class PairEvidence:
    """Listens to every exchange of links, and matches the two ends of each pair."""

    _requests: dict[RequestKey, PairRequest] = field(default_factory=dict)
    _ends: dict[tuple[RequestKey, int], dict[str, End]] = field(default_factory=dict)
    _held: dict[tuple[str, str, int], End] = field(default_factory=dict)

    def see(self, exchange: Exchange) -> None:
        """Takes in one exchange."""
        match exchange.call, exchange.outcome:
            case Asked(operation="Create", what=PairRequest() as request) as asked, Delivered():
                self._requests[RequestKey(asked.node, exchange.outcome.value)] = request
            case Asked(operation="Measure") as asked, Delivered(value=Measured() as measured):
                end = self._held.pop((asked.caller, asked.node, _number(asked.what)), None)
                if end is not None:
                    end.measured = measured
            case Asked(operation="Release") as asked, Delivered():
                self._held.pop((asked.caller, asked.node, _number(asked.what)), None)
            case Told() as told, Delivered(value=LinkEvent() as event):
                self._hear(told, event, exchange.number)

    def _hear(self, told: Told, event: LinkEvent, number: int) -> None:
        match event.what:
            case PairMade() as made:
                end = End(made, number, made.measured)
                self._ends.setdefault((event.request, made.sequence), {})[told.node] = end
                if made.qubit is not None:
                    self._held[told.caller, told.node, made.qubit] = end
            case RequestFailed(error=LinkError.EXPIRED, void=void) if void is not None:
                for (key, sequence), ends in self._ends.items():
                    if key == event.request and void.covers(sequence):
                        self._lost(told, ends.pop(told.node, None))

    def _lost(self, told: Told, end: End | None) -> None:
        """The qubit of a void pair is gone: its name may be another's."""
        if end is None or end.made.qubit is None:
            return
        place = told.caller, told.node, end.made.qubit
        if self._held.get(place) is end:
            del self._held[place]

    def holds(self, application: str, node: str, qubit: int) -> bool:
        """Whether an application was given this qubit, and has not given it up since."""
        return (application, node, qubit) in self._held

    def has_single_ends(self) -> bool:
        """Whether there are pairs that only one end was told of, and that are not void."""
        return any(len(ends) == 1 for ends in list(self._ends.values()))

    def sample(self) -> Iterator[Sampled]:
        """All pairs that were measured at both ends, in the order in which they were made."""
        for (key, _), told in list(self._ends.items()):  # more may be told meanwhile
            ends = dict(told)
            origin = ends.get(key.origin)
            peer = next((end for node, end in ends.items() if node != key.origin), None)
            if origin is None or peer is None or not origin.measured or not peer.measured:
                continue
            bell = origin.made.bell_state
            if bell is not None and bell is peer.made.bell_state:
                yield Sampled(self._requests.get(key), key, bell, origin, peer)


def _number(what: object) -> int:
    return what if isinstance(what, int) else -1
