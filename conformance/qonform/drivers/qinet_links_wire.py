"""`qinet.entanglement.v1` as messages: what is sent, and what a reply means. Pure, no I/O.

The counterpart of `qinet_wire` for entangled links.
"""

from __future__ import annotations

from qinet.entanglement.v1 import entanglement_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2 as link_pb
from qonform.drivers.qinet_pairs_wire import (
    ERRORS,
    STATES,
    TYPES,
    choice_message,
    duration,
    measured_of,
    named,
    seconds,
)
from qonform.ports.entanglement import (
    Delivery,
    Interleaving,
    Link,
    LinkEvent,
    PairMade,
    PairRequest,
    PauliFrame,
    RequestDone,
    RequestFailed,
    RequestKey,
    Void,
)
from qonform.ports.outcome import Delivered, Outcome, Unreadable

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


def create_request(request: PairRequest) -> link_pb.CreateRequest:
    """CREATE as a message. Numbers must fit the wire: 0 to 2^32 - 1."""
    return link_pb.CreateRequest(
        remote_node_id=request.remote_node,
        purpose_id=request.purpose,
        type=TYPES[request.type] if request.type else pb.PAIR_TYPE_UNSPECIFIED,
        number=request.number,
        min_fidelity=request.min_fidelity,
        max_time=None if request.max_time_s is None else duration(request.max_time_s),
        priority=request.priority,
        delivery=_DELIVERIES[request.delivery],
        interleaving=_INTERLEAVINGS[request.interleaving],
        local_basis=choice_message(request.local_basis),
        remote_basis=choice_message(request.remote_basis),
        request_id=request.request_id,
    )


def read_link(response: link_pb.GetLinkResponse, number: int) -> Outcome[Link]:
    """What is offered, from its message."""
    if not response.HasField("link"):
        return Unreadable("GetLinkResponse has no link", number)
    told = response.link
    types = {named(TYPES, value) for value in told.types}
    link = Link(
        told.node_id,
        told.remote_node_id,
        frozenset(kind for kind in types if kind is not None),
        told.max_min_fidelity,
        told.memory_qubits,
        told.max_number,
        told.expected_fidelity or None,
        told.pairs_per_second or None,
        named(_FRAMES, told.pauli_frame),
        named(STATES, told.promised_state),
        seconds(told.coherence_time) if told.HasField("coherence_time") else None,
        seconds(told.attempt_time) if told.HasField("attempt_time") else None,
        seconds(told.node_time) if told.HasField("node_time") else None,
    )
    return Delivered(link, number)


def read_created(response: link_pb.CreateResponse, number: int) -> Outcome[int]:
    """The Create ID of an ACK."""
    return Delivered(response.create_id, number)


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
            return RequestFailed(named(ERRORS, event.failed.error), _void(event.failed))
        case "done":
            return RequestDone()
        case _:
            return None


def _made(made: link_pb.PairMade) -> PairMade:
    half = made.WhichOneof("half")
    return PairMade(
        made.sequence,
        named(TYPES, made.type),
        named(STATES, made.bell_state),
        made.goodness,
        seconds(made.goodness_time) if made.HasField("goodness_time") else None,
        made.qubit.qubit_id if half == "qubit" else None,
        measured_of(made.measured) if half == "measured" else None,
    )


def _void(failed: link_pb.LinkFailure) -> Void | None:
    match failed.WhichOneof("void"):
        case "range":
            return Void(failed.range.first, failed.range.end)
        case "all":
            return Void()
        case _:
            return None
