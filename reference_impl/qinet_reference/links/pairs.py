"""Pairs as density matrices, each end of which is measured when its time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.physics.decay import Decay
from qinet_reference.links.physics.measurement import measure
from qinet_reference.links.physics.noise import PairNoise
from qinet_reference.links.physics.states import End

if TYPE_CHECKING:
    from qinet_reference.links.domain.physics import Pair
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.physics.bell import Bell, Matrix
    from qinet_reference.links.physics.chance import Chance


class NoisyPairs:
    """Makes pairs with the noise that the terms name, in memories that decay as they say."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        """See `Physics`."""
        rho = PairNoise(terms.fidelity, terms.errors).state(label)
        memory = Decay(terms.relaxation_time, terms.coherence_time)
        return _NoisyPair(rho, memory, now, self._chance)


class _NoisyPair:
    def __init__(self, rho: Matrix, memory: Decay, made: float, chance: Chance) -> None:
        self._rho = rho
        self._memory = memory
        self._made = made
        self._chance = chance

    def measure(self, end: int, basis: Basis, now: float) -> int:
        """See `Pair`. Only the end that is measured need decay: what the other does is its own."""
        here, waited = End(end), now - self._made
        rho = self._memory.after(self._rho, here, waited) if waited > 0 else self._rho
        outcome, self._rho = measure(rho, here, basis, self._chance)
        return outcome
