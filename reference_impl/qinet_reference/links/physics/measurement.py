"""Measurements at the ends of a pair: outcomes by Born's rule, and what they leave.

Outcome 0 is the eigenvalue +1 of the observable, outcome 1 is -1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from qinet_reference.links.physics.bases import Basis, projectors
from qinet_reference.links.physics.bell import Matrix, frozen
from qinet_reference.links.physics.chance import ROUNDING, Chance, draw
from qinet_reference.links.physics.states import End, at_end, state_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KEPT = 4096
"""Bases, and pairs of bases, whose matrices are kept."""


def measure(rho: Matrix, end: End, basis: Basis, chance: Chance) -> tuple[int, Matrix]:
    """Measures one end: the outcome, and the state of the pair thereafter, 4x4."""
    zero, one = _at_end(end, basis)
    outcome = draw((float(np.vdot(zero, rho).real), float(np.vdot(one, rho).real)), chance)
    return outcome, _left_by((zero, one)[outcome], rho)


def measure_both(rho: Matrix, first: Basis, second: Basis, chance: Chance) -> tuple[int, int]:
    """Measures both ends of one pair: the first end's outcome, and the second's."""
    return divmod(draw(_joint(rho, first, second).tolist(), chance), 2)


def joint_probabilities(rho: Matrix, first: Basis, second: Basis) -> NDArray[np.float64]:
    """Probabilities of the outcomes, 2x2: rows the first end's outcome, columns the second's."""
    return _joint(rho, first, second).reshape(2, 2)


def prepared(rho: Matrix, end: End, basis: Basis, outcome: int) -> Matrix:
    """What the other end is in, 2x2, once this outcome has come at one end.

    Raises:
        ValueError: the outcome cannot come.
    """
    projector = _at_end(end, basis)[outcome]
    if np.vdot(projector, rho).real < ROUNDING:
        raise ValueError(f"outcome {outcome} along {basis} has the probability 0")
    return state_of(_left_by(projector, rho), end.other)


def _joint(rho: Matrix, first: Basis, second: Basis) -> NDArray[np.float64]:
    """Probabilities of 00, 01, 10 and 11."""
    probabilities: NDArray[np.float64] = (_both_ends(first, second) @ rho.ravel()).real
    return probabilities


def _left_by(projector: Matrix, rho: Matrix) -> Matrix:
    """The state that was projected, with the trace 1."""
    projected: Matrix = projector @ rho @ projector
    projected /= np.trace(projected).real
    return projected


@lru_cache(_KEPT)
def _at_end(end: End, basis: Basis) -> tuple[Matrix, Matrix]:
    """The projectors of both outcomes, each 4x4."""
    zero, one = projectors(basis)
    return frozen(at_end(end, zero)), frozen(at_end(end, one))


@lru_cache(_KEPT)
def _both_ends(first: Basis, second: Basis) -> Matrix:
    """The projectors of the outcomes 00, 01, 10 and 11, a row each of 16, conjugated."""
    return frozen(
        np.array(
            [np.kron(p, q).ravel() for p in projectors(first) for q in projectors(second)]
        ).conj()
    )
