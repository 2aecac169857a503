"""A bare server to compare with: the same TLS, and a stream of one message again and again.

    python -m benchmarks.links.bare CA CERTIFICATE PRIVATE_KEY SIZE

Prints `ready GRPC_PORT` and serves until its input ends. A request says, in decimal digits, how
many messages are to come, of SIZE bytes each.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

METHOD = "/bare.Stream/Get"


async def serve(ca: Path, certificate: Path, private_key: Path, message: bytes) -> None:
    """Streams `message` over gRPC, with mutual TLS."""

    async def stream(request: bytes, _context: object) -> AsyncIterator[bytes]:
        for _ in range(int(request)):
            yield message

    server = grpc.aio.server()
    get = grpc.unary_stream_rpc_method_handler(stream)
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("bare.Stream", {"Get": get})]
    )
    pair = (private_key.read_bytes(), certificate.read_bytes())
    credentials = grpc.ssl_server_credentials(
        [pair], root_certificates=ca.read_bytes(), require_client_auth=True
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(f"ready {port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(0)


if __name__ == "__main__":
    ca, certificate, private_key = map(Path, sys.argv[1:4])
    asyncio.run(serve(ca, certificate, private_key, bytes(int(sys.argv[4]))))
