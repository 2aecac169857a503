"""What a node answers whose links are elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qinet_reference.links.domain.service import enrolled

if TYPE_CHECKING:
    from qinet_reference.domain.directory import Directory
    from qinet_reference.links.domain.events import EventLog
    from qinet_reference.links.domain.model import Measured, PairRequest
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.processes.node_end import NodeEnd


class NodeService:
    """A node's answers: who calls is known here, what the links do is asked of the station."""

    def __init__(self, node: str, directory: Directory, line: NodeEnd) -> None:
        self._node = node
        self._directory = directory
        self._line = line

    async def get_link(self, caller: str | None, remote_node: str) -> LinkView:
        """See `LinkLayer`."""
        view: LinkView = await self._ask("get_link", caller, remote_node)
        return view

    async def create(self, caller: str | None, request: PairRequest) -> int:
        """See `LinkLayer`."""
        create_id: int = await self._ask("create", caller, request)
        return create_id

    async def accept(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """See `LinkLayer`."""
        await self._ask("accept", caller, remote_node, purpose)

    async def stop_accepting(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """See `LinkLayer`."""
        await self._ask("stop_accepting", caller, remote_node, purpose)

    async def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """See `LinkLayer`."""
        measured: Measured = await self._ask("measure", caller, qubit, basis)
        return measured

    async def release(self, caller: str | None, qubit: int) -> None:
        """See `LinkLayer`."""
        await self._ask("release", caller, qubit)

    def events(self, caller: str | None) -> EventLog:
        """See `LinkLayer`."""
        return self._line.log(enrolled(self._directory, self._node, caller))

    async def _ask(self, method: str, caller: str | None, *arguments: object) -> Any:
        named = enrolled(self._directory, self._node, caller)
        return await self._line.ask(method, named, *arguments)


class NodeDisturbance:
    """What happens to the node's links seldom, asked of the station."""

    def __init__(self, line: NodeEnd) -> None:
        self._line = line

    async def miss_heralds(self, remote_node: str, count: int) -> None:
        """See `Disturbance`."""
        await self._line.ask("miss_heralds", remote_node, count)

    async def skip_numbers(self, remote_node: str, count: int) -> None:
        """See `Disturbance`."""
        await self._line.ask("skip_numbers", remote_node, count)
