"""What applications ask of a link, and what they are told (`qinet.entanglement.v1`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from qinet_reference.links.physics.bases import Axis, Basis, Rotation

if TYPE_CHECKING:
    from qinet_reference.links.domain.refusal import LinkError
    from qinet_reference.links.physics.bell import Bell

SEQUENCE_NUMBERS = 65_536
"""Sequence numbers count modulo this."""

N = TypeVar("N")
"""What a kind of notice is."""


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
class Numbered(Generic[N]):
    """A notice as an application gets it; `number` rises by 1, from 1."""

    number: int
    notice: N


LinkEvent: TypeAlias = Numbered[Notice]
