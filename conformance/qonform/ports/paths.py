"""Entangled pairs over several links, with the meaning of `network_layer.proto`.

Times on a node's clock are seconds since 1970 (floats); durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from qonform.ports.entanglement import PairType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qonform.ports.entanglement import (
        Axis,
        BasisChoice,
        Bell,
        LinkError,
        Measured,
        Rotation,
    )
    from qonform.ports.outcome import Outcome


class Confirmation(Enum):
    """Whether halves are delivered before it is known that they belong to a pair."""

    FIRST = "confirmed first"
    LATER = "confirmed later"


@dataclass(frozen=True)
class Path:
    """A circuit, and what one of its ends offers. None: not told."""

    circuit: str
    head_node: str
    between: tuple[str, ...]
    """The nodes that swap."""
    tail_node: str
    types: frozenset[PairType]
    max_min_fidelity: float
    memory: int
    """qubits, for all applications of the node together"""
    max_number: int
    """pairs of one request"""
    expected_fidelity: float | None = None
    pairs_per_second: float | None = None
    shortest_time_s: float | None = None
    node_time_s: float | None = None


@dataclass(frozen=True)
class PathRequest:
    """What is asked for at the head-end. None means: the member is absent."""

    circuit: str
    purpose: int
    type: PairType | None = PairType.MEASURE
    number: int = 1
    min_fidelity: float = 0.0
    max_time_s: float | None = None
    window_s: float | None = None
    final_state: Bell | None = None
    confirmation: Confirmation = Confirmation.FIRST
    local_basis: BasisChoice | None = None
    remote_basis: BasisChoice | None = None
    request_id: str = ""


@dataclass(frozen=True)
class PathKey:
    """Names a request at both ends."""

    circuit: str
    number: int

    def __str__(self) -> str:
        return f"{self.circuit}/{self.number}"


@dataclass(frozen=True)
class PathPair:
    """A pair both halves of which are confirmed, as one end tells of it."""

    id: int
    bell_state: Bell | None
    fidelity: float
    fidelity_time_s: float | None = None

    def __str__(self) -> str:
        state = self.bell_state.name if self.bell_state else "no known state"
        return f"pair {self.id} in {state}, fidelity {self.fidelity:.6g}"


@dataclass(frozen=True)
class HalfDelivered:
    """A half is here."""

    half: int
    pair: PathPair | None
    """None while it is provisional."""
    provisional: bool
    qubit: int | None = None
    """What this end holds, or"""
    measured: Measured | None = None
    """what it measured."""

    def __str__(self) -> str:
        here = f"qubit {self.qubit}" if self.qubit is not None else f"{self.measured}"
        return f"half {self.half}, {self.pair or 'provisional'}, {here}"


@dataclass(frozen=True)
class HalfConfirmed:
    """A half that was provisional belongs to a pair."""

    half: int
    pair: PathPair | None

    def __str__(self) -> str:
        return f"half {self.half} confirmed, {self.pair}"


@dataclass(frozen=True)
class HalfExpired:
    """A half that was provisional belongs to no pair."""

    half: int

    def __str__(self) -> str:
        return f"half {self.half} expired"


@dataclass(frozen=True)
class PathFailed:
    """The request has failed; what was confirmed stays so."""

    error: LinkError | None
    """None: one that the interface does not know."""

    def __str__(self) -> str:
        return self.error.value if self.error else "an unknown error"


@dataclass(frozen=True)
class PathDone:
    """All pairs of the request were confirmed at this end."""

    def __str__(self) -> str:
        return "done"


What = HalfDelivered | HalfConfirmed | HalfExpired | PathFailed | PathDone


@dataclass(frozen=True)
class PathEvent:
    """What an end told one application."""

    number: int
    request: PathKey
    remote_node: str
    purpose: int
    what: What | None
    """None: something that the interface does not know."""
    arrived_s: float
    """When the suite had it, in seconds after the start of the run."""
    exchange: int = 0

    def __str__(self) -> str:
        return f"{self.request}: {self.what}"


class EntanglementPath(Protocol):
    """One application's access to an end of circuits. Errors are outcomes, never raised."""

    def get_paths(self, remote_node: str) -> Outcome[tuple[Path, ...]]:
        """Asks which circuits there are to a node."""
        ...

    def get_path(self, circuit: str) -> Outcome[Path]:
        """Asks what a circuit offers."""
        ...

    def open(self, circuit: str, purpose: int) -> Outcome[None]:
        """Takes part in a circuit under a purpose."""
        ...

    def close(self, circuit: str, purpose: int) -> Outcome[None]:
        """Takes part no longer."""
        ...

    def request(self, request: PathRequest) -> Outcome[int]:
        """Asks for pairs; delivered is the request's number."""
        ...

    def measure(self, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Measures a qubit that is held."""
        ...

    def release(self, qubit: int) -> Outcome[None]:
        """Gives a qubit up."""
        ...

    def events(self) -> list[PathEvent]:
        """All events so far, in the order in which they came."""
        ...

    def wait(self, done: Callable[[Sequence[PathEvent]], bool], within_s: float) -> bool:
        """Waits until the events so far are as wanted; False when they were not in time."""
        ...
