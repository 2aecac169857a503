"""What the core asks of quantum physics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.physics.bell import Bell


class Pair(Protocol):
    """Two qubits. Their ends are 0, at the node with the lower ID, and 1."""

    def measure(self, end: int, basis: Basis, now: float) -> int:
        """The outcome, 0 or 1, at one end; each end is measured once."""


class Physics(Protocol):
    """Makes pairs."""

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        """A pair that was just heralded as `label`, with the fidelity of `terms`."""
