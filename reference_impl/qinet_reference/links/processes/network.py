"""A network of links whose nodes are processes of their own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qinet_reference.links.processes.station import Station

if TYPE_CHECKING:
    from qinet_reference.links.plan import LinkPlan

_NODE = "qinet_reference.links.processes.node"


class NodeProcesses:
    """A station here, and a process for each node. `async with` runs them; `ports` tells its port.

    `directory` is where the certificates are, and gets a file for each node, NODE.pid, with the
    number of its process.
    """

    def __init__(
        self, plan: LinkPlan, directory: Path, seed: int | None = None, port_base: int | None = None
    ) -> None:
        self._plan = plan
        self._directory = directory
        self._seed = seed
        self._exits = AsyncExitStack()
        base = port_base or 0
        self.ports = {node.id: base + index if base else 0 for index, node in enumerate(plan.nodes)}

    async def __aenter__(self) -> NodeProcesses:
        """Start all. Raises OSError when a node does not start."""
        try:
            await self._start()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all."""
        await self._exits.aclose()

    async def _start(self) -> None:
        folder = self._exits.enter_context(tempfile.TemporaryDirectory(prefix="qinet-"))
        socket = Path(folder) / "station"
        await self._exits.enter_async_context(Station(self._plan, socket, self._seed))
        started = [await self._start_node(socket, node) for node in self.ports]
        for node, process in zip(self.ports, started, strict=True):
            self.ports[node] = await _port(node, process)

    async def _start_node(self, socket: Path, node: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _NODE),
            *(str(socket), node, str(self._directory), str(self.ports[node])),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the station, with which the nodes end
        )
        self._exits.push_async_callback(_end, process)
        listed = self._directory / f"{node}.pid"
        listed.write_text(f"{process.pid}\n", encoding="ascii")
        self._exits.callback(listed.unlink, missing_ok=True)
        return process


async def _port(node: str, process: asyncio.subprocess.Process) -> int:
    line = await process.stdout.readline() if process.stdout else b""
    word, _, port = line.decode().partition(" ")
    if word != "ready":
        raise OSError(f"the process of {node} did not start")
    return int(port)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    await process.wait()
