"""What all services of `qinet.entanglement.v1` have in common as messages. Pure, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import duration_pb2, timestamp_pb2

from qinet.entanglement.v1 import entanglement_pb2 as pb
from qinet.entanglement.v1 import qubits_pb2
from qonform.ports.entanglement import (
    Axis,
    BasisChoice,
    BasisSet,
    Bell,
    LinkError,
    Measured,
    PairType,
    RandomBasis,
    Rotation,
)
from qonform.ports.outcome import Delivered, Outcome, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

_NANOSECONDS = 1_000_000_000

TYPES = {
    PairType.KEEP: pb.PAIR_TYPE_KEEP,
    PairType.MEASURE: pb.PAIR_TYPE_MEASURE,
    PairType.PREPARE: pb.PAIR_TYPE_PREPARE,
}
STATES = {
    Bell.PHI_PLUS: pb.BELL_STATE_PHI_PLUS,
    Bell.PHI_MINUS: pb.BELL_STATE_PHI_MINUS,
    Bell.PSI_PLUS: pb.BELL_STATE_PSI_PLUS,
    Bell.PSI_MINUS: pb.BELL_STATE_PSI_MINUS,
}
_AXES = {
    Axis.X: pb.AXIS_X,
    Axis.Y: pb.AXIS_Y,
    Axis.Z: pb.AXIS_Z,
    Axis.Z_PLUS_X: pb.AXIS_Z_PLUS_X,
    Axis.Z_MINUS_X: pb.AXIS_Z_MINUS_X,
}
_SETS = {
    BasisSet.XZ: pb.BASIS_SET_XZ,
    BasisSet.XYZ: pb.BASIS_SET_XYZ,
    BasisSet.CHSH: pb.BASIS_SET_CHSH,
}
ERRORS = {error: pb.LinkError.Value(f"LINK_ERROR_{error.name}") for error in LinkError}


def measure_request(qubit: int, basis: Axis | Rotation) -> qubits_pb2.MeasureRequest:
    """A measurement as a message."""
    if isinstance(basis, Axis):
        return qubits_pb2.MeasureRequest(qubit_id=qubit, axis=_AXES[basis])
    return qubits_pb2.MeasureRequest(qubit_id=qubit, rotation=_rotation(basis))


def read_nothing(response: object, number: int) -> Outcome[None]:
    """An empty message."""
    del response
    return Delivered(None, number)


def read_measured(response: qubits_pb2.MeasureResponse, number: int) -> Outcome[Measured]:
    """What a measurement gave."""
    if not response.HasField("measured"):
        return Unreadable("MeasureResponse has no measured", number)
    return Delivered(measured_of(response.measured), number)


def measured_of(measured: pb.Measured) -> Measured:
    """An outcome, from its message."""
    turned = measured.rotation
    basis: Axis | Rotation | None = named(_AXES, measured.axis)
    if basis is None:
        basis = Rotation(turned.first_x_rad, turned.then_y_rad, turned.then_x_rad)
    at = seconds(measured.measured_time) if measured.HasField("measured_time") else None
    return Measured(measured.outcome, basis, at)


def choice_message(choice: BasisChoice | None) -> pb.BasisChoice | None:
    """How to measure, as a message; None for none."""
    match choice:
        case None:
            return None
        case Axis():
            return pb.BasisChoice(fixed=_AXES[choice])
        case Rotation():
            return pb.BasisChoice(rotation=_rotation(choice))
        case RandomBasis():
            random = pb.RandomBasis(set=_SETS[choice.among], probabilities=choice.probabilities)
            return pb.BasisChoice(random=random)


def _rotation(rotation: Rotation) -> pb.Rotation:
    return pb.Rotation(
        first_x_rad=rotation.first_x, then_y_rad=rotation.then_y, then_x_rad=rotation.then_x
    )


def duration(seconds: float) -> duration_pb2.Duration:
    """Seconds as a message."""
    whole, nanos = divmod(round(seconds * _NANOSECONDS), _NANOSECONDS)
    return duration_pb2.Duration(seconds=whole, nanos=nanos)


def seconds(told: duration_pb2.Duration | timestamp_pb2.Timestamp) -> float:
    """A message in seconds."""
    return told.seconds + told.nanos / _NANOSECONDS


def named(names: Mapping[Any, int], value: int) -> Any:
    """The name of a value on the wire; None for what the interface does not know."""
    found: Enum | None = next((name for name, known in names.items() if known == value), None)
    return found
