"""The station: all links of a network, and the pairs on them, for nodes elsewhere."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, ClassVar

import grpc

from qinet_reference.links.alteration import LinkAlteration
from qinet_reference.links.core import new_core
from qinet_reference.links.domain.disturbance import Disturbance
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.domain.service import LinkService
from qinet_reference.links.driver import Driver, NodeClock
from qinet_reference.links.processes.line import (
    Answered,
    Asked,
    Declined,
    Joined,
    Told,
    Welcome,
    attend,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from pathlib import Path

    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.plan import LinkPlan
    from qinet_reference.links.processes.line import OfNode, OfStation

_log = logging.getLogger(__name__)


class Station:
    """`async with` lets nodes join at a Unix socket, and time pass on the links.

    A node whose line has ended is gone: no pair is made with it any more, and requests that would
    need one end at their deadline. What its neighbours hold stays theirs.
    """

    def __init__(self, plan: LinkPlan, socket: Path, seed: int | None = None) -> None:
        self._plan = plan
        self._socket = socket
        self._lines = _Lines()
        chance = random.Random(seed)  # noqa: S311 - it simulates
        self._core = new_core(plan, [self._lines], chance)
        self._driver = Driver(NodeClock(plan.speed))
        self._exits = AsyncExitStack()
        for node in self._core.nodes.values():
            node.is_here = False

    async def __aenter__(self) -> Station:
        """Bind the socket, and let time begin."""
        server = grpc.aio.server(handlers=[attend(self._attend)])
        server.add_insecure_port(f"unix:{self._socket}")
        self._exits.callback(self._driver.stop)
        self._driver.drive(self._core)
        await server.start()
        self._exits.push_async_callback(server.stop, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let nothing more happen."""
        await self._exits.aclose()

    async def _attend(
        self, said: AsyncIterator[OfNode], _context: object
    ) -> AsyncIterator[OfStation]:
        """One node's stream, for as long as the node is there."""
        joined = await anext(said)
        if not isinstance(joined, Joined):
            raise TypeError("a node says first which it is")
        line = self._lines.open(joined.node)
        answering = asyncio.create_task(self._answer(joined.node, said, line))
        try:
            yield Welcome(self._plan)
            self._presence(joined.node, here=True)
            while True:
                yield await line.get()
        finally:
            answering.cancel()
            self._presence(joined.node, here=False)
            self._lines.close(joined.node)

    def _presence(self, node: str, *, here: bool) -> None:
        now = self._driver.now()
        self._core.advance(now)
        self._core.nodes[node].is_here = here
        self._core.look_again(now)
        self._driver.look_ahead()

    async def _answer(
        self, node: str, said: AsyncIterator[OfNode], line: asyncio.Queue[OfStation]
    ) -> None:
        methods = self._methods(node)
        async for asked in said:
            if isinstance(asked, Asked):
                line.put_nowait(_answer(methods, asked))

    def _methods(self, node: str) -> dict[str, Callable[..., object]]:
        """All that a node may ask for, by name."""
        service = LinkService(
            node, self._plan.enrolment(), self._core, self._driver.now, self._driver.look_ahead
        )
        disturbance = Disturbance(node, self._core)
        methods = (
            *(service.get_link, service.create, service.accept, service.stop_accepting),
            *(service.measure, service.release),
            *(disturbance.miss_heralds, disturbance.skip_numbers),
        )
        return {method.__name__: method for method in methods}


class _Lines(LinkAlteration):
    """Takes what nodes are to tell to these nodes, whose logs are elsewhere."""

    name: ClassVar[str] = "lines"

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Queue[OfStation]] = {}

    def open(self, node: str) -> asyncio.Queue[OfStation]:
        return self._open.setdefault(node, asyncio.Queue())

    def close(self, node: str) -> None:
        del self._open[node]

    def told(self, notice: Notice) -> Iterable[Notice]:
        if notice.node in self._open:
            self._open[notice.node].put_nowait(Told(notice))
        return ()


def _answer(methods: Mapping[str, Callable[..., object]], asked: Asked) -> Answered | Declined:
    try:
        value = methods[asked.method](*asked.arguments)
    except LinkRefusal as refusal:
        return Declined(asked.number, refusal.error, refusal.message)
    except Exception:
        _log.exception("a node asked in vain")
        return Declined(asked.number, LinkError.OTHER, "internal error")
    return Answered(asked.number, value)
