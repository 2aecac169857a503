"""What applications ask of a circuit, and what they are told (`network_layer.proto`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, TypeAlias

from qinet_reference.links.domain.events import Log
from qinet_reference.links.domain.model import Measured, Numbered, PairType, Qubit
from qinet_reference.links.domain.node import Site

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import BasisChoice
    from qinet_reference.links.domain.refusal import LinkError
    from qinet_reference.links.physics.bell import Bell


class Side(IntEnum):
    """An end of a circuit, or of one of its pairs: the one towards it."""

    HEAD = 0
    TAIL = 1

    @property
    def other(self) -> Side:
        """The end that this one is not."""
        return Side(1 - self)


class Confirmation(Enum):
    """Whether halves are delivered before it is known that they belong to a pair."""

    FIRST = "only halves of confirmed pairs"
    LATER = "halves as they are made"


@dataclass(frozen=True, slots=True)
class PathRequest:
    """Request. `max_time` and `window` in s; None is no limit, and no window."""

    circuit: str
    purpose: int
    type: PairType
    number: int
    min_fidelity: float = 0.0
    max_time: float | None = None
    window: float | None = None
    final_state: Bell | None = None
    confirmation: Confirmation = Confirmation.FIRST
    local_basis: BasisChoice | None = None
    remote_basis: BasisChoice | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmedPair:
    """A pair; `fidelity` is to the state `bell`, at the moment `fidelity_time`."""

    id: int
    bell: Bell
    fidelity: float
    fidelity_time: float


@dataclass(frozen=True, slots=True)
class Delivered:
    """A half is here. `pair` is None while it is provisional."""

    half_id: int
    half: Qubit | Measured
    pair: ConfirmedPair | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A half that was provisional belongs to a pair."""

    half_id: int
    pair: ConfirmedPair


@dataclass(frozen=True, slots=True)
class Expired:
    """A half that was provisional belongs to none."""

    half_id: int


@dataclass(frozen=True, slots=True)
class PathFailed:
    """The request has failed."""

    error: LinkError


@dataclass(frozen=True, slots=True)
class PathDone:
    """All pairs of the request were confirmed at this end."""


What = Delivered | Confirmed | Expired | PathFailed | PathDone


@dataclass(frozen=True, slots=True)
class PathNotice:
    """What an end has to tell one of its applications about a request."""

    node: str
    application: str
    circuit: str
    request: int
    remote_node: str
    purpose: int
    what: What


PathEvent: TypeAlias = Numbered[PathNotice]
"""A notice as an application gets it."""

PathLog: TypeAlias = Log[PathNotice]
"""What an application was told of paths."""

PathNode: TypeAlias = Site[PathNotice]
"""A node at which circuits end."""
