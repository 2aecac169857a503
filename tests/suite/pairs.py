"""Two qubits as numpy sees them: states, axes, outcomes. Nothing of the suite but its names."""

import numpy as np

from qonform.ports.entanglement import Axis, Bell

I2, X, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.diag([1, -1])
Y = np.array([[0, -1j], [1j, 0]])
OPERATORS = {
    Axis.X: X,
    Axis.Y: Y,
    Axis.Z: Z,
    Axis.Z_PLUS_X: (Z + X) / np.sqrt(2),
    Axis.Z_MINUS_X: (Z - X) / np.sqrt(2),
}
KETS = {
    Bell.PHI_PLUS: np.array([1, 0, 0, 1]) / np.sqrt(2),
    Bell.PHI_MINUS: np.array([1, 0, 0, -1]) / np.sqrt(2),
    Bell.PSI_PLUS: np.array([0, 1, 1, 0]) / np.sqrt(2),
    Bell.PSI_MINUS: np.array([0, 1, -1, 0]) / np.sqrt(2),
}


def density(state):
    return np.outer(KETS[state], KETS[state].conj())


def werner(state, fidelity):
    weight = (4 * fidelity - 1) / 3
    return weight * density(state) + (1 - weight) * np.eye(4) / 4


def any_state(rng):
    """A mixed state drawn at random, near to no other."""
    made = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    made = made[:, : rng.integers(1, 5)]
    made = made @ made.conj().T
    return made / np.trace(made).real


def mean(rho, one, other):
    """Expectation of the product of two axes' signs."""
    return float(np.trace(rho @ np.kron(OPERATORS[one], OPERATORS[other])).real)


def outcomes(rng, rho, one, other):
    """What both ends measure: 0 for +1, 1 for -1."""
    chances = []
    for first in (0, 1):
        for second in (0, 1):
            half = [
                (I2 + (-1) ** bit * OPERATORS[axis]) / 2
                for bit, axis in ((first, one), (second, other))
            ]
            chances.append(max(0.0, float(np.trace(rho @ np.kron(*half)).real)))
    drawn = int(rng.choice(4, p=np.array(chances) / sum(chances)))
    return drawn >> 1, drawn & 1
