"""`NetworkLayer` as messages: what is sent, and what a reply means. Pure, no I/O."""

from __future__ import annotations

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import network_layer_pb2 as pb
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
from qonform.ports.outcome import Delivered, Outcome, Unreadable
from qonform.ports.paths import (
    Confirmation,
    HalfConfirmed,
    HalfDelivered,
    HalfExpired,
    Path,
    PathDone,
    PathEvent,
    PathFailed,
    PathKey,
    PathPair,
    PathRequest,
    What,
)

_CONFIRMATIONS = {
    Confirmation.FIRST: pb.CONFIRMATION_FIRST,
    Confirmation.LATER: pb.CONFIRMATION_LATER,
}


def path_request(request: PathRequest) -> pb.RequestRequest:
    """A request as a message. Numbers must fit the wire: 0 to 2^32 - 1."""
    state = request.final_state
    return pb.RequestRequest(
        circuit_id=request.circuit,
        purpose_id=request.purpose,
        type=TYPES[request.type] if request.type else common.PAIR_TYPE_UNSPECIFIED,
        number=request.number,
        min_fidelity=request.min_fidelity,
        max_time=None if request.max_time_s is None else duration(request.max_time_s),
        window=None if request.window_s is None else duration(request.window_s),
        final_state=STATES[state] if state else common.BELL_STATE_UNSPECIFIED,
        confirmation=_CONFIRMATIONS[request.confirmation],
        local_basis=choice_message(request.local_basis),
        remote_basis=choice_message(request.remote_basis),
        request_id=request.request_id,
    )


def read_paths(response: pb.GetPathsResponse, number: int) -> Outcome[tuple[Path, ...]]:
    """Circuits, from their messages."""
    return Delivered(tuple(_path(told) for told in response.paths), number)


def read_path(response: pb.GetPathResponse, number: int) -> Outcome[Path]:
    """A circuit, from its message."""
    if not response.HasField("path"):
        return Unreadable("GetPathResponse has no path", number)
    return Delivered(_path(response.path), number)


def _path(told: pb.Path) -> Path:
    types = {named(TYPES, value) for value in told.types}
    return Path(
        told.circuit_id,
        told.head_node_id,
        tuple(told.intermediate_node_ids),
        told.tail_node_id,
        frozenset(kind for kind in types if kind is not None),
        told.max_min_fidelity,
        told.memory_qubits,
        told.max_number,
        told.expected_fidelity or None,
        told.pairs_per_second or None,
        seconds(told.shortest_time) if told.HasField("shortest_time") else None,
        seconds(told.node_time) if told.HasField("node_time") else None,
    )


def read_number(response: pb.RequestResponse, number: int) -> Outcome[int]:
    """The number of a request that is taken."""
    return Delivered(response.request_number, number)


def read_event(event: pb.PathEvent, arrived_s: float, number: int) -> PathEvent:
    """An event, from its message.

    Args:
        event: the message.
        arrived_s: when it came, in seconds after the start of the run.
        number: of the exchange.
    """
    return PathEvent(
        event.number,
        PathKey(event.circuit_id, event.request_number),
        event.remote_node_id,
        event.purpose_id,
        _what(event),
        arrived_s,
        number,
    )


def _what(event: pb.PathEvent) -> What | None:
    match event.WhichOneof("what"):
        case "delivered":
            return _delivered(event.delivered)
        case "confirmed":
            told = event.confirmed
            return HalfConfirmed(told.half_id, _pair(told.pair) if told.HasField("pair") else None)
        case "expired":
            return HalfExpired(event.expired.half_id)
        case "failed":
            return PathFailed(named(ERRORS, event.failed.error))
        case "done":
            return PathDone()
        case _:
            return None


def _delivered(told: pb.PairDelivered) -> HalfDelivered:
    half = told.WhichOneof("half")
    return HalfDelivered(
        told.half_id,
        _pair(told.pair) if told.HasField("pair") else None,
        told.status == pb.PAIR_STATUS_PROVISIONAL,
        told.qubit.qubit_id if half == "qubit" else None,
        measured_of(told.measured) if half == "measured" else None,
    )


def _pair(told: pb.ConfirmedPair) -> PathPair:
    at = seconds(told.fidelity_time) if told.HasField("fidelity_time") else None
    return PathPair(told.pair_id, named(STATES, told.bell_state), told.fidelity, at)
