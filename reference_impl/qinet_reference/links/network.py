"""The composition root of a network of links: builds it from its plan, and runs it here."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from functools import reduce
from typing import TYPE_CHECKING

from qinet_reference.adapters.tls import ServerTls
from qinet_reference.links.adapters.link_wire import LinkWire
from qinet_reference.links.core import new_core
from qinet_reference.links.domain.disturbance import Disturbance
from qinet_reference.links.domain.service import LinkLayer, LinkService
from qinet_reference.links.driver import Driver, NodeClock
from qinet_reference.links.serving import listening, node_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.links.alteration import LinkAlteration
    from qinet_reference.links.plan import LinkPlan
    from qinet_reference.pki_files import PkiFiles


class QuantumNetwork:
    """A network of nodes and links. `async with` runs it; `ports` then tells its gRPC ports.

    `seed` makes what is random predictable, but for the moments at which applications ask.
    `port_base`: None lets the system choose ports.
    """

    def __init__(
        self,
        plan: LinkPlan,
        files: PkiFiles,
        alterations: Sequence[LinkAlteration] = (),
        seed: int | None = None,
        port_base: int | None = None,
    ) -> None:
        self._plan = plan
        self._files = files
        self._alterations = alterations
        self.core = new_core(plan, alterations, random.Random(seed))  # noqa: S311 - it simulates
        self._directory = plan.enrolment()
        self._exits = AsyncExitStack()
        base = port_base or 0
        self.ports = {node.id: base + index if base else 0 for index, node in enumerate(plan.nodes)}

    async def __aenter__(self) -> QuantumNetwork:
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
            service: LinkLayer = LinkService(
                node, self._directory, self.core, driver.now, driver.look_ahead
            )
            for alteration in self._alterations:
                service = alteration.service(service, node)
            self.ports[node] = await self._serve(node, service)

    async def _serve(self, node: str, service: LinkLayer) -> int:
        wire = reduce(lambda part, change: change.wire(part), self._alterations, LinkWire())
        disturbance = Disturbance(node, self.core) if self._plan.fault_port else None
        server = await node_server(node, service, disturbance, self._directory, wire)
        files = self._files
        tls = ServerTls(files.certificate(node), files.private_key(node), files.ca)
        tls = reduce(lambda part, change: change.tls(part), self._alterations, tls)
        return await self._exits.enter_async_context(
            listening(server, self._plan.host, self.ports[node], tls)
        )


def altered(plan: LinkPlan, alterations: Sequence[LinkAlteration]) -> LinkPlan:
    """The plan as the alterations want it."""
    return reduce(lambda part, alteration: alteration.plan(part), alterations, plan)
