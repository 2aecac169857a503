"""What nodes of a circuit tell each other, from neighbour to neighbour (QNP)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from qinet_reference.paths.domain.model import Side

if TYPE_CHECKING:
    from qinet_reference.links.physics.bell import Bell
    from qinet_reference.paths.domain.model import PathRequest


class PairName(NamedTuple):
    """Names a pair of one link, at both nodes of the link."""

    link: int
    number: int


@dataclass(frozen=True, slots=True)
class Order:
    """A request that was taken. `applications`: at the head-end, and at the tail-end."""

    number: int
    request: PathRequest
    applications: tuple[str, str]
    deadline: float


@dataclass(frozen=True, slots=True)
class Forward:
    """From head to tail: make pairs for a request."""

    order: Order
    towards: Side = Side.TAIL


@dataclass(frozen=True, slots=True)
class Complete:
    """From head to tail: make no more for it."""

    order: int
    towards: Side = Side.TAIL


@dataclass(frozen=True, slots=True)
class Track:
    """From an end, along the swaps, to the other one: to which pair a pair belongs.

    `origin` is the pair that the end has a half of, `running` the one that it was joined to so far,
    `bell` what they are in together, `joined` when the last swap so far was made. `order` is the
    request to which the end has assigned its half.
    """

    towards: Side
    order: int
    origin: PairName
    running: PairName
    bell: Bell
    joined: float


@dataclass(frozen=True, slots=True)
class Expire:
    """From the node at which tracking has come to a cutoff, back to its end."""

    towards: Side
    origin: PairName


@dataclass(frozen=True, slots=True)
class Closing:
    """From an end to the other: a request fails at a moment, at both."""

    towards: Side
    order: int
    moment: float


Message: TypeAlias = Forward | Complete | Track | Expire | Closing
