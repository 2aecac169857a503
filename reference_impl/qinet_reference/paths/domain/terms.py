"""What a circuit consists of, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType

if TYPE_CHECKING:
    from qinet_reference.links.domain.terms import Terms

_ROUNDING_S = 1e-5
"""Longer than what rounding does to the sum of a few moments. Unit: s."""


@dataclass(frozen=True, slots=True)
class CircuitTerms:
    """A chain of `nodes`, from the head-end to the tail-end, and of the `links` between them.

    Of each link's terms it uses how attempts succeed and what they make, and how memories decay.
    A node that swaps keeps a qubit for at most `cutoff`, and at most `waiting` of them towards each
    neighbour. A message takes `hop_time` from a node to the next. Both in s. A swap replaces its
    two qubits by noise with the probability `swap_noise`. `pairs_per_second` is what requests with
    a deadline can ask for together. At most `max_waiting` requests wait at once.
    """

    id: str
    nodes: tuple[str, ...]
    links: tuple[Terms, ...]
    pairs_per_second: float
    types: frozenset[PairType] = frozenset({PairType.KEEP, PairType.MEASURE})
    cutoff: float = 5e-3
    hop_time: float = 5e-5
    swap_noise: float = 0.0
    waiting: int = 4
    max_number: int = 1024
    max_waiting: int = 1024

    @property
    def message_time(self) -> float:
        """How long a message takes at most from one end to the other. Unit: s."""
        return len(self.links) * self.hop_time + _ROUNDING_S

    @property
    def shortest_time(self) -> float:
        """The shortest time that a request may have: tell the tail-end, make a pair, tell."""
        attempt = max(link.attempt_time for link in self.links)
        return attempt + 2 * self.message_time

    @property
    def records_kept(self) -> float:
        """For how long a node keeps what it did with a qubit: tracking comes earlier. Unit: s."""
        return len(self.links) * self.cutoff + 2 * self.message_time


@dataclass(frozen=True, slots=True)
class PathView:
    """A circuit as one of its ends sees it; `memory` in qubits, `now` by the node's clock."""

    terms: CircuitTerms
    memory: int
    now: float
