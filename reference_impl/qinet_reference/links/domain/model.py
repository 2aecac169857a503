"""What applications ask of a link, and what they are told (`qinet.entanglement.v1`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qinet_reference.links.physics.bases import Axis, Basis, Rotation
from qinet_reference.links.physics.bell import Bell
from qinet_reference.links.physics.heralding import Heralding
from qinet_reference.links.physics.noise import DEPOLARISING

SEQUENCE_NUMBERS = 65_536
"""Sequence numbers count modulo this."""


class PairType(Enum):
    """What is wanted of each pair."""

    KEEP = "both ends hold a qubit"
    MEASURE = "both ends measure"
    PREPARE = "the origin measures, the peer holds a qubit"


class BasisSet(Enum):
    """Bases of which a node draws one for each pair."""

    XZ = (Axis.X, Axis.Z)
    XYZ = (Axis.X, Axis.Y, Axis.Z)
    CHSH = (Axis.Z_PLUS_X, Axis.Z_MINUS_X)


@dataclass(frozen=True, slots=True)
class RandomBasis:
    """A basis drawn for each pair; without probabilities all are equally likely."""

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

    AS_HERALDED = "nobody"
    CORRECTED = "the nodes"


@dataclass(frozen=True, slots=True)
class PairRequest:
    """CREATE. `max_time` in s, None is no limit; a basis of None is Z."""

    remote_node: str
    purpose: int
    type: PairType
    number: int
    min_fidelity: float = 0.0
    max_time: float | None = None
    priority: int = 0
    delivery: Delivery = Delivery.PER_PAIR
    interleaving: Interleaving = Interleaving.ALLOWED
    local_basis: BasisChoice | None = None
    remote_basis: BasisChoice | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a link can do.

    `attempt_time` in s, `success_probability` of one attempt, `labels` the states that are
    heralded, equally often. Of pairs that are not what was heralded, `errors` are the shares that
    suffered X, Y and Z. Held qubits lose their phase in `coherence_time` and relax in
    `relaxation_time`, time constants in s. At most `max_waiting` requests wait at once; the first
    pair has the number `first_sequence`.
    """

    types: frozenset[PairType] = frozenset(PairType)
    fidelity: float = 0.95
    errors: tuple[float, float, float] = DEPOLARISING
    max_min_fidelity: float = 0.93
    attempt_time: float = 1e-5
    success_probability: float = 0.02
    labels: tuple[Bell, ...] = (Bell.PSI_PLUS, Bell.PSI_MINUS)
    pauli_frame: PauliFrame = PauliFrame.AS_HERALDED
    promised_state: Bell | None = None
    coherence_time: float = 1.0
    relaxation_time: float = 10.0
    max_number: int = 1024
    max_waiting: int = 1024
    first_sequence: int = 0

    @property
    def pairs_per_second(self) -> float:
        """Pairs made on average while a request is served. Unit: 1/s."""
        return self.heralding().pairs_per_second

    def heralding(self) -> Heralding:
        """How attempts succeed."""
        labels = {label: 1 / len(self.labels) for label in self.labels}
        return Heralding(1 / self.attempt_time, self.success_probability, labels)


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as one of its nodes sees it; `memory` in qubits, `now` by the node's clock."""

    node: str
    remote_node: str
    terms: Terms
    memory: int
    now: float


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Names a request at both of its nodes."""

    origin: str
    create_id: int


@dataclass(frozen=True, slots=True)
class Qubit:
    """A half that a node holds."""

    id: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A half that was measured, at `time`."""

    outcome: int
    basis: Basis
    time: float


@dataclass(frozen=True, slots=True)
class PairMade:
    """The OK: a pair, as one of its ends sees it."""

    sequence: int
    type: PairType
    bell: Bell
    goodness: float
    goodness_time: float
    half: Qubit | Measured


@dataclass(frozen=True, slots=True)
class Void:
    """Sequence numbers from `first` up to but without `end`, modulo 65536."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The ERR. With EXPIRED, pairs are void: these, or, if None, all of the request."""

    error: LinkError
    void: Void | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """All pairs of the request were delivered at this node."""


What = PairMade | Failed | Done


@dataclass(frozen=True, slots=True)
class Notice:
    """What a node has to tell one of its applications about a request."""

    node: str
    application: str
    request: RequestKey
    remote_node: str
    purpose: int
    what: What

    @property
    def at_origin(self) -> bool:
        """Whether it is told where the request was made."""
        return self.node == self.request.origin


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A notice as an application gets it; `number` rises by 1, from 1."""

    number: int
    notice: Notice


class LinkError(Enum):
    """Why a request was refused, or has failed: the names of the interface."""

    UNSUPPORTED = "UNSUPPORTED"
    NO_TIME = "NO_TIME"
    NO_RESOURCES = "NO_RESOURCES"
    TIMEOUT = "TIMEOUT"
    REJECTED = "REJECTED"
    OTHER = "OTHER"
    EXPIRED = "EXPIRED"
    MALFORMED = "MALFORMED"
    ALREADY_ACCEPTED = "ALREADY_ACCEPTED"
    QUBIT_NOT_FOUND = "QUBIT_NOT_FOUND"


class LinkRefusal(Exception):  # noqa: N818 - an answer, not an error
    """A node declines a request, and nothing comes of it. The message is for the caller."""

    def __init__(self, error: LinkError, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
