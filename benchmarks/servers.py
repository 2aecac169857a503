"""The reference network beside bare servers: REST and gRPC, one request at a time and 16."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import grpc

from benchmarks.bare import METHOD
from benchmarks.load import Rate, drive, http
from qinet.keys.v1 import key_delivery_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Connect = Callable[[], Awaitable[Callable[[], Awaitable[None]]]]

WIDTHS = (1, 16)
GET_KEY = "/qinet.keys.v1.KeyDelivery/GetKey"


def start(stack: ExitStack, words: Sequence[str]) -> list[str]:
    """Starts a server that ends with its input; gives the words of its first line."""
    return start_process(stack, words)[1]


def start_process(stack: ExitStack, words: Sequence[str]) -> tuple[int, list[str]]:
    """As `start`; gives the ID of its process too."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    line = process.stdout.readline().split() if process.stdout else []
    if not line or line[0] != "ready":
        raise RuntimeError(f"{words[0]} did not start")
    return process.pid, line[1:]


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


@dataclass(frozen=True)
class Files:
    """Certificates of the reference network, and what the bare servers answer."""

    ca: Path
    certificate: Path
    private_key: Path
    server_certificate: Path
    server_key: Path
    payload: Path
    message: Path

    @classmethod
    def of(cls, folder: Path, manifest: dict[str, Any]) -> Files:
        """Those of the first client and node; writes a Key container of one key in both forms."""
        node, client, pki = manifest["nodes"][0], manifest["clients"][0], folder / "pki"
        payload, message = folder / "payload.json", folder / "message.bin"
        key_id = "bc490419-7d60-487f-adc1-4ddcc177c139"
        payload.write_text(json.dumps({"keys": [{"key_ID": key_id, "key": "A" * 43 + "="}]}))
        key = pb.Key(id=pb.KeyId(key_id=key_id), material=bytes(32))
        container = pb.GetKeyResponse(container=pb.KeyContainer(keys=[key]))
        message.write_bytes(container.SerializeToString())
        return cls(
            folder / node["etsi014"]["ca"],
            folder / client["certificate"],
            folder / client["private_key"],
            pki / f"{node['id']}.cert.pem",
            pki / f"{node['id']}.key.pem",
            payload,
            message,
        )

    def bare(self) -> list[str]:
        """Arguments of the bare servers."""
        given = (self.ca, self.server_certificate, self.server_key, self.payload, self.message)
        return ["benchmarks.bare", *map(str, given)]


def _pairs(
    files: Files, node: dict[str, Any], bare_http: int, bare_grpc: int
) -> dict[str, tuple[Connect, Connect]]:
    """Each kind of request, to the reference and to the bare server."""
    context = ssl.create_default_context(cafile=str(files.ca))
    context.load_cert_chain(files.certificate, files.private_key)
    credentials = grpc.ssl_channel_credentials(
        files.ca.read_bytes(), files.private_key.read_bytes(), files.certificate.read_bytes()
    )
    port = urlsplit(node["etsi014"]["url"]).port or 443
    requests = {
        "REST, Get status": _http_request("/api/v1/keys/sae-2/status", None),
        "REST, Get key by POST": _http_request("/api/v1/keys/sae-2/enc_keys", b"{}"),
    }
    pairs = {
        name: tuple(http("127.0.0.1", p, context, sent) for p in (port, bare_http))
        for name, sent in requests.items()
    }
    sent = pb.GetKeyRequest(slave_id="sae-2").SerializeToString()
    pairs["gRPC, GetKey"] = (
        grpc_calls(node["qinet"]["address"], credentials, GET_KEY, sent),
        grpc_calls(f"127.0.0.1:{bare_grpc}", credentials, METHOD, sent),
    )
    return pairs


async def compare(
    folder: Path, rounds: int, requests: int
) -> list[tuple[str, list[Rate], list[Rate]]]:
    """Measures each kind of request on both servers in turns. Gives a row for each."""
    serve = ["qinet_reference", "serve", "--dir", str(folder), "--until-stdin-closes"]
    with ExitStack() as stack:
        (path,) = start(stack, [*serve, "--rate", "1e12", "--capacity", "10000000"])
        manifest = tomllib.loads(Path(path).read_text())
        files = Files.of(folder, manifest)
        bare_http, bare_grpc = map(int, start(stack, files.bare()))
        rows = []
        pairs = _pairs(files, manifest["nodes"][0], bare_http, bare_grpc)
        for name, (ours, bare) in pairs.items():
            for width in WIDTHS:
                measured: tuple[list[Rate], list[Rate]] = ([], [])
                for _ in range(rounds):
                    measured[0].append(await drive(ours, width, requests))
                    measured[1].append(await drive(bare, width, requests))
                rows.append((f"{name}, {width} at once", *measured))
        return rows
