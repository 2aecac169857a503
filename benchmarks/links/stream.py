"""What it costs to tell an application of a pair, beside a bare stream of messages of that size."""

from __future__ import annotations

import time
import tomllib
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from benchmarks.links.bare import METHOD
from benchmarks.links.cores import AT_ONCE, PURPOSE
from benchmarks.servers import start_process
from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SUBSCRIBE = "/qinet.entanglement.v1.LinkLayer/Subscribe"

_FAST = "1000"
"""So fast go the nodes' clocks that pairs come as fast as the machine makes them."""


@dataclass(frozen=True)
class Cost:
    """What telling took: messages in a second, and of a core of the server's, µs a message."""

    per_s: float
    core_us: float


@dataclass(frozen=True)
class Told:
    """Pairs as they are made, pairs that were made before, and bare messages of `size` bytes."""

    size: int
    live: Cost
    kept: Cost
    bare: Cost


@dataclass(frozen=True)
class Files:
    """Where certificates and keys are."""

    folder: Path
    manifest: dict[str, Any]

    def server(self, node: str) -> list[str]:
        """CA, certificate and private key of a node."""
        pki, ca = self.folder / "pki", self.manifest["nodes"][0]["links"]["ca"]
        names = (self.folder / ca, pki / f"{node}.cert.pem", pki / f"{node}.key.pem")
        return list(map(str, names))

    def client(self, index: int) -> grpc.ChannelCredentials:
        """Those of an application."""
        client = self.manifest["clients"][index]
        names = (
            self.manifest["nodes"][0]["links"]["ca"],
            client["private_key"],
            client["certificate"],
        )
        return grpc.ssl_channel_credentials(*((self.folder / name).read_bytes() for name in names))


async def told(folder: Path, rounds: int, pairs: int) -> list[Told]:
    """Measures all three, in turns, each round over so many messages."""
    serve = ["qinet_reference", "serve", "--dir", str(folder), "--until-stdin-closes", "--links"]
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        ours, (path,) = start_process(processes, [*serve, "--speed", _FAST])
        files = Files(folder, tomllib.loads(Path(path).read_text()))
        first, second = files.manifest["nodes"][:2]

        def channel(index: int, address: str) -> grpc.aio.Channel:
            opened = grpc.aio.secure_channel(address, files.client(index))
            stack.push_async_callback(opened.close)
            return opened

        peer: Any = link_layer_pb2_grpc.LinkLayerStub(channel(1, second["links"]["address"]))
        await peer.Accept(pb.AcceptRequest(remote_node_id=first["id"], purpose_id=PURPOSE))
        at_origin = channel(0, first["links"]["address"])
        origin: Any = link_layer_pb2_grpc.LinkLayerStub(at_origin)
        size, last = await _size(origin, second["id"])
        bare, (port,) = start_process(
            processes, ["benchmarks.links.bare", *files.server(first["id"]), str(size)]
        )
        # Messages stay bytes here: reading them is not the server's cost.
        subscribe: Any = at_origin.unary_stream(SUBSCRIBE)
        get: Any = channel(0, f"127.0.0.1:{port}").unary_stream(METHOD)
        measured, events = [], pairs + -(-pairs // AT_ONCE)
        for _ in range(rounds):
            after = pb.SubscribeRequest(after=last).SerializeToString()
            live = await _cost(
                ours, subscribe(after), events, lambda: _ask(origin, second["id"], pairs)
            )
            kept = await _cost(ours, subscribe(after), events)
            other = await _cost(bare, get(str(events + 1).encode()), events)
            measured.append(Told(size, live, kept, other))
            last += events
        return measured


async def _ask(origin: Any, remote: str, pairs: int) -> None:
    """Ask for so many pairs, in requests that wait together."""
    for left in range(pairs, 0, -AT_ONCE):
        await origin.Create(_create(remote, min(AT_ONCE, left)))


async def _cost(
    process: int, stream: Any, messages: int, ask: Callable[[], Awaitable[None]] | None = None
) -> Cost:
    """Of a stream that has begun, as its first message says, from when something is asked for."""
    await stream.read()
    began, used = time.perf_counter(), _core_s(process)
    if ask is not None:
        await ask()
    for _ in range(messages):
        await stream.read()
    took, used = time.perf_counter() - began, _core_s(process) - used
    stream.cancel()
    return Cost(messages / took, 1e6 * used / messages)


def _core_s(process: int) -> float:
    """How long a process has had a core, in s.

    Linux names the clock of a process so, as does its `clock_getcpuclockid`.
    """
    return time.clock_gettime(~process << 3 | 2)


async def _size(origin: Any, remote: str) -> tuple[int, int]:
    """Of the message that tells of a pair, in bytes; and the number of the last event."""
    stream = origin.Subscribe(pb.SubscribeRequest(after=0))
    await stream.read()
    await origin.Create(_create(remote, 1))
    size = (await stream.read()).ByteSize()
    last: int = (await stream.read()).event.number
    stream.cancel()
    return size, last


def _create(remote: str, number: int) -> pb.CreateRequest:
    return pb.CreateRequest(
        remote_node_id=remote,
        purpose_id=PURPOSE,
        type=common.PAIR_TYPE_MEASURE,
        number=number,
    )
