"""One link: the queue of its requests, one of which the machine serves at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from desk import telling
from desk.request import Made, Request

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from desk.machine import Machine
    from desk.node import Node
    from desk.request import Wanted

_log = logging.getLogger(__name__)
_LATE_S = 0.002
"""How long after a deadline it is looked at. Unit: s."""


class Line:
    """The requests between two neighbours."""

    def __init__(self, ends: tuple[Node, Node], machine: Machine) -> None:
        self.ends: Mapping[str, Node] = {node.id: node for node in ends}
        self._machine = machine
        self._requests: list[Request] = []
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def look_again(self) -> None:
        """Something has changed that may let a request go on."""
        self._news.set()

    def submit(self, origin: Node, application: str, acceptor: str, wanted: Wanted) -> Request:
        """Take a request into the queue."""
        deadline = None
        if wanted.max_time is not None:
            deadline = self._machine.now() + wanted.max_time
        peer = wanted.remote_node
        request = Request(
            origin=origin.id,
            peer=peer,
            create_id=origin.new_create_id(),
            wanted=wanted,
            applications={origin.id: application, peer: acceptor},
            deadline=deadline,
            now=self._machine.now,
            room=self._room,
            tell=self._tell,
        )
        self._requests.append(request)
        self._news.set()
        if deadline is not None:
            self._begin(self._watch(request, deadline))
        return request

    async def serve(self) -> None:
        """Serve one request after the other, for ever."""
        while True:
            self._news.clear()
            request = self._next()
            if request is None:
                await self._news.wait()
                continue
            try:
                await self._machine.serve(request)
            except Exception:
                _log.exception("the simulator failed")
                self._fail(request, "OTHER")

    def _next(self) -> Request | None:
        """The most urgent request that can go on, or the one that no other may interrupt."""
        begun = [one for one in self._requests if one.wanted.alone and one.pairs]
        ranked = sorted(begun or self._requests, key=lambda one: -one.wanted.priority)
        return next((one for one in ranked if one.can_go_on()), None)

    def _room(self) -> bool:
        coming = dict.fromkeys(self.ends, 0)
        for request in self._requests:
            for pair in request.pairs if request.keeps else ():
                for name in self.ends:
                    coming[name] += request.wanted.when_complete or name not in pair.ends
        return all(len(node.held) + coming[name] < node.memory for name, node in self.ends.items())

    def _tell(self, request: Request, made: Made) -> None:
        """One end of a pair is there."""
        if not request.wanted.when_complete:
            self._deliver(request, made)
            if len(_at(request, made.node)) == request.wanted.number:
                telling.done(self.ends[made.node], request)
        if request.complete:
            if request.wanted.when_complete:
                for node in self.ends.values():
                    for one in _at(request, node.id):
                        self._deliver(request, one)
                    telling.done(node, request)
            self._close(request)

    def _deliver(self, request: Request, made: Made) -> None:
        node = self.ends[made.node]
        name = None
        if request.keeps:
            name = node.hold(request.applications[node.id], made.half.qubit)
        telling.made(node, request, made, name)

    async def _watch(self, request: Request, deadline: float) -> None:
        while (left := deadline - self._machine.now()) > 0 and not request.ended:
            await asyncio.sleep(left / self._machine.speed + _LATE_S)
        if not request.ended:
            self._fail(request, "TIMEOUT")

    def _fail(self, request: Request, error: str) -> None:
        """End a request at both nodes; what only one of them has is void."""
        if request.ended:
            return
        for pair in request.pairs:
            for made in pair.ends.values():
                told = not request.wanted.when_complete
                if told and len(pair.ends) == 1:
                    telling.void(self.ends[made.node], request, made.sequence)
                if request.keeps and not (told and len(pair.ends) == 2):
                    self._drop(made)
        for node in self.ends.values():
            finished = len(_at(request, node.id)) == request.wanted.number
            if request.wanted.when_complete or not finished:
                telling.failed(node, request, error)
        self._close(request)

    def _drop(self, made: Made) -> None:
        node = self.ends[made.node]
        for name, held in list(node.held.items()):
            if held.qubit is made.half.qubit:
                del node.held[name]
        self._begin(self._machine.release(node.id, made.half.qubit))

    def _close(self, request: Request) -> None:
        request.end()
        self._requests.remove(request)
        self.ends[request.origin].outstanding.discard(request.create_id)
        self._news.set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _at(request: Request, node: str) -> list[Made]:
    """What one end has of a request, in the order in which the pairs were claimed."""
    return [pair.ends[node] for pair in request.pairs if node in pair.ends]
