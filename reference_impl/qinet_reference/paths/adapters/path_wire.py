"""The network layer on the wire: messages to and from the core."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from qinet.discovery.v1 import discovery_pb2
from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import network_layer_pb2 as pb
from qinet_reference.adapters.grpc_wire import DISCOVERY
from qinet_reference.links.adapters.link_wire import QUBITS
from qinet_reference.links.adapters.reading import read_choice, read_seconds, read_value
from qinet_reference.links.adapters.telling import (
    bell_state,
    duration,
    error_message,
    measured_message,
    timestamp,
    type_message,
)
from qinet_reference.links.domain.model import Measured, PairType, Qubit
from qinet_reference.links.physics.bell import Bell
from qinet_reference.paths.domain.fidelity import expected_fidelity, least_fidelity
from qinet_reference.paths.domain.model import (
    Confirmation,
    Confirmed,
    ConfirmedPair,
    Delivered,
    Expired,
    PathEvent,
    PathFailed,
    PathRequest,
)

if TYPE_CHECKING:
    from qinet_reference.paths.domain.terms import PathView

NETWORK_LAYER = pb.DESCRIPTOR.services_by_name["NetworkLayer"].full_name
SERVICES = (NETWORK_LAYER, QUBITS, DISCOVERY)


def node_message(node: str) -> discovery_pb2.Node:
    """What a node is and offers (`discovery.proto`)."""
    return discovery_pb2.Node(
        node_id=node,
        offers=[discovery_pb2.Offer(service=service) for service in SERVICES],
        software="Qonform reference network layer",
        software_version=version("qonform"),
    )


def read_request(message: pb.RequestRequest) -> PathRequest:
    """A request for pairs; refuses what has no meaning."""
    return PathRequest(
        circuit=message.circuit_id,
        purpose=message.purpose_id,
        type=read_value(PairType, common.PairType.Name, "PAIR_TYPE_", message.type),
        number=message.number,
        min_fidelity=message.min_fidelity,
        max_time=read_seconds(message, "max_time"),
        window=read_seconds(message, "window"),
        final_state=_final_state(message.final_state),
        confirmation=read_value(
            Confirmation,
            pb.Confirmation.Name,
            "CONFIRMATION_",
            message.confirmation or pb.CONFIRMATION_FIRST,
        ),
        local_basis=read_choice(message, "local_basis"),
        remote_basis=read_choice(message, "remote_basis"),
        request_id=message.request_id,
    )


def path_message(view: PathView) -> pb.Path:
    """What a circuit offers."""
    terms = view.terms
    return pb.Path(
        circuit_id=terms.id,
        head_node_id=terms.nodes[0],
        intermediate_node_ids=terms.nodes[1:-1],
        tail_node_id=terms.nodes[-1],
        types=sorted(type_message(one) for one in terms.types),
        max_min_fidelity=least_fidelity(terms),
        expected_fidelity=expected_fidelity(terms),
        pairs_per_second=terms.pairs_per_second,
        memory_qubits=view.memory,
        max_number=terms.max_number,
        cutoff=duration(terms.cutoff),
        shortest_time=duration(terms.shortest_time),
        node_time=timestamp(view.now),
    )


def event_message(event: PathEvent) -> pb.PathEvent:
    """What became of a request, as one application is told."""
    notice, what = event.notice, event.notice.what
    message = pb.PathEvent(
        number=event.number,
        circuit_id=notice.circuit,
        request_number=notice.request,
        remote_node_id=notice.remote_node,
        purpose_id=notice.purpose,
    )
    match what:
        case Delivered():
            message.delivered.CopyFrom(_delivered(what))
        case Confirmed():
            confirmed = pb.PairConfirmed(half_id=what.half_id, pair=_pair(what.pair))
            message.confirmed.CopyFrom(confirmed)
        case Expired():
            message.expired.CopyFrom(pb.PairExpired(half_id=what.half_id))
        case PathFailed():
            message.failed.CopyFrom(pb.RequestFailed(error=error_message(what.error)))
        case _:
            message.done.SetInParent()
    return message


def _delivered(what: Delivered) -> pb.PairDelivered:
    message = pb.PairDelivered(half_id=what.half_id, status=pb.PAIR_STATUS_PROVISIONAL)
    if what.pair is not None:
        message.status = pb.PAIR_STATUS_CONFIRMED
        message.pair.CopyFrom(_pair(what.pair))
    match what.half:
        case Qubit():
            message.qubit.qubit_id = what.half.id
        case Measured():
            message.measured.CopyFrom(measured_message(what.half))
    return message


def _pair(pair: ConfirmedPair) -> pb.ConfirmedPair:
    return pb.ConfirmedPair(
        pair_id=pair.id,
        bell_state=bell_state(pair.bell),
        fidelity=pair.fidelity,
        fidelity_time=timestamp(pair.fidelity_time),
    )


def _final_state(number: int) -> Bell | None:
    if number == common.BELL_STATE_UNSPECIFIED:
        return None
    return read_value(Bell, common.BellState.Name, "BELL_STATE_", number)
