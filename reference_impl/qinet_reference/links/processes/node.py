"""One node: its gRPC endpoint, its identity, and what its applications were told.

    python -m qinet_reference.links.processes.node SOCKET NODE DIRECTORY PORT

Prints `ready PORT` when it can be reached, and ends when the station does.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import grpc

from qinet_reference.adapters.tls import ServerTls
from qinet_reference.links.adapters.link_wire import LinkWire
from qinet_reference.links.processes.node_end import NodeEnd
from qinet_reference.links.processes.node_service import NodeDisturbance, NodeService
from qinet_reference.links.serving import listening, node_server
from qinet_reference.pki_files import provide


async def serve(socket: Path, node: str, directory: Path, port: int) -> None:
    """Joins the station, and serves applications until the line ends."""
    async with AsyncExitStack() as exits:
        channel = await exits.enter_async_context(grpc.aio.insecure_channel(f"unix:{socket}"))
        line = NodeEnd(channel, node)
        plan = await line.welcome()
        service = NodeService(node, plan.enrolment(), line)
        disturbance = NodeDisturbance(line) if plan.fault_port else None
        server = await node_server(node, service, disturbance, plan.enrolment(), LinkWire())
        files = provide(directory, plan.holders, [plan.host])
        tls = ServerTls(files.certificate(node), files.private_key(node), files.ca)
        bound = await exits.enter_async_context(listening(server, plan.host, port, tls))
        sys.stdout.write(f"ready {bound}\n")
        sys.stdout.flush()
        with suppress(grpc.aio.AioRpcError):
            await line.hear()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
