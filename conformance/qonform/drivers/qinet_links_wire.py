"""`qinet.entanglement.v1` as messages: what is sent, and what a reply means. Pure, no I/O.

The counterpart of `qinet_wire` for entangled links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import duration_pb2, timestamp_pb2

from qinet.entanglement.v1 import entanglement_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2 as link_pb
from qinet.entanglement.v1 import qubits_pb2
from qonform.ports.entanglement import (
    Axis,
    BasisChoice,
    BasisSet,
    Bell,
    Delivery,
    Interleaving,
    Link,
    LinkError,
    LinkEvent,
    Measured,
    PairMade,
    PairRequest,
    PairType,
    PauliFrame,
    RandomBasis,
    RequestDone,
    RequestFailed,
    RequestKey,
    Rotation,
    Void,
)
from qonform.ports.outcome import Delivered, Outcome, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

_NANOSECONDS = 1_000_000_000

_TYPES = {
    PairType.KEEP: pb.PAIR_TYPE_KEEP,
    PairType.MEASURE: pb.PAIR_TYPE_MEASURE,
    PairType.PREPARE: pb.PAIR_TYPE_PREPARE,
}
_STATES = {
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
_DELIVERIES = {
    Delivery.PER_PAIR: link_pb.DELIVERY_PER_PAIR,
    Delivery.WHEN_COMPLETE: link_pb.DELIVERY_WHEN_COMPLETE,
}
_INTERLEAVINGS = {
    Interleaving.ALLOWED: link_pb.INTERLEAVING_ALLOWED,
    Interleaving.FORBIDDEN: link_pb.INTERLEAVING_FORBIDDEN,
}
_FRAMES = {
    PauliFrame.AS_HERALDED: link_pb.PAULI_FRAME_AS_HERALDED,
    PauliFrame.CORRECTED: link_pb.PAULI_FRAME_CORRECTED,
}
_ERRORS = {error: pb.LinkError.Value(f"LINK_ERROR_{error.name}") for error in LinkError}


def create_request(request: PairRequest) -> link_pb.CreateRequest:
    """CREATE as a message. Numbers must fit the wire: 0 to 2^32 - 1."""
    return link_pb.CreateRequest(
        remote_node_id=request.remote_node,
        purpose_id=request.purpose,
        type=_TYPES[request.type] if request.type else pb.PAIR_TYPE_UNSPECIFIED,
        number=request.number,
        min_fidelity=request.min_fidelity,
        max_time=None if request.max_time_s is None else _duration(request.max_time_s),
        priority=request.priority,
        delivery=_DELIVERIES[request.delivery],
        interleaving=_INTERLEAVINGS[request.interleaving],
        local_basis=_choice(request.local_basis),
        remote_basis=_choice(request.remote_basis),
        request_id=request.request_id,
    )


def measure_request(qubit: int, basis: Axis | Rotation) -> qubits_pb2.MeasureRequest:
    """A measurement as a message."""
    if isinstance(basis, Axis):
        return qubits_pb2.MeasureRequest(qubit_id=qubit, axis=_AXES[basis])
    return qubits_pb2.MeasureRequest(qubit_id=qubit, rotation=_rotation(basis))


def read_link(response: link_pb.GetLinkResponse, number: int) -> Outcome[Link]:
    """What is offered, from its message."""
    if not response.HasField("link"):
        return Unreadable("GetLinkResponse has no link", number)
    told = response.link
    types = {_named(_TYPES, value) for value in told.types}
    link = Link(
        told.node_id,
        told.remote_node_id,
        frozenset(kind for kind in types if kind is not None),
        told.max_min_fidelity,
        told.memory_qubits,
        told.max_number,
        told.expected_fidelity or None,
        told.pairs_per_second or None,
        _named(_FRAMES, told.pauli_frame),
        _named(_STATES, told.promised_state),
        _seconds(told.coherence_time) if told.HasField("coherence_time") else None,
        _seconds(told.attempt_time) if told.HasField("attempt_time") else None,
        _seconds(told.node_time) if told.HasField("node_time") else None,
    )
    return Delivered(link, number)


def read_created(response: link_pb.CreateResponse, number: int) -> Outcome[int]:
    """The Create ID of an ACK."""
    return Delivered(response.create_id, number)


def read_nothing(response: object, number: int) -> Outcome[None]:
    """An empty message."""
    del response
    return Delivered(None, number)


def read_measured(response: qubits_pb2.MeasureResponse, number: int) -> Outcome[Measured]:
    """What a measurement gave."""
    if not response.HasField("measured"):
        return Unreadable("MeasureResponse has no measured", number)
    return Delivered(_measured(response.measured), number)


def read_event(event: link_pb.LinkEvent, arrived_s: float, number: int) -> LinkEvent:
    """An event, from its message.

    Args:
        event: the message.
        arrived_s: when it came, in seconds after the start of the run.
        number: of the exchange.
    """
    return LinkEvent(
        event.number,
        RequestKey(event.origin_node_id, event.create_id),
        event.remote_node_id,
        event.purpose_id,
        _what(event),
        arrived_s,
        number,
    )


def _what(event: link_pb.LinkEvent) -> PairMade | RequestFailed | RequestDone | None:
    match event.WhichOneof("what"):
        case "made":
            return _made(event.made)
        case "failed":
            return RequestFailed(_named(_ERRORS, event.failed.error), _void(event.failed))
        case "done":
            return RequestDone()
        case _:
            return None


def _made(made: link_pb.PairMade) -> PairMade:
    half = made.WhichOneof("half")
    return PairMade(
        made.sequence,
        _named(_TYPES, made.type),
        _named(_STATES, made.bell_state),
        made.goodness,
        _seconds(made.goodness_time) if made.HasField("goodness_time") else None,
        made.qubit.qubit_id if half == "qubit" else None,
        _measured(made.measured) if half == "measured" else None,
    )


def _void(failed: link_pb.LinkFailure) -> Void | None:
    match failed.WhichOneof("void"):
        case "range":
            return Void(failed.range.first, failed.range.end)
        case "all":
            return Void()
        case _:
            return None


def _measured(measured: pb.Measured) -> Measured:
    turned = measured.rotation
    basis: Axis | Rotation | None = _named(_AXES, measured.axis)
    if basis is None:
        basis = Rotation(turned.first_x_rad, turned.then_y_rad, turned.then_x_rad)
    at = _seconds(measured.measured_time) if measured.HasField("measured_time") else None
    return Measured(measured.outcome, basis, at)


def _choice(choice: BasisChoice | None) -> pb.BasisChoice | None:
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


def _duration(seconds: float) -> duration_pb2.Duration:
    whole, nanos = divmod(round(seconds * _NANOSECONDS), _NANOSECONDS)
    return duration_pb2.Duration(seconds=whole, nanos=nanos)


def _seconds(told: duration_pb2.Duration | timestamp_pb2.Timestamp) -> float:
    return told.seconds + told.nanos / _NANOSECONDS


def _named(names: Mapping[Any, int], value: int) -> Any:
    """The name of a value on the wire; None for what the interface does not know."""
    found: Enum | None = next((name for name, known in names.items() if known == value), None)
    return found
