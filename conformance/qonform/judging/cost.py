"""What a check draws at most, said before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from qonform.drivers.meter import Resource


class Effort(StrEnum):
    """How much a run explores."""

    QUICK = "quick"
    """Every requirement that is cheap to decide."""
    STANDARD = "standard"
    """What a report is signed for."""
    THOROUGH = "thorough"
    """Explores as long as the budget, or the time given, lasts."""

    def of(self, quick: int, standard: int, thorough: int) -> int:
        """One of three numbers, by this effort."""
        return {Effort.QUICK: quick, Effort.STANDARD: standard}.get(self, thorough)


@dataclass(frozen=True)
class Offer:
    """The limits of a KME, on which costs depend; by default those of the example in 014 6.1."""

    key_size: int = 352
    """Default size in bit."""
    min_key_size: int = 64
    """In bit."""
    max_key_size: int = 1024
    """In bit."""
    max_key_per_request: int = 128
    max_sae_id_count: int = 0
    stored_key_count: int = 25_000
    resource: ClassVar[Resource] = Resource.KEY

    @property
    def unit(self) -> int:
        """What costs are told in, a key of default size, in the resource's own unit: bit."""
        return self.key_size

    @property
    def smallest(self) -> int:
        """The smallest multiple of 8 between the limits, in bit; the default size if none is."""
        rounded = 8 * -(-max(1, self.min_key_size) // 8)
        return rounded if rounded <= self.max_key_size else self.key_size

    def keys(self, bits: float) -> float:
        """So many bits, in keys of default size."""
        return bits / self.key_size


@dataclass(frozen=True)
class LinkOffer:
    """The limits of a link, on which costs depend."""

    max_number: int = 200
    """pairs of one request"""
    memory: int = 16
    """qubits of a node"""
    resource: ClassVar[Resource] = Resource.PAIRS
    unit: ClassVar[int] = 1
    """Costs are told in pairs."""


AnyOffer: TypeAlias = Offer | LinkOffer

Cost: TypeAlias = Callable[[Any, Effort], float]
"""The most that a check draws from a target that conforms, by what it offers: in keys of default
size, or in pairs."""


def by_effort(quick: float, standard: float, thorough: float) -> Cost:
    """A cost that depends on the effort alone."""
    costs = {Effort.QUICK: quick, Effort.STANDARD: standard, Effort.THOROUGH: thorough}
    return lambda _offer, effort: costs[effort]
