"""Which outcomes at one axis a Bell state allows: the error bit of a pair."""

from __future__ import annotations

from qonform.ports.entanglement import Axis, Bell

PAULI_AXES = (Axis.X, Axis.Y, Axis.Z)
"""In the order of the signs of a `Bell`."""


def sign(state: Bell, axis: Axis) -> int:
    """+1 if both ends see equal outcomes at this axis, -1 if opposite ones.

    Raises:
        ValueError: the axis is none of X, Y and Z.
    """
    return state.value[PAULI_AXES.index(axis)]


def breaks(state: Bell, axis: Axis, one: int, other: int) -> bool:
    """Whether the outcomes (0 or 1) of the two ends at a common axis break the state's relation."""
    return (one == other) != (sign(state, axis) > 0)


def telling_axes(one: Bell, other: Bell) -> tuple[Axis, ...]:
    """The two axes at which two different states promise opposite relations."""
    return tuple(axis for axis in PAULI_AXES if sign(one, axis) != sign(other, axis))


def fidelity(error_x: float, error_y: float, error_z: float) -> float:
    """Fidelity to a Bell state, of any state of two qubits, from the shares of broken relations."""
    return 1 - (error_x + error_y + error_z) / 2
