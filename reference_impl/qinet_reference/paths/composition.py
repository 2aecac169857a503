"""The composition root of a network of paths: builds it from its plan, and runs it here."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from functools import reduce
from typing import TYPE_CHECKING

from qinet.discovery.v1 import discovery_pb2_grpc
from qinet.entanglement.v1 import network_layer_pb2_grpc, qubits_pb2_grpc
from qinet_reference.adapters import grpc as common
from qinet_reference.adapters.grpc_wire import GrpcWire
from qinet_reference.adapters.tls import ServerTls
from qinet_reference.links.adapters.grpc import QubitsServicer
from qinet_reference.links.adapters.link_wire import LinkWire
from qinet_reference.links.driver import Driver, NodeClock
from qinet_reference.paths.adapters.grpc import NetworkLayerServicer
from qinet_reference.paths.adapters.path_wire import SERVICES, node_message
from qinet_reference.paths.core import new_core
from qinet_reference.paths.domain.service import PathService

if TYPE_CHECKING:
    from collections.abc import Sequence

    import grpc

    from qinet_reference.paths.alteration import PathAlteration
    from qinet_reference.paths.domain.service import NetworkLayer
    from qinet_reference.paths.plan import PathPlan
    from qinet_reference.pki_files import PkiFiles


class Paths:
    """The ends of circuits, served. `async with` runs it; `ports` then tells its gRPC ports.

    `seed` makes what is random predictable, but for the moments at which applications ask.
    `port_base`: None lets the system choose ports.
    """

    def __init__(
        self,
        plan: PathPlan,
        files: PkiFiles,
        alterations: Sequence[PathAlteration] = (),
        seed: int | None = None,
        port_base: int | None = None,
    ) -> None:
        self._plan = plan
        self._files = files
        self._alterations = alterations
        self.core = new_core(plan, random.Random(seed), alterations)  # noqa: S311 - it simulates
        self._directory = plan.enrolment()
        self._exits = AsyncExitStack()
        base = port_base or 0
        self.ports = {node.id: base + index if base else 0 for index, node in enumerate(plan.ends)}

    async def __aenter__(self) -> Paths:
        """Bind everything, then serve. Raises OSError when a port is taken."""
        try:
            await self._start()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving; requests under way get a moment to end."""
        await self._exits.aclose()

    async def _start(self) -> None:
        driver = Driver(NodeClock(self._plan.speed))
        self._exits.callback(driver.stop)
        driver.drive(self.core)
        for node in self.core.nodes:
            service: NetworkLayer = PathService(
                node, self._directory, self.core, driver.now, driver.look_ahead
            )
            for alteration in self._alterations:
                service = alteration.service(service, node)
            self.ports[node] = await self._serve(node, service)

    async def _serve(self, node: str, service: NetworkLayer) -> int:
        server = await self._server(node, service)
        files = self._files
        tls = ServerTls(files.certificate(node), files.private_key(node), files.ca)
        port = await common.listen(
            server, self._plan.host, self.ports[node], common.credentials(tls)
        )
        await server.start()
        self._exits.push_async_callback(server.stop, 0.2)
        return port

    async def _server(self, node: str, service: NetworkLayer) -> grpc.aio.Server:
        server = await common.bare_server(SERVICES, SERVICES, healthy=True)
        wire = LinkWire()
        network_layer_pb2_grpc.add_NetworkLayerServicer_to_server(
            NetworkLayerServicer(service, wire), server
        )
        qubits_pb2_grpc.add_QubitsServicer_to_server(QubitsServicer(service, wire), server)
        discovery_pb2_grpc.add_DiscoveryServicer_to_server(
            common.DiscoveryServicer(node, self._directory, GrpcWire(node_message=node_message)),
            server,
        )
        return server


def altered(plan: PathPlan, alterations: Sequence[PathAlteration]) -> PathPlan:
    """The plan as the alterations want it."""
    return reduce(lambda part, alteration: alteration.plan(part), alterations, plan)
