"""The endpoint of one node of a network of links."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from qinet.discovery.v1 import discovery_pb2_grpc
from qinet.entanglement.v1 import fault_port_pb2_grpc, link_layer_pb2_grpc, qubits_pb2_grpc
from qinet_reference.adapters import grpc as common
from qinet_reference.adapters.grpc_wire import DISCOVERY, GrpcWire
from qinet_reference.links.adapters.fault_port import FaultPortServicer
from qinet_reference.links.adapters.grpc import LinkLayerServicer, QubitsServicer
from qinet_reference.links.adapters.link_wire import LINK_LAYER, QUBITS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import grpc

    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.domain.directory import Directory
    from qinet_reference.links.adapters.answering import Answering, Disturbing
    from qinet_reference.links.adapters.link_wire import LinkWire


async def node_server(
    node: str,
    service: Answering,
    disturbance: Disturbing | None,
    directory: Directory,
    wire: LinkWire,
) -> grpc.aio.Server:
    """A server of all that a node offers; it has no port yet.

    There is a fault port if there is a `disturbance`.
    """
    server = await common.bare_server(
        wire.reflected, (LINK_LAYER, QUBITS, DISCOVERY), healthy=wire.healthy
    )
    link_layer_pb2_grpc.add_LinkLayerServicer_to_server(LinkLayerServicer(service, wire), server)
    qubits_pb2_grpc.add_QubitsServicer_to_server(QubitsServicer(service, wire), server)
    if disturbance is not None:
        faulty = FaultPortServicer(service, disturbance, wire)
        fault_port_pb2_grpc.add_FaultPortServicer_to_server(faulty, server)
    described = GrpcWire(
        identify=wire.identify, node_message=wire.node_message, caller_told=wire.caller_told
    )
    discovery_pb2_grpc.add_DiscoveryServicer_to_server(
        common.DiscoveryServicer(node, directory, described), server
    )
    return server


@asynccontextmanager
async def listening(
    server: grpc.aio.Server, host: str, port: int, tls: ServerTls
) -> AsyncIterator[int]:
    """Serves for so long; gives the port. 0 lets the system choose. OSError when it is taken."""
    bound = await common.listen(server, host, port, common.credentials(tls))
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(0.2)  # requests under way get a moment to end
