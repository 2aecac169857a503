"""A node's line to the station."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Any

from qinet_reference.links.domain.events import EventLog, Log
from qinet_reference.links.domain.refusal import LinkRefusal
from qinet_reference.links.processes.line import (
    Answered,
    Asked,
    Declined,
    Joined,
    Told,
    Welcome,
    join,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import grpc

    from qinet_reference.links.plan import LinkPlan
    from qinet_reference.links.processes.line import OfNode


class NodeEnd:
    """Asks the station, and hears what happens on the links of the node."""

    def __init__(self, channel: grpc.aio.Channel, node: str) -> None:
        self._node = node
        self._to_say: asyncio.Queue[OfNode] = asyncio.Queue()
        self._said = aiter(join(channel, self._say()))
        self._numbers = count(1)
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._logs: defaultdict[str, EventLog] = defaultdict(Log)

    async def welcome(self) -> LinkPlan:
        """Join; tells what the network consists of."""
        said = await anext(self._said)
        if not isinstance(said, Welcome):
            raise TypeError("the station says first what the network is")
        return said.plan

    async def hear(self) -> None:
        """Take in what the station says, until the line ends."""
        async for said in self._said:
            if isinstance(said, Told):
                self._logs[said.notice.application].append(said.notice)
            elif isinstance(said, Answered):
                self._open.pop(said.number).set_result(said.value)
            elif isinstance(said, Declined):
                self._open.pop(said.number).set_exception(LinkRefusal(said.error, said.message))

    async def ask(self, method: str, *arguments: object) -> Any:
        """The station's answer; raises `LinkRefusal`."""
        number = next(self._numbers)
        answer = self._open[number] = asyncio.get_running_loop().create_future()
        self._to_say.put_nowait(Asked(number, method, arguments))
        # Whoever hung up is answered all the same: the future stays until the answer is there.
        return await asyncio.shield(answer)

    def log(self, application: str) -> EventLog:
        """What an application was told."""
        return self._logs[application]

    async def _say(self) -> AsyncIterator[OfNode]:
        yield Joined(self._node)
        while True:
            yield await self._to_say.get()
