"""A load generator that costs little, so that it is the server that is measured.

It runs in a process of its own and speaks just enough HTTP/1.1: fixed requests, bodies with a
Content-Length, kept connections.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True)
class Rate:
    """What a burst of requests took."""

    per_s: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, latencies_s: list[float], took_s: float) -> Rate:
        """From each request's latency and the duration of all."""
        cuts = statistics.quantiles(latencies_s, n=100)
        return cls(len(latencies_s) / took_s, 1000 * cuts[49], 1000 * cuts[98])


async def drive(
    connect: Callable[[], Awaitable[Callable[[], Awaitable[None]]]], width: int, count: int
) -> Rate:
    """Sends `count` requests over `width` connections at once, after a warm-up of a tenth."""
    asks = [await connect() for _ in range(width)]
    latencies: list[float] = []

    async def worker(ask: Callable[[], Awaitable[None]], share: int) -> None:
        for _ in range(share):
            began = time.perf_counter()
            await ask()
            latencies.append(time.perf_counter() - began)

    await asyncio.gather(*(worker(ask, max(1, count // width // 10)) for ask in asks))
    latencies.clear()
    began = time.perf_counter()
    await asyncio.gather(*(worker(ask, count // width) for ask in asks))
    return Rate.of(latencies, time.perf_counter() - began)


def http(
    host: str, port: int, context: ssl.SSLContext, request: bytes
) -> Callable[[], Awaitable[Callable[[], Awaitable[None]]]]:
    """Connections on which one fixed request is sent again and again. A reply must be 200."""

    async def connect() -> Callable[[], Awaitable[None]]:
        reader, writer = await asyncio.open_connection(host, port, ssl=context)

        async def ask() -> None:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"not served: {head[:60]!r}")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)

        return ask

    return connect
