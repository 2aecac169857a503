"""A network of links whose nodes are processes: their pairs, and what the end of one does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tomllib
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import grpc
import pytest
from linking import HOMES, Application

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import qubits_pb2
from qinet_reference.links.plan import default_link_plan
from qinet_reference.links.processes.network import NodeProcesses
from qinet_reference.pki_files import provide

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

A, B = "node-a", "node-b"
PURPOSE = 3


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[Callable[[str], Application]]:
    """A network; gives what opens a channel for an application at its node."""
    plan = default_link_plan()
    files = provide(directory, plan.holders, [plan.host])
    async with NodeProcesses(plan, directory, seed=1) as network, AsyncExitStack() as exits:

        def application(name: str) -> Application:
            holder = (files.private_key(name).read_bytes(), files.certificate(name).read_bytes())
            channel = grpc.aio.secure_channel(
                f"127.0.0.1:{network.ports[HOMES[name]]}",
                grpc.ssl_channel_credentials(files.ca.read_bytes(), *holder),
            )
            exits.push_async_callback(channel.close)
            return Application(channel)

        yield application


def request(kind: common.PairType.ValueType, number: int, seconds: int = 20) -> pb.CreateRequest:
    message = pb.CreateRequest(
        remote_node_id=B, purpose_id=PURPOSE, type=kind, number=number, min_fidelity=0.5
    )
    message.max_time.seconds = seconds
    return message


def ends_of(told: list[pb.LinkEvent]) -> dict[int, int]:
    """How requests failed, by their Create IDs."""
    return {event.create_id: event.failed.error for event in told if not event.HasField("made")}


def process_of(directory: Path, node: str) -> int:
    return int((directory / f"{node}.pid").read_text())


def test_nodes_share_pairs_and_not_a_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as application:
            assert len({os.getpid(), process_of(tmp_path, A), process_of(tmp_path, B)}) == 3
            origin, peer = application("app-1"), application("app-2")
            await peer.link.Accept(pb.AcceptRequest(remote_node_id=A, purpose_id=PURPOSE))
            answer = await origin.link.Create(request(common.PAIR_TYPE_KEEP, 5))
            ours, theirs = await origin.until_done(), await peer.until_done()
            assert [made.sequence for made in ours] == [made.sequence for made in theirs]
            assert len(ours) == 5
            assert answer.create_id >= 0
            for made in (ours[0], ours[1]):
                measure = qubits_pb2.MeasureRequest(qubit_id=made.qubit.qubit_id)
                assert (await origin.qubits.Measure(measure)).measured.outcome in {0, 1}
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await origin.qubits.Measure(measure)
            assert caught.value.code() is grpc.StatusCode.NOT_FOUND

    asyncio.run(story())


def test_who_is_not_enrolled_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as application:
            stranger = application("app-6")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stranger.link.GetLink(pb.GetLinkRequest(remote_node_id=B))
            assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED

    asyncio.run(story())


def test_when_a_node_is_killed_its_neighbour_answers_and_requests_time_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as application:
            origin, peer = application("app-1"), application("app-2")
            await peer.link.Accept(pb.AcceptRequest(remote_node_id=A, purpose_id=PURPOSE))
            waiting = await origin.link.Create(request(common.PAIR_TYPE_KEEP, 20, seconds=3))
            await origin.events(lambda told: len(told) == 10)  # the memories are full
            os.kill(process_of(tmp_path, B), signal.SIGKILL)
            with pytest.raises(grpc.aio.AioRpcError):
                await peer.link.GetLink(pb.GetLinkRequest(remote_node_id=A))
            link = (await origin.link.GetLink(pb.GetLinkRequest(remote_node_id=B))).link
            assert link.node_id == A
            asked = await origin.link.Create(request(common.PAIR_TYPE_MEASURE, 1, seconds=1))
            told = await origin.events(lambda told: len(ends_of(told)) == 2)
            timeout = common.LINK_ERROR_TIMEOUT
            assert ends_of(told) == {waiting.create_id: timeout, asked.create_id: timeout}

    asyncio.run(story())


def test_nodes_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    async def story() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "qinet_reference", "serve", "--links", "--processes"),
            *("--dir", str(tmp_path)),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert (await process.stdout.readline()).startswith(b"ready ")
        target = tomllib.loads((tmp_path / "qonform.toml").read_text(encoding="utf-8"))
        process.kill()
        await process.wait()
        async with asyncio.timeout(20):
            for node in target["nodes"]:
                while await _listens(node["links"]["address"]):
                    await asyncio.sleep(0.05)

    asyncio.run(story())


async def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True
