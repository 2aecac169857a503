"""Entangled links with the meaning of `qinet.entanglement.v1`, over whatever transport.

Times on the node's clock are seconds since 1970 (floats); durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qonform.ports.outcome import Outcome

SEQUENCE_NUMBERS = 65_536
"""Sequence numbers are counted modulo this."""


class Bell(Enum):
    """The four Bell states: signs of XX, YY and ZZ."""

    PHI_PLUS = (+1, -1, +1)
    PHI_MINUS = (-1, +1, +1)
    PSI_PLUS = (+1, +1, -1)
    PSI_MINUS = (-1, -1, -1)


class PairType(Enum):
    """What is wanted of each pair."""

    KEEP = "keep"
    MEASURE = "measure"
    PREPARE = "prepare"


class Axis(Enum):
    """In which direction a qubit is measured; outcome 0 is the eigenvalue +1."""

    X = "X"
    Y = "Y"
    Z = "Z"
    Z_PLUS_X = "(Z+X)/sqrt2"
    Z_MINUS_X = "(Z-X)/sqrt2"


@dataclass(frozen=True)
class Rotation:
    """Along Z after three turns of the qubit: about X, about Y, about X. Unit: rad."""

    first_x: float
    then_y: float
    then_x: float


class BasisSet(Enum):
    """Bases of which a node draws one for each pair."""

    XZ = (Axis.X, Axis.Z)
    XYZ = (Axis.X, Axis.Y, Axis.Z)
    CHSH = (Axis.Z_PLUS_X, Axis.Z_MINUS_X)


@dataclass(frozen=True)
class RandomBasis:
    """A basis drawn by the node for each pair; without probabilities all are equally likely."""

    among: BasisSet
    probabilities: tuple[float, ...] = ()


BasisChoice = Axis | Rotation | RandomBasis


class Delivery(Enum):
    """When OKs come."""

    PER_PAIR = "each as its pair is made"
    WHEN_COMPLETE = "all when all pairs are made"


class Interleaving(Enum):
    """Whether pairs of other requests may lie between those of a request."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


class PauliFrame(Enum):
    """Who turns pairs into the promised state, if anybody."""

    AS_HERALDED = "nobody: each OK names the state"
    CORRECTED = "the nodes, before the OK"


class LinkError(Enum):
    """Why a request was refused, or has failed. The values are the interface's names."""

    UNSUPPORTED = "UNSUPPORTED"
    NO_TIME = "NO_TIME"
    NO_RESOURCES = "NO_RESOURCES"
    TIMEOUT = "TIMEOUT"
    REJECTED = "REJECTED"
    OTHER = "OTHER"
    EXPIRED = "EXPIRED"
    MALFORMED = "MALFORMED"


@dataclass(frozen=True)
class Link:
    """What a node offers towards a neighbour. None or empty: not told."""

    node: str
    remote_node: str
    types: frozenset[PairType]
    max_min_fidelity: float
    memory: int
    """qubits, for all applications of the node together"""
    max_number: int
    """pairs of one request"""
    expected_fidelity: float | None = None
    pairs_per_second: float | None = None
    pauli_frame: PauliFrame | None = None
    promised_state: Bell | None = None
    coherence_time_s: float | None = None
    attempt_time_s: float | None = None
    node_time_s: float | None = None


@dataclass(frozen=True)
class PairRequest:
    """CREATE. None means: the member is absent."""

    remote_node: str
    purpose: int
    type: PairType | None = PairType.MEASURE
    number: int = 1
    min_fidelity: float = 0.0
    max_time_s: float | None = None
    priority: int = 0
    delivery: Delivery = Delivery.PER_PAIR
    interleaving: Interleaving = Interleaving.ALLOWED
    local_basis: BasisChoice | None = None
    remote_basis: BasisChoice | None = None
    request_id: str = ""


@dataclass(frozen=True)
class Measured:
    """What a measurement gave."""

    outcome: int
    basis: Axis | Rotation
    time_s: float | None = None

    def __str__(self) -> str:
        """Without the outcome, of which keys are made; one that is none is told."""
        at = self.basis.value if isinstance(self.basis, Axis) else self.basis
        said = "an outcome" if self.outcome in (0, 1) else f"outcome {self.outcome}"
        return f"{said} at {at}"


