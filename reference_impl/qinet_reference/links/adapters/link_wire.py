"""The entanglement services on the wire: messages to and from the core, refusals as Status.

`LinkWire` holds each step as a function of its own, so that a composition can replace one.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import grpc
from google.rpc import error_details_pb2

from qinet.discovery.v1 import discovery_pb2
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import qubits_pb2
from qinet_reference.adapters import grpc_wire
from qinet_reference.adapters.grpc_wire import DISCOVERY, ERROR_DOMAIN
from qinet_reference.domain.refusal import Refusal
from qinet_reference.links.adapters.reading import read_create, read_measured_basis
from qinet_reference.links.adapters.telling import event_message, link_message, measured_message
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qinet.entanglement.v1 import entanglement_pb2
    from qinet_reference.adapters.grpc_wire import Context
    from qinet_reference.links.domain.model import LinkEvent, Measured, PairRequest
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.physics.bases import Basis

LINK_LAYER = pb.DESCRIPTOR.services_by_name["LinkLayer"].full_name
QUBITS = qubits_pb2.DESCRIPTOR.services_by_name["Qubits"].full_name

AnyRefusal = Refusal | LinkRefusal

_CODES = {
    LinkError.UNSUPPORTED: grpc.StatusCode.FAILED_PRECONDITION,
    LinkError.NO_TIME: grpc.StatusCode.RESOURCE_EXHAUSTED,
    LinkError.NO_RESOURCES: grpc.StatusCode.RESOURCE_EXHAUSTED,
    LinkError.REJECTED: grpc.StatusCode.PERMISSION_DENIED,
    LinkError.MALFORMED: grpc.StatusCode.INVALID_ARGUMENT,
    LinkError.ALREADY_ACCEPTED: grpc.StatusCode.ALREADY_EXISTS,
    LinkError.QUBIT_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
}


def code_of(refusal: AnyRefusal) -> grpc.StatusCode:
    """The canonical code of a refusal (the table in `entanglement.proto`)."""
    if isinstance(refusal, Refusal):
        return grpc_wire.code_of(refusal)
    return _CODES.get(refusal.error, grpc.StatusCode.INTERNAL)


def error_info(refusal: AnyRefusal) -> error_details_pb2.ErrorInfo | None:
    """The machine-readable part of a refusal."""
    if isinstance(refusal, Refusal):
        return grpc_wire.error_info(refusal)
    return error_details_pb2.ErrorInfo(domain=ERROR_DOMAIN, reason=refusal.error.value)


def node_message(node: str) -> discovery_pb2.Node:
    """What a node is and offers (`discovery.proto`)."""
    return discovery_pb2.Node(
        node_id=node,
        offers=[
            discovery_pb2.Offer(service=LINK_LAYER, profiles=["qinet-links"]),
            discovery_pb2.Offer(service=QUBITS, profiles=["qinet-links"]),
            discovery_pb2.Offer(service=DISCOVERY),
        ],
        software="Qonform reference link layer",
        software_version=version("qonform"),
    )


@dataclass(frozen=True, slots=True)
class LinkWire:
    """The steps between a gRPC call and the core, each replaceable."""

    identify: Callable[[Context], str | None] = grpc_wire.identity_of_certificate
    read_create: Callable[[pb.CreateRequest], PairRequest] = read_create
    read_basis: Callable[[qubits_pb2.MeasureRequest], Basis] = read_measured_basis
    link_message: Callable[[LinkView], pb.Link] = link_message
    event_message: Callable[[LinkEvent], pb.LinkEvent] = event_message
    measured_message: Callable[[Measured], entanglement_pb2.Measured] = measured_message
    node_message: Callable[[str], discovery_pb2.Node] = node_message
    caller_told: Callable[[str], str] = str
    healthy: bool = True
    reflected: Sequence[str] = (LINK_LAYER, QUBITS, DISCOVERY)
    code_of: Callable[[AnyRefusal], grpc.StatusCode] = code_of
    message_of: Callable[[AnyRefusal], str] = str
    error_info: Callable[[AnyRefusal], error_details_pb2.ErrorInfo | None] = error_info

    async def refuse(self, context: Context, refusal: AnyRefusal) -> None:
        """End the call with the Status that a refusal becomes; does not return."""
        await grpc_wire.abort(
            context, self.code_of(refusal), self.message_of(refusal), self.error_info(refusal)
        )
