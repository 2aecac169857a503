"""Entanglement swapping: a Bell measurement of the inner ends of two pairs joins the outer ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qinet_reference.links.physics.bell import Bell, Matrix
from qinet_reference.links.physics.chance import ROUNDING, Chance, draw
from qinet_reference.links.physics.states import correlations, of_correlations


@dataclass(frozen=True, slots=True)
class Branch:
    """One result of a Bell measurement."""

    found: Bell
    """The state in which the inner ends were found."""
    probability: float
    rho: Matrix
    """The state of the outer ends, 4x4: the left pair's first end, the right pair's second."""


def swap(left: Matrix, right: Matrix, chance: Chance, depolarising: float = 0.0) -> Branch:
    """Measures the left pair's second end and the right pair's first in the Bell basis.

    If the pairs were `a` and `b`, the outer ends are `after_swapping(a, b, found)`, as well as
    pairs and measurement are what they should be.

    Args:
        depolarising: the probability that the two qubits are replaced by noise beforehand.
    """
    possible = branches(left, right, depolarising)
    return possible[draw([branch.probability for branch in possible], chance)]


def branches(left: Matrix, right: Matrix, depolarising: float = 0.0) -> tuple[Branch, ...]:
    """Every result that can come, with its probability and what it leaves.

    Raises:
        ValueError: `depolarising` is not within 0 and 1.
    """
    if not 0 <= depolarising <= 1:
        raise ValueError(f"no probability: {depolarising}")
    one, other = correlations(left), correlations(right)
    found = []
    for bell in Bell:
        # Of the products of Paulis only equal ones have an expectation in a Bell state.
        inner = np.array([1.0, *bell.signs]) * [1.0, *[1 - depolarising] * 3]
        outer = (one * inner) @ other / 4
        probability = float(outer[0, 0])
        if probability > ROUNDING:
            found.append(Branch(bell, probability, of_correlations(outer / probability)))
    return tuple(found)
