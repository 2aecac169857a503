"""What is measured of a qubit: `Axis` and `Rotation` of `qinet.entanglement.v1`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from qinet_reference.links.physics.bell import PAULI_MATRICES, Matrix, Pauli, frozen

_HALF = math.sqrt(0.5)
_KEPT = 1024
"""Bases whose matrices are kept: applications choose the angles."""


class Axis(Enum):
    """Directions of the Bloch sphere: the parts of X, Y and Z in the operator."""

    X = (1.0, 0.0, 0.0)
    Y = (0.0, 1.0, 0.0)
    Z = (0.0, 0.0, 1.0)
    Z_PLUS_X = (_HALF, 0.0, _HALF)
    Z_MINUS_X = (-_HALF, 0.0, _HALF)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Along Z, after three turns of the qubit: about X, then about Y, then about X. Unit: rad.

    X is a turn by -pi/2 about Y, and Y is one by pi/2 about X.
    """

    first_x: float
    then_y: float
    then_x: float


Basis: TypeAlias = Axis | Rotation


@lru_cache(_KEPT)
def observable(basis: Basis) -> Matrix:
    """The operator that is measured, 2x2, with eigenvalues +1 and -1. Not writable."""
    if isinstance(basis, Axis):
        parts = zip(basis.value, (Pauli.X, Pauli.Y, Pauli.Z), strict=True)
        return frozen(np.sum([part * PAULI_MATRICES[pauli] for part, pauli in parts], axis=0))
    turns = (
        _turn(Pauli.X, basis.then_x) @ _turn(Pauli.Y, basis.then_y) @ _turn(Pauli.X, basis.first_x)
    )
    return frozen(turns.conj().T @ PAULI_MATRICES[Pauli.Z] @ turns)


@lru_cache(_KEPT)
def projectors(basis: Basis) -> tuple[Matrix, Matrix]:
    """Onto what outcome 0 leaves, the eigenvalue +1, and onto what outcome 1 leaves, each 2x2."""
    identity, operator = PAULI_MATRICES[Pauli.I], observable(basis)
    return frozen((identity + operator) / 2), frozen((identity - operator) / 2)


def _turn(about: Pauli, angle: float) -> Matrix:
    """A turn of the Bloch sphere, right-handed: exp(-i angle P/2)."""
    return (
        math.cos(angle / 2) * PAULI_MATRICES[Pauli.I]
        - 1j * math.sin(angle / 2) * PAULI_MATRICES[about]
    )
