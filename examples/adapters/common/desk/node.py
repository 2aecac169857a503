"""What one node knows of its applications: what they accept, were told, and hold."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desk.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qinet.entanglement.v1 import link_layer_pb2 as pb

CREATE_IDS = 65_536


@dataclass
class Log:
    """What one application was told, all of it."""

    events: list[pb.LinkEvent] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: pb.LinkEvent) -> None:
        """One more event; its number is given here."""
        event.number = len(self.events) + 1
        self.events.append(event)
        self.news.set()
        self.news = asyncio.Event()

    async def after(self, last: int) -> AsyncIterator[pb.LinkEvent]:
        """Events after that number, for ever."""
        while True:
            news = self.news
            while last < len(self.events):
                last += 1
                yield self.events[last - 1]
            await news.wait()


@dataclass(frozen=True)
class Held:
    """A qubit that is held for an application."""

    owner: str
    qubit: Any


class Node:
    """One node."""

    def __init__(self, node_id: str, memory: int) -> None:
        self.id = node_id
        self.memory = memory
        self.logs: defaultdict[str, Log] = defaultdict(Log)
        self.acceptors: dict[tuple[str, int], str] = {}
        self.answers: dict[tuple[str, str], int | Refusal] = {}
        self.outstanding: set[int] = set()
        self.held: dict[int, Held] = {}
        self._last_create_id = 0

    def accept(self, application: str, remote_node: str, purpose: int) -> None:
        """Give a purpose to an application."""
        if self.acceptors.setdefault((remote_node, purpose), application) != application:
            raise Refusal("ALREADY_ACCEPTED", "another application accepts this")

    def stop_accepting(self, application: str, remote_node: str, purpose: int) -> None:
        """Take it back, if the application has it."""
        if self.acceptors.get((remote_node, purpose)) == application:
            del self.acceptors[remote_node, purpose]

    def new_create_id(self) -> int:
        """One that no outstanding request of this node has."""
        if len(self.outstanding) >= CREATE_IDS:
            raise Refusal("NO_TIME", "too many requests are waiting")
        while True:
            self._last_create_id = (self._last_create_id + 1) % CREATE_IDS
            if self._last_create_id not in self.outstanding:
                self.outstanding.add(self._last_create_id)
                return self._last_create_id

    def hold(self, owner: str, qubit: Any) -> int:
        """The name of a qubit from now on."""
        name = next(name for name in range(self.memory) if name not in self.held)
        self.held[name] = Held(owner, qubit)
        return name

    def check_held(self, owner: str, name: int) -> None:
        """Refuse if the application has no such qubit."""
        held = self.held.get(name)
        if held is None or held.owner != owner:
            raise Refusal("QUBIT_NOT_FOUND", "the caller holds no such qubit")

    def let_go(self, owner: str, name: int) -> Any:
        """The machine's qubit of that name, which is no longer held."""
        self.check_held(owner, name)
        return self.held.pop(name).qubit
