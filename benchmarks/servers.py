"""The reference network beside bare servers: REST and gRPC, one request at a time and 16."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import grpc

from benchmarks.bare import METHOD
from benchmarks.load import Rate, drive, http
from qinet.keys.v1 import key_delivery_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Connect = Callable[[], Awaitable[Callable[[], Awaitable[None]]]]

WIDTHS = (1, 16)


def _start(stack: ExitStack, words: Sequence[str]) -> list[str]:
    """Starts a server that ends with its input; gives the words of its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    line = process.stdout.readline().split() if process.stdout else []
    if not line or line[0] != "ready":
        raise RuntimeError(f"{words[0]} did not start")
    return line[1:]


def grpc_calls(
    address: str, credentials: grpc.ChannelCredentials, method: str, sent: bytes
) -> Connect:
    """Channels on which one fixed message is sent again and again."""

    async def connect() -> Callable[[], Awaitable[None]]:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.secure_channel(address, credentials, options)
        call = channel.unary_unary(method)

        async def ask() -> None:
            await call(sent)

        return ask

    return connect


def _http_request(path: str, body: bytes | None) -> bytes:
    verb = b"GET" if body is None else b"POST"
    head = b"%b %b HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (verb, path.encode())
    if body is None:
        return head + b"\r\n"
    return head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


async def compare(
    folder: Path, rounds: int, requests: int
) -> list[tuple[str, list[Rate], list[Rate]]]:
    """Measures each kind of request on both servers in turns. Gives a row for each."""
    with ExitStack() as stack:
        (path,) = _start(
            stack,
            ["qinet_reference", "serve", "--dir", str(folder), "--until-stdin-closes", "--rate",
             "1e12", "--capacity", "10000000"],
        )  # fmt: skip
        manifest = tomllib.loads(Path(path).read_text())
        node, client = manifest["nodes"][0], manifest["clients"][0]
        pki = folder / "pki"
        ca, certificate, key = (
            folder / name
            for name in (node["etsi014"]["ca"], client["certificate"], client["private_key"])
        )
        payload = folder / "payload.json"
        message = folder / "message.bin"
        entry = {"key_ID": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": "A" * 43 + "="}
        payload.write_text(json.dumps({"keys": [entry]}))
        message.write_bytes(
            pb.GetKeyResponse(
                container=pb.KeyContainer(
                    keys=[pb.Key(id=pb.KeyId(key_id=entry["key_ID"]), material=bytes(32))]
                )
            ).SerializeToString()
        )
        bare_http, bare_grpc = _start(
            stack,
            ["benchmarks.bare", *map(str, (ca, pki / "kme-a.cert.pem", pki / "kme-a.key.pem",
                                           payload, message))],
        )  # fmt: skip
        context = ssl.create_default_context(cafile=str(ca))
        context.load_cert_chain(certificate, key)
        credentials = grpc.ssl_channel_credentials(
            ca.read_bytes(), key.read_bytes(), certificate.read_bytes()
        )
        port = urlsplit(node["etsi014"]["url"]).port or 443
        status = _http_request("/api/v1/keys/sae-2/status", None)
        enc = _http_request("/api/v1/keys/sae-2/enc_keys", b"{}")
        get_key = pb.GetKeyRequest(slave_id="sae-2").SerializeToString()
        pairs: dict[str, tuple[Connect, Connect]] = {
            "REST, Get status": (
                http("127.0.0.1", port, context, status),
                http("127.0.0.1", int(bare_http), context, status),
            ),
            "REST, Get key by POST": (
                http("127.0.0.1", port, context, enc),
                http("127.0.0.1", int(bare_http), context, enc),
            ),
            "gRPC, GetKey": (
                grpc_calls(
                    node["qinet"]["address"], credentials,
                    "/qinet.keys.v1.KeyDelivery/GetKey", get_key,
                ),
                grpc_calls(f"127.0.0.1:{bare_grpc}", credentials, METHOD, get_key),
            ),
        }  # fmt: skip
        rows = []
        for name, (ours, bare) in pairs.items():
            for width in WIDTHS:
                measured: tuple[list[Rate], list[Rate]] = ([], [])
                for _ in range(rounds):
                    measured[0].append(await drive(ours, width, requests))
                    measured[1].append(await drive(bare, width, requests))
                rows.append((f"{name}, {width} at once", *measured))
        return rows
