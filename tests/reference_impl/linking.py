"""A network of links in the test's own process, and applications that talk to it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import grpc

from qinet.discovery.v1 import discovery_pb2_grpc
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2_grpc
from qinet_reference.links import faults, variants
from qinet_reference.links.manifest import manifest
from qinet_reference.links.network import QuantumNetwork, altered
from qinet_reference.links.plan import default_link_plan
from qinet_reference.pki_files import provide

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from qinet_reference.links.plan import LinkPlan
    from qinet_reference.pki_files import PkiFiles

KINDS = {kind.name: kind for kind in (*faults.ALL, *variants.ALL)}
HOMES = {one.id: one.kme for one in default_link_plan().applications}


class Application:
    """Stubs of one application at a node, by default its own, and what it was told."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.link: Any = link_layer_pb2_grpc.LinkLayerStub(channel)
        self.qubits: Any = qubits_pb2_grpc.QubitsStub(channel)
        self.discovery: Any = discovery_pb2_grpc.DiscoveryStub(channel)

    async def events(
        self, until: Callable[[list[pb.LinkEvent]], bool], after: int = 0
    ) -> list[pb.LinkEvent]:
        """Events after one, from a stream that is cancelled when there are enough."""
        events: list[pb.LinkEvent] = []
        stream = self.link.Subscribe(pb.SubscribeRequest(after=after))
        async with asyncio.timeout(20):
            begun = False
            async for response in stream:
                assert response.HasField("event") == begun
                if not begun:
                    begun = True
                    continue
                events.append(response.event)
                if until(events):
                    break
        stream.cancel()
        return events

    async def until_done(self, after: int = 0) -> list[pb.PairMade]:
        """The pairs of a request, of which the application is told that it is done."""
        events = await self.events(lambda got: got[-1].HasField("done"), after)
        return [event.made for event in events[:-1]]


@dataclass(frozen=True, slots=True)
class LinkLaboratory:
    """A running network."""

    plan: LinkPlan
    files: PkiFiles
    network: QuantumNetwork
    manifest: dict[str, Any]
    exits: AsyncExitStack

    def application(self, name: str, node: str | None = None) -> Application:
        files, port = self.files, self.network.ports[node or HOMES[name]]
        channel = grpc.aio.secure_channel(
            f"127.0.0.1:{port}",
            grpc.ssl_channel_credentials(
                files.ca.read_bytes(),
                files.private_key(name).read_bytes(),
                files.certificate(name).read_bytes(),
            ),
        )
        self.exits.push_async_callback(channel.close)
        return Application(channel)


@asynccontextmanager
async def running(
    directory: Path, *names: str, seed: int = 1, **changes: Any
) -> AsyncIterator[LinkLaboratory]:
    """A network, altered by the faults and variants that are named."""
    alterations = [KINDS[name]() for name in names]
    plan = replace(altered(default_link_plan(), alterations), **changes)
    files = provide(directory, plan.holders, [plan.host])
    async with (
        QuantumNetwork(plan, files, alterations, seed) as network,
        AsyncExitStack() as exits,
    ):
        document = manifest(plan, network.ports, files)
        yield LinkLaboratory(plan, files, network, document, exits)
