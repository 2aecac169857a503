"""Bare servers to compare with: the same TLS and the same payload, and nothing in between.

    python -m benchmarks.bare CA CERTIFICATE PRIVATE_KEY PAYLOAD MESSAGE

PAYLOAD is the file that every HTTP request is answered with, MESSAGE that of every gRPC call.

Prints `ready HTTP_PORT GRPC_PORT` and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

import grpc
from aiohttp import web

METHOD = "/bare.Echo/Get"


async def serve(
    ca: Path, certificate: Path, private_key: Path, payload: bytes, message: bytes
) -> None:
    """Serves `payload` over HTTPS to every request, and `message` over gRPC, with mutual TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ca))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, private_key)

    async def reply(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=payload, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", reply)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    http_port = runner.addresses[0][1]

    async def echo(_request: bytes, _context: object) -> bytes:
        return message

    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                "bare.Echo", {"Get": grpc.unary_unary_rpc_method_handler(echo)}
            )
        ]
    )
    pair = (private_key.read_bytes(), certificate.read_bytes())
    credentials = grpc.ssl_server_credentials(
        [pair], root_certificates=ca.read_bytes(), require_client_auth=True
    )
    grpc_port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(f"ready {http_port} {grpc_port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(0)
    await runner.cleanup()


if __name__ == "__main__":
    *files, payload_file, message_file = map(Path, sys.argv[1:])
    asyncio.run(serve(*files, payload_file.read_bytes(), message_file.read_bytes()))
