"""In which bases is measured: as axes, three turns, or a draw for each pair."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk.refusal import malformed
from qinet.entanglement.v1 import entanglement_pb2 as common

if TYPE_CHECKING:
    from qinet.entanglement.v1 import qubits_pb2

Turns = tuple[float, float, float]
"""About X, then about Y, then about X, before a measurement along Z. Unit: rad."""

AXES: dict[common.Axis.ValueType, Turns] = {
    common.AXIS_X: (0.0, -math.pi / 2, 0.0),
    common.AXIS_Y: (math.pi / 2, 0.0, 0.0),
    common.AXIS_Z: (0.0, 0.0, 0.0),
    common.AXIS_Z_PLUS_X: (0.0, -math.pi / 4, 0.0),
    common.AXIS_Z_MINUS_X: (0.0, math.pi / 4, 0.0),
}

_SETS = {
    common.BASIS_SET_XZ: (common.AXIS_X, common.AXIS_Z),
    common.BASIS_SET_XYZ: (common.AXIS_X, common.AXIS_Y, common.AXIS_Z),
    common.BASIS_SET_CHSH: (common.AXIS_Z_PLUS_X, common.AXIS_Z_MINUS_X),
}
_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Basis:
    """One basis: its turns, and its axis, or none where it has no name."""

    turns: Turns
    axis: common.Axis.ValueType = common.AXIS_UNSPECIFIED

    def write(self, message: common.Measured) -> None:
        """Name it in an outcome."""
        if self.axis:
            message.axis = self.axis
        else:
            first_x, then_y, then_x = self.turns
            message.rotation.first_x_rad = first_x
            message.rotation.then_y_rad = then_y
            message.rotation.then_x_rad = then_x


@dataclass(frozen=True)
class Choice:
    """Bases of which one is drawn for each pair."""

    among: tuple[Basis, ...]
    shares: tuple[float, ...]

    def draw(self) -> Basis:
        """One of them."""
        return random.choices(self.among, self.shares)[0]  # noqa: S311 - it simulates


def read_choice(message: common.BasisChoice) -> Choice:
    """How one end of a request is measured."""
    match message.WhichOneof("choice"):
        case "fixed":
            return Choice((_axis(message.fixed),), (1.0,))
        case "rotation":
            return Choice((_rotation(message.rotation),), (1.0,))
        case "random":
            return _random(message.random)
        case _:
            return Choice((_axis(common.AXIS_Z),), (1.0,))


def read_basis(message: qubits_pb2.MeasureRequest) -> Basis:
    """How a held qubit is to be measured."""
    match message.WhichOneof("basis"):
        case "axis":
            return _axis(message.axis)
        case "rotation":
            return _rotation(message.rotation)
        case _:
            return _axis(common.AXIS_Z)


def _axis(number: common.Axis.ValueType) -> Basis:
    if number not in AXES:
        raise malformed(f"{number} is no axis")
    return Basis(AXES[number], number)


def _rotation(message: common.Rotation) -> Basis:
    turns = (message.first_x_rad, message.then_y_rad, message.then_x_rad)
    if not all(map(math.isfinite, turns)):
        raise malformed("each angle shall be finite")
    return Basis(turns)


def _random(message: common.RandomBasis) -> Choice:
    if message.set not in _SETS:
        raise malformed(f"{message.set} is no set of bases")
    among = tuple(_axis(axis) for axis in _SETS[message.set])
    shares = tuple(message.probabilities) or (1 / len(among),) * len(among)
    fits = len(shares) == len(among) and all(0 <= share <= 1 for share in shares)
    if not fits or abs(sum(shares) - 1) > _SUM_TOLERANCE:
        raise malformed(f"{len(among)} probabilities shall be given, with the sum 1")
    return Choice(among, shares)
