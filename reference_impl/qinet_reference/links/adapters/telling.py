"""What the core tells as messages of `qinet.entanglement.v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf import duration_pb2, timestamp_pb2

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet_reference.links.domain.model import Failed, LinkEvent, Measured, PairMade, Qubit, Void
from qinet_reference.links.physics.bases import Axis

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairType, What
    from qinet_reference.links.domain.refusal import LinkError
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.physics.bell import Bell

_NANO = 1_000_000_000


def link_message(view: LinkView) -> pb.Link:
    """What is offered towards a neighbour."""
    terms = view.terms
    return pb.Link(
        node_id=view.node,
        remote_node_id=view.remote_node,
        types=sorted(type_message(one) for one in terms.types),
        max_min_fidelity=terms.max_min_fidelity,
        expected_fidelity=terms.fidelity,
        pairs_per_second=terms.pairs_per_second,
        memory_qubits=view.memory,
        max_number=terms.max_number,
        pauli_frame=pb.PauliFrame.Value(f"PAULI_FRAME_{terms.pauli_frame.name}"),
        promised_state=_promised(terms.promised_state),
        coherence_time=duration(terms.coherence_time),
        attempt_time=duration(terms.attempt_time),
        node_time=timestamp(view.now),
    )


def event_message(event: LinkEvent) -> pb.LinkEvent:
    """What became of a request, as one application is told."""
    notice = event.notice
    message = pb.LinkEvent(
        number=event.number,
        origin_node_id=notice.request.origin,
        create_id=notice.request.create_id,
        remote_node_id=notice.remote_node,
        purpose_id=notice.purpose,
    )
    _write(message, notice.what)
    return message


def measured_message(measured: Measured) -> common.Measured:
    """The outcome of a measurement."""
    message = common.Measured(outcome=measured.outcome, measured_time=timestamp(measured.time))
    basis = measured.basis
    if isinstance(basis, Axis):
        message.axis = common.Axis.Value(f"AXIS_{basis.name}")
    else:
        turned = common.Rotation(
            first_x_rad=basis.first_x, then_y_rad=basis.then_y, then_x_rad=basis.then_x
        )
        message.rotation.CopyFrom(turned)
    return message


def bell_state(bell: Bell) -> common.BellState.ValueType:
    """A Bell state by its name."""
    return common.BellState.Value(f"BELL_STATE_{bell.name}")


def timestamp(seconds: float) -> timestamp_pb2.Timestamp:
    """A moment on the node's clock; s since 1970."""
    whole = int(seconds // 1)
    return timestamp_pb2.Timestamp(seconds=whole, nanos=int((seconds - whole) * _NANO))


def _promised(bell: Bell | None) -> common.BellState.ValueType:
    return common.BELL_STATE_UNSPECIFIED if bell is None else bell_state(bell)


def _write(message: pb.LinkEvent, what: What) -> None:
    if isinstance(what, PairMade):
        message.made.CopyFrom(_made(what))
    elif isinstance(what, Failed):
        message.failed.CopyFrom(_failed(what))
    else:
        message.done.SetInParent()


def _made(made: PairMade) -> pb.PairMade:
    message = pb.PairMade(
        sequence=made.sequence,
        type=type_message(made.type),
        bell_state=bell_state(made.bell),
        goodness=made.goodness,
        goodness_time=timestamp(made.goodness_time),
    )
    if isinstance(made.half, Qubit):
        message.qubit.qubit_id = made.half.id
    else:
        message.measured.CopyFrom(measured_message(made.half))
    return message


def _failed(failed: Failed) -> pb.LinkFailure:
    message = pb.LinkFailure(error=error_message(failed.error))
    if isinstance(failed.void, Void):
        message.range.CopyFrom(pb.SequenceRange(first=failed.void.first, end=failed.void.end))
    elif message.error == common.LINK_ERROR_EXPIRED:
        message.all.SetInParent()
    return message


def type_message(pair_type: PairType) -> common.PairType.ValueType:
    """A type of request by its name."""
    return common.PairType.Value(f"PAIR_TYPE_{pair_type.name}")


def error_message(error: LinkError) -> common.LinkError.ValueType:
    """Why something failed, by its name."""
    return common.LinkError.Value(f"LINK_ERROR_{error.name}")


def duration(seconds: float) -> duration_pb2.Duration:
    """A time in s."""
    whole = int(seconds // 1)
    return duration_pb2.Duration(seconds=whole, nanos=round((seconds - whole) * _NANO))
