"""Servers in front of servers: what accepts a connection and passes it on, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinet_reference.alteration import Listening

Relay = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection."""


class Several:
    """Several servers that stop together."""

    def __init__(self, *servers: Listening) -> None:
        self._servers = servers

    def close(self) -> None:
        """See `Listening`."""
        for server in self._servers:
            server.close()


def inner_socket() -> socket.socket:
    """A listening socket behind a relay."""
    return socket.create_server(("127.0.0.1", 0))


def port_of(bound: socket.socket) -> int:
    """Its port."""
    return int(bound.getsockname()[1])


def relay(choose: Callable[[bytes], int]) -> Relay:
    """Passes each connection on to the port that is chosen for its first byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", choose(first))
        inner_writer.write(first)
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    return serve


TLS_HANDSHAKE = b"\x16"
"""With this byte a connection begins that wants TLS."""


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while some := await reader.read(1 << 16):
            writer.write(some)
            await writer.drain()
    writer.close()