@dataclass(frozen=True)
class PairMade:
    """The OK: a pair, as one of its ends sees it."""

    sequence: int
    type: PairType | None
    bell_state: Bell | None
    goodness: float
    goodness_time_s: float | None
    qubit: int | None = None
    """What this end holds, or"""
    measured: Measured | None = None
    """what it measured."""

    def __str__(self) -> str:
        state = self.bell_state.name if self.bell_state else "no known state"
        told = f"pair {self.sequence} in {state}, goodness {self.goodness:.6g}"
        told += "" if self.qubit is None else f", qubit {self.qubit}"
        return told + ("" if self.measured is None else f", {self.measured}")


@dataclass(frozen=True)
class Void:
    """Pairs that are void: sequence numbers from `first` up to but without `end`, modulo 65536.

    Both None: all of the request.
    """

    first: int | None = None
    end: int | None = None

    def covers(self, sequence: int) -> bool:
        """Whether it names this pair."""
        if self.first is None or self.end is None:
            return True
        width = (self.end - self.first) % SEQUENCE_NUMBERS
        return (sequence - self.first) % SEQUENCE_NUMBERS < width

    def __str__(self) -> str:
        if self.first is None or self.end is None:
            return "all pairs"
        return f"pairs from {self.first} up to but without {self.end}"


@dataclass(frozen=True)
class RequestFailed:
    """The ERR: the request has failed, or pairs of it are void (`error` is then EXPIRED)."""

    error: LinkError | None
    """None: one that the interface does not know."""
    void: Void | None = None

    def __str__(self) -> str:
        error = self.error.value if self.error else "an unknown error"
        return error if self.void is None else f"{error}, {self.void}"


@dataclass(frozen=True)
class RequestDone:
    """All pairs of the request were delivered at this node."""

    def __str__(self) -> str:
        return "done"


@dataclass(frozen=True)
class RequestKey:
    """Names a request at both nodes."""

    origin: str
    create_id: int

    def __str__(self) -> str:
        return f"{self.origin}/{self.create_id}"


@dataclass(frozen=True)
class LinkEvent:
    """What a node told one application."""

    number: int
    request: RequestKey
    remote_node: str
    purpose: int
    what: PairMade | RequestFailed | RequestDone | None
    """None: something that the interface does not know."""
    arrived_s: float
    """When the suite had it, in seconds after the start of the run."""
    exchange: int = 0


@dataclass(frozen=True)
class Asked:
    """A call of the port by an application at its node."""

    caller: str
    node: str
    operation: str
    """The interface's name of it, such as `Create`."""
    what: object = None
    """The `PairRequest` of a Create; neighbour and purpose of an Accept or StopAccepting; the qubit
    of a Measure or Release; after which event a Subscribe that is a replay."""


@dataclass(frozen=True)
class Told:
    """An event, told to an application by its node."""

    caller: str
    node: str


class EntanglementLink(Protocol):
    """One application's access to its node. Errors are outcomes, never raised."""

    def get_link(self, remote_node: str) -> Outcome[Link]:
        """Asks what is offered towards a neighbour."""
        ...

    def create(self, request: PairRequest) -> Outcome[int]:
        """Asks for pairs; delivered is the Create ID."""
        ...

    def accept(self, remote_node: str, purpose: int) -> Outcome[None]:
        """Accepts what the neighbour asks for under a purpose."""
        ...

    def stop_accepting(self, remote_node: str, purpose: int) -> Outcome[None]:
        """Accepts it no longer."""
        ...

    def measure(self, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Measures a qubit that is held."""
        ...

    def release(self, qubit: int) -> Outcome[None]:
        """Gives a qubit up."""
        ...

    def events(self) -> list[LinkEvent]:
        """All events so far, in the order in which they came."""
        ...

    def replay(self, after: int, until: int) -> Outcome[tuple[LinkEvent, ...]]:
        """What is told again of the events after one, up to that numbered `until`."""
        ...

    def wait(self, done: Callable[[Sequence[LinkEvent]], bool], within_s: float) -> bool:
        """Waits until the events so far are as wanted; False when they were not in time."""
        ...
