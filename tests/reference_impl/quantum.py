"""Random states, as the reference and as qutip have them, and an exact bound for what was drawn."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import qutip
from scipy.stats import binom

from qinet_reference.links.physics.bases import Axis, Rotation
from qinet_reference.links.physics.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Iterable

ALPHA = 1e-9
"""How often a test over what was drawn may be wrong about a sampler that is right."""
PAIR = [[2, 2], [2, 2]]
PAULIS = (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())
QUTIP_BELL = {
    Bell.PHI_PLUS: qutip.bell_state("00"),
    Bell.PHI_MINUS: qutip.bell_state("01"),
    Bell.PSI_PLUS: qutip.bell_state("10"),
    Bell.PSI_MINUS: qutip.bell_state("11"),
}


class Fixed:
    """Chance that gives the same number each time."""

    def __init__(self, number: float) -> None:
        self._number = number

    def random(self) -> float:
        return self._number


def close(ours: object, theirs: object) -> bool:
    """Whether two matrices are alike to 1e-9 in each entry."""
    one, other = (m.full() if isinstance(m, qutip.Qobj) else np.asarray(m) for m in (ours, theirs))
    return one.shape == other.shape and bool(np.abs(one - other).max() < 1e-9)


def random_pairs(number: int, seed: int) -> list[qutip.Qobj]:
    """States of two qubits: mixed ones of every rank, and product states."""
    rng = np.random.default_rng(seed)
    mixed = [qutip.rand_dm(PAIR[0], rank=1 + i % 4, seed=rng) for i in range(number)]
    return [*mixed, qutip.tensor(qutip.rand_dm(2, seed=rng), qutip.rand_dm(2, seed=rng))]


def random_bases(number: int, seed: int) -> list[Axis | Rotation]:
    """All axes by name, and turns by random angles."""
    rng = np.random.default_rng(seed)
    return [*Axis, *(Rotation(*rng.uniform(-7, 7, 3)) for _ in range(number))]


def operator(basis: Axis | Rotation) -> qutip.Qobj:
    """The observable as the interface words it, made by exponentials of qutip's matrices."""
    x, y, z = PAULIS

    def turn(about: qutip.Qobj, angle: float) -> qutip.Qobj:
        return (-0.5j * angle * about).expm()

    if isinstance(basis, Rotation):
        turns = turn(x, basis.then_x) * turn(y, basis.then_y) * turn(x, basis.first_x)
        return turns.dag() * z * turns
    about_y = {Axis.Z_PLUS_X: math.pi / 4, Axis.Z_MINUS_X: -math.pi / 4}
    if basis in about_y:  # the operator Z itself is turned
        return turn(y, about_y[basis]) * z * turn(y, about_y[basis]).dag()
    return dict(zip((Axis.X, Axis.Y, Axis.Z), PAULIS, strict=True))[basis]


@lru_cache
def outcomes(basis: Axis | Rotation) -> list[qutip.Qobj]:
    """The projectors onto the eigenvectors of the observable: +1 first."""
    values, vectors = operator(basis).eigenstates()
    assert np.allclose(values, [-1, 1])
    return [vectors[1].proj(), vectors[0].proj()]


def as_expected(counts: Iterable[int], probabilities: Iterable[float], cases: int = 1) -> bool:
    """Whether counts may come of these probabilities.

    Each count is binomial. A sampler that is right is called wrong, in any of its cells and of
    `cases` such tests together, with a probability of at most `ALPHA` (both exact tails of each
    cell, and the union bound).
    """
    seen, expected = list(counts), list(probabilities)
    n, share = sum(seen), ALPHA / (2 * cases * len(seen))
    return all(
        binom.cdf(count, n, p) > share and binom.sf(count - 1, n, p) > share
        for count, p in zip(seen, np.clip(expected, 0, 1), strict=True)
    )
