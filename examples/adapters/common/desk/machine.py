"""What a simulator must be able to do, so that the desk can serve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desk.bases import Basis
    from desk.request import Request
    from qinet.entanglement.v1 import entanglement_pb2 as common


@dataclass(frozen=True)
class Terms:
    """What links of a simulator can do, all alike. Durations in s; 0: not told."""

    types: tuple[common.PairType.ValueType, ...]
    memory: int
    max_number: int
    max_min_fidelity: float
    promised_state: common.BellState.ValueType
    expected_fidelity: float = 0.0
    pairs_per_second: float = 0.0
    attempt_time: float = 0.0


class Machine(Protocol):
    """A simulator with its nodes and links."""

    supplier: str
    name: str
    version: str
    terms: Terms
    speed: float
    """Seconds that the nodes' clocks go on in one second."""

    @property
    def nodes(self) -> Sequence[str]:
        """Their IDs; applications are at the first and at the second."""

    @property
    def links(self) -> Sequence[tuple[str, str]]:
        """Neighbours."""

    async def start(self) -> None:
        """Make it ready to serve."""

    async def stop(self) -> None:
        """End it."""

    def now(self) -> float:
        """What the nodes' clocks show: s since 1970."""

    def measures(self, basis: Basis) -> bool:
        """Whether it can measure so."""

    async def serve(self, request: Request) -> None:
        """Make pairs for a request until it wants no more, or has no room. May be cancelled.

        For each pair: `request.claim()` once, then `request.made()` for each end.
        """

    async def measure(self, node: str, qubit: Any, basis: Basis) -> int:
        """The outcome of a qubit that `serve` handed over; it is gone thereafter."""

    async def release(self, node: str, qubit: Any) -> None:
        """Give such a qubit up."""
