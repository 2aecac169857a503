"""States of a pair: 4x4 density matrices, in the basis 00, 01, 10, 11, first end first."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from qinet_reference.links.physics.bell import (
    PAULI_MATRICES,
    Bell,
    Matrix,
    Pauli,
    frozen,
    projector,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

TOLERANCE = 1e-9
"""By how much probabilities that are given may miss the sum 1."""


class End(IntEnum):
    """One of the two ends of a pair."""

    FIRST = 0
    """The node with the lower ID."""
    SECOND = 1

    @property
    def other(self) -> End:
        """The end that this one is not."""
        return End(1 - self)


def werner(bell: Bell, fidelity: float) -> Matrix:
    """A Bell state with that fidelity, and the rest spread evenly over the other three.

    Raises:
        ValueError: the fidelity is not within 0 and 1.
    """
    rest = (1 - fidelity) / 3
    return bell_diagonal({each: fidelity if each is bell else rest for each in Bell})


def bell_diagonal(weights: Mapping[Bell, float]) -> Matrix:
    """The Bell states, each with its probability; those that are not named with 0.

    Raises:
        ValueError: a weight is below 0, or their sum is not 1.
    """
    require_probabilities(weights.values())
    rho = np.zeros((4, 4), dtype=np.complex128)
    for bell, weight in weights.items():
        rho += weight * projector(bell)
    return rho


def fidelity(rho: Matrix, bell: Bell) -> float:
    """The probability of finding the pair in a Bell state, from 0 to 1."""
    return float(np.vdot(projector(bell), rho).real)


def ends_swapped(rho: Matrix) -> Matrix:
    """The same state, with the two ends in the other order."""
    return rho.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)


def state_of(rho: Matrix, end: End) -> Matrix:
    """What one end is in, 2x2, when nothing is known of the other."""
    state: Matrix = np.trace(rho.reshape(2, 2, 2, 2), axis1=end.other, axis2=end.other + 2)
    return state


def at_end(end: End, operator: Matrix) -> Matrix:
    """An operator on one qubit, 2x2, as one on the pair that leaves the other end alone."""
    identity = PAULI_MATRICES[Pauli.I]
    first, second = (operator, identity) if end is End.FIRST else (identity, operator)
    both: Matrix = first[:, None, :, None] * second[None, :, None, :]
    return both.reshape(4, 4).astype(np.complex128)


def with_pauli(rho: Matrix, end: End, pauli: Pauli) -> Matrix:
    """The state after a Pauli was applied at one end."""
    operator = _pauli_at_end(end, pauli)
    return operator @ rho @ operator


@lru_cache
def _pauli_at_end(end: End, pauli: Pauli) -> Matrix:
    return frozen(at_end(end, PAULI_MATRICES[pauli]))


_PAULI_PAIRS: Matrix = np.array(
    [np.kron(a, b).ravel() for a, b in product(PAULI_MATRICES.values(), repeat=2)]
)
"""II, IX, ... ZZ, a row each of 16."""


def correlations(rho: Matrix) -> NDArray[np.float64]:
    """Expectations of the products of Paulis, 4x4, real: rows the first end's I, X, Y, Z.

    A state is told by them as well as by its density matrix.
    """
    expectations: NDArray[np.float64] = (_PAULI_PAIRS.conj() @ rho.ravel()).real
    return expectations.reshape(4, 4)


def of_correlations(expectations: NDArray[np.float64]) -> Matrix:
    """The density matrix with these expectations."""
    rho: Matrix = expectations.ravel() @ _PAULI_PAIRS / 4
    return rho.reshape(4, 4)


def require_probabilities(given: Iterable[float]) -> None:
    """Raises ValueError unless these are probabilities with the sum 1."""
    probabilities = list(given)
    if not all(each >= 0 for each in probabilities):
        raise ValueError(f"a probability is below 0: {probabilities}")
    if not abs(sum(probabilities) - 1) <= TOLERANCE:
        raise ValueError(f"probabilities do not have the sum 1: {probabilities}")
