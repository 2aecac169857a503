"""Both ends of each pair over a path, whoever asked for it: the sample of statistics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.ports.entanglement import Asked, Measured, Told
from qonform.ports.outcome import Delivered
from qonform.ports.paths import (
    HalfConfirmed,
    HalfDelivered,
    HalfExpired,
    PathEvent,
    PathKey,
    PathPair,
    PathRequest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.exchanges import Exchange
    from qonform.ports.entanglement import Bell


@dataclass
class PathHalf:
    """A half at one end, and what became of it."""

    request: PathKey
    delivered: HalfDelivered
    exchange: int
    pair: PathPair | None = None
    measured: Measured | None = None


@dataclass(frozen=True)
class SampledPath:
    """A pair that is confirmed in one state at both ends, and was measured at both."""

    request: PathRequest | None
    """None: of a request that nobody was told to have made."""
    bell_state: Bell
    fidelity: float
    """The lower of what the two ends estimate; 0 where one tells nothing."""
    outcomes: tuple[Measured, Measured]


@dataclass
class PathEvidence:
    """Listens to every exchange of paths, and matches the two ends of each pair by its ID."""

    requests: dict[PathKey, PathRequest] = field(default_factory=dict)
    _halves: dict[tuple[str, str, int], PathHalf] = field(default_factory=dict)
    _ends: dict[tuple[PathKey, int], dict[str, PathHalf]] = field(default_factory=dict)
    _held: dict[tuple[str, str, int], PathHalf] = field(default_factory=dict)

    def see(self, exchange: Exchange) -> None:
        """Takes in one exchange."""
        match exchange.call, exchange.outcome:
            case Asked(operation="Request", what=PathRequest() as request), Delivered():
                self.requests[PathKey(request.circuit, exchange.outcome.value)] = request
            case Asked(operation="Measure") as asked, Delivered(value=Measured() as measured):
                half = self._held.pop((asked.caller, asked.node, _number(asked.what)), None)
                if half is not None:
                    half.measured = measured
            case Asked(operation="Release") as asked, Delivered():
                self._held.pop((asked.caller, asked.node, _number(asked.what)), None)
            case Told() as told, Delivered(value=PathEvent() as event):
                self._hear(told, event, exchange.number)

    def _hear(self, told: Told, event: PathEvent, number: int) -> None:
        match event.what:
            case HalfDelivered() as here:
                half = PathHalf(event.request, here, number, here.pair, here.measured)
                self._halves[told.node, event.request.circuit, here.half] = half
                if here.qubit is not None:
                    self._held[told.caller, told.node, here.qubit] = half
                if here.pair is not None:
                    self._ends.setdefault((event.request, here.pair.id), {})[told.node] = half
            case HalfConfirmed(half=number_of, pair=pair) if pair is not None:
                known = self._halves.get((told.node, event.request.circuit, number_of))
                if known is not None:
                    known.pair = pair
                    self._ends.setdefault((event.request, pair.id), {})[told.node] = known
            case HalfExpired(half=number_of):
                known = self._halves.get((told.node, event.request.circuit, number_of))
                if known is not None and known.delivered.qubit is not None:
                    self._held.pop((told.caller, told.node, known.delivered.qubit), None)

    def holds(self, application: str, node: str, qubit: int) -> bool:
        """Whether an application was given this qubit, and has not given it up since."""
        return (application, node, qubit) in self._held

    def has_single_ends(self) -> bool:
        """Whether there are pairs that only one end was told of."""
        return any(len(ends) == 1 for ends in list(self._ends.values()))

    def sample(self) -> Iterator[SampledPath]:
        """All pairs that were measured at both ends, in the order in which they were confirmed."""
        for (key, _), ends in list(self._ends.items()):  # more may be told meanwhile
            halves = [ends[node] for node in sorted(ends)]
            if len(halves) != 2:
                continue
            one, other = halves
            if not (one.measured and other.measured and one.pair and other.pair):
                continue
            bell = one.pair.bell_state
            if bell is not None and bell is other.pair.bell_state:
                least = min(one.pair.fidelity, other.pair.fidelity)
                outcomes = (one.measured, other.measured)
                yield SampledPath(self.requests.get(key), bell, least, outcomes)


def _number(what: object) -> int:
    return what if isinstance(what, int) else -1
