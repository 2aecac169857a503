"""The four Bell states, and how Paulis and swapping turn one into another.

Each is told by two bits, and so is each Pauli; all changes of label are sums of bits, modulo 2.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.complex128]
"""Of complex numbers: 2x2 for a qubit, 4x4 for a pair, in the basis 00, 01, 10, 11."""


class Pauli(Enum):
    """The Pauli operators: whether each flips the bit of a qubit, and whether its phase."""

    I = (0, 0)  # noqa: E741
    X = (1, 0)
    Y = (1, 1)
    Z = (0, 1)


class Bell(Enum):
    """The Bell states: whether the two bits differ, and whether the sign is minus.

    PHI_PLUS is (|00> + |11>)/sqrt(2), PHI_MINUS is (|00> - |11>)/sqrt(2), PSI_PLUS is
    (|01> + |10>)/sqrt(2), PSI_MINUS is (|01> - |10>)/sqrt(2).
    """

    PHI_PLUS = (0, 0)
    PHI_MINUS = (0, 1)
    PSI_PLUS = (1, 0)
    PSI_MINUS = (1, 1)

    @property
    def signs(self) -> tuple[int, int, int]:
        """Eigenvalues of XX, YY and ZZ: +1 where outcomes along that axis are equal."""
        differ, minus = self.value
        xx, zz = 1 - 2 * minus, 1 - 2 * differ
        return xx, -xx * zz, zz


def frozen(matrix: Matrix) -> Matrix:
    """The same matrix, which nobody can write to any more."""
    matrix.setflags(write=False)
    return matrix


PAULI_MATRICES = {
    Pauli.I: frozen(np.array([[1, 0], [0, 1]], dtype=np.complex128)),
    Pauli.X: frozen(np.array([[0, 1], [1, 0]], dtype=np.complex128)),
    Pauli.Y: frozen(np.array([[0, -1j], [1j, 0]], dtype=np.complex128)),
    Pauli.Z: frozen(np.array([[1, 0], [0, -1]], dtype=np.complex128)),
}
"""In the order I, X, Y, Z."""

_ROOT_2_TIMES = {
    Bell.PHI_PLUS: np.array([1, 0, 0, 1], dtype=np.complex128),
    Bell.PHI_MINUS: np.array([1, 0, 0, -1], dtype=np.complex128),
    Bell.PSI_PLUS: np.array([0, 1, 1, 0], dtype=np.complex128),
    Bell.PSI_MINUS: np.array([0, 1, -1, 0], dtype=np.complex128),
}
"""The kets times sqrt(2), so that projectors come out without rounding."""

_PROJECTORS = {bell: frozen(np.outer(ket, ket) / 2) for bell, ket in _ROOT_2_TIMES.items()}


def ket(bell: Bell) -> Matrix:
    """The amplitudes of 00, 01, 10 and 11, the first end's bit first."""
    amplitudes: Matrix = _ROOT_2_TIMES[bell] / math.sqrt(2)
    return amplitudes


def projector(bell: Bell) -> Matrix:
    """The density matrix of the state, 4x4. Not writable."""
    return _PROJECTORS[bell]


def turned(bell: Bell, pauli: Pauli) -> Bell:
    """What the state becomes when the Pauli is applied at one end, whichever."""
    return Bell(_sum(bell.value, pauli.value))


def pauli_between(one: Bell, other: Bell) -> Pauli:
    """The Pauli that turns one state into the other when applied at one end, whichever."""
    return Pauli(_sum(one.value, other.value))


def after_swapping(left: Bell, right: Bell, found: Bell) -> Bell:
    """The state of the outer ends of two pairs when their inner ends were found in `found`."""
    return Bell(_sum(_sum(left.value, right.value), found.value))


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Bit by bit, modulo 2."""
    return one[0] ^ other[0], one[1] ^ other[1]
