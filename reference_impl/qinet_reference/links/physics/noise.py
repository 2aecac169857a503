"""In which state a pair is when it has been heralded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qinet_reference.links.physics.bell import Bell, Matrix, Pauli, frozen, turned
from qinet_reference.links.physics.states import bell_diagonal, require_probabilities

DEPOLARISING = (1 / 3, 1 / 3, 1 / 3)
"""All errors alike: Werner states."""
DEPHASING = (0.0, 0.0, 1.0)
"""Only the phase is lost: errors Z."""
BIT_FLIP = (1.0, 0.0, 0.0)
"""Only bits are flipped: errors X."""


@dataclass(frozen=True, slots=True)
class PairNoise:
    """A heralded pair, of which one end suffered a Pauli error with the probability 1 - fidelity.

    Raises:
        ValueError: the fidelity is not within 0 and 1, or the shares are no probabilities.
    """

    fidelity: float
    """To the state that was heralded. From 0 to 1."""
    rest: tuple[float, float, float] = DEPOLARISING
    """Which errors: the shares of X, Y and Z, with the sum 1. Any Bell-diagonal state can be had:
    the error `pauli_between(heralded, other)` makes the other state."""

    def __post_init__(self) -> None:
        require_probabilities((self.fidelity, 1 - self.fidelity))
        require_probabilities(self.rest)

    def weights(self, heralded: Bell) -> dict[Bell, float]:
        """The probability of each Bell state."""
        errors = zip((Pauli.X, Pauli.Y, Pauli.Z), self.rest, strict=True)
        wrong = {turned(heralded, pauli): (1 - self.fidelity) * share for pauli, share in errors}
        return {heralded: self.fidelity, **wrong}

    def state(self, heralded: Bell) -> Matrix:
        """The density matrix, 4x4. Not writable."""
        return _state(self, heralded)


@lru_cache
def _state(noise: PairNoise, heralded: Bell) -> Matrix:
    return frozen(bell_diagonal(noise.weights(heralded)))
