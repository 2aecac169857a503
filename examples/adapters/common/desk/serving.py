"""A machine, served: certificates, one gRPC server a node, and the manifest."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from desk import certificates
from desk.line import Line
from desk.manifest import APPLICATIONS, FILE_NAME, manifest
from desk.node import Node
from desk.services import DISCOVERY, LINK_LAYER, QUBITS, NodeServices
from qinet.discovery.v1 import discovery_pb2_grpc
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2_grpc

if TYPE_CHECKING:
    from pathlib import Path

    from desk.machine import Machine


async def serve(machine: Machine, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready PATH` with the manifest's path."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    certificates.make(folder / "certs", machine.nodes, APPLICATIONS)
    async with AsyncExitStack() as exits:
        await machine.start()
        exits.push_async_callback(machine.stop)
        nodes = {name: Node(name, machine.terms.memory) for name in machine.nodes}
        lines = [Line((nodes[a], nodes[b]), machine) for a, b in machine.links]
        ports = {}
        for node in nodes.values():
            mine = {
                other: line
                for line in lines
                if node.id in line.ends
                for other in line.ends
                if other != node.id
            }
            here = frozenset(
                name for name, (at, _) in APPLICATIONS.items() if machine.nodes[at] == node.id
            )
            services = NodeServices(node, mine, here, machine)
            ports[node.id] = await _listen(services, folder / "certs", node.id, exits)
        tasks = [asyncio.create_task(line.serve()) for line in lines]
        path = folder / FILE_NAME
        path.write_text(
            manifest(machine.supplier, machine.name, machine.version, machine.speed, ports)
        )
        print(f"ready {path}", flush=True)
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _listen(services: NodeServices, certs: Path, node: str, exits: AsyncExitStack) -> int:
    """Serve one node with mutual TLS on a free port of this machine; the port."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    link_layer_pb2_grpc.add_LinkLayerServicer_to_server(services, server)
    qubits_pb2_grpc.add_QubitsServicer_to_server(services, server)
    discovery_pb2_grpc.add_DiscoveryServicer_to_server(services, server)
    alive = health.aio.HealthServicer()
    names = (LINK_LAYER, QUBITS, DISCOVERY)
    for name in names:
        await alive.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(alive, server)
    reflection.enable_server_reflection(
        (*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    pair = ((certs / f"{node}.key.pem").read_bytes(), (certs / f"{node}.cert.pem").read_bytes())
    secured = grpc.ssl_server_credentials(
        [pair], (certs / "ca.pem").read_bytes(), require_client_auth=True
    )
    port = server.add_secure_port(f"{certificates.HOST}:0", secured)
    await server.start()
    exits.push_async_callback(server.stop, 0.2)
    return port
