"""Pairs in closed form: Werner states, whose held qubits lose polarisation exponentially."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Axis, Basis, Bell, Terms

if TYPE_CHECKING:
    import random

    from qinet_reference.links.domain.physics import Pair

Vector = tuple[float, float, float]
_HALF = math.sqrt(0.5)
_AXES: dict[Axis, Vector] = {
    Axis.X: (1.0, 0.0, 0.0),
    Axis.Y: (0.0, 1.0, 0.0),
    Axis.Z: (0.0, 0.0, 1.0),
    Axis.Z_PLUS_X: (_HALF, 0.0, _HALF),
    Axis.Z_MINUS_X: (-_HALF, 0.0, _HALF),
}


class WernerPhysics:
    """Makes Werner states of the fidelity of the terms."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        """See `Physics`."""
        weight = (4 * terms.fidelity - 1) / 3
        return _WernerPair(label, weight, terms.coherence_time, now, self._chance)


class _WernerPair:
    def __init__(
        self, label: Bell, weight: float, coherence: float, made: float, chance: random.Random
    ) -> None:
        self._signs = label.value
        self._weight = weight
        self._coherence = coherence
        self._made = made
        self._chance = chance
        self._partner: Vector | None = None

    def measure(self, end: int, basis: Basis, now: float) -> int:
        del end  # all Bell states are the same from both ends
        axis = direction(basis)
        kept = math.exp(-(now - self._made) / self._coherence)
        polarisation = 0.0
        if self._partner is not None:
            polarisation = kept * sum(a * b for a, b in zip(axis, self._partner, strict=True))
        outcome = int(self._chance.random() >= (1 + polarisation) / 2)
        weight = self._weight * kept * (-1 if outcome else 1)
        x, y, z = (weight * sign * part for sign, part in zip(self._signs, axis, strict=True))
        self._partner = (x, y, z)
        return outcome


def direction(basis: Basis) -> Vector:
    """The direction of the operator that a basis names, on the Bloch sphere."""
    if isinstance(basis, Axis):
        return _AXES[basis]
    about_x = basis.then_x
    y, z = math.sin(about_x), math.cos(about_x)
    x, z = -z * math.sin(basis.then_y), z * math.cos(basis.then_y)
    first = basis.first_x
    return x, y * math.cos(first) + z * math.sin(first), z * math.cos(first) - y * math.sin(first)
