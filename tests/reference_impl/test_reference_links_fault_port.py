"""Heralds that a node misses, and sequence numbers that are left out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from link_cores import Core, new_core
from linking import running

from qinet.entanglement.v1 import fault_port_pb2 as pb
from qinet.entanglement.v1 import fault_port_pb2_grpc
from qinet_reference.links.domain.model import Delivery, Failed, PairType, Void
from qinet_reference.links.domain.refusal import LinkError

if TYPE_CHECKING:
    from pathlib import Path

KEEP = PairType.KEEP


def link_of(core: Core) -> Any:
    return core.network.link(core.network.nodes["a"], "b")


def numbers(core: Core, node: str) -> list[int]:
    return [pair.sequence for pair in core.pairs(node)]


def voids(core: Core) -> list[tuple[str, Void | None]]:
    """Where pairs were declared void, and which."""
    return [
        (notice.node, notice.what.void)
        for notice in core.told
        if isinstance(notice.what, Failed) and notice.what.error is LinkError.EXPIRED
    ]


@pytest.mark.parametrize(("deaf", "aware"), [("a", "b"), ("b", "a")])
def test_a_pair_is_void_where_it_was_told_of_and_another_is_made(deaf: str, aware: str) -> None:
    core = new_core()
    link_of(core).miss_heralds(core.network.nodes[deaf], 1)
    core.create(type=KEEP, number=2)
    core.at(10)
    assert numbers(core, aware) == [0, 1, 2]
    assert numbers(core, deaf) == [1, 2]
    assert voids(core) == [(aware, Void(0, 1))]
    assert [core.network.nodes[node].memory.free for node in "ab"] == [2, 2]


def test_a_lost_pair_does_not_hold_the_only_qubit() -> None:
    core = new_core(memory=1)
    link_of(core).miss_heralds(core.network.nodes["b"], 1)
    core.create(type=KEEP)
    core.at(10)
    assert numbers(core, "a") == [0, 1]
    assert numbers(core, "b") == [1]


def test_what_is_delivered_at_once_is_not_lost() -> None:
    core = new_core()
    link_of(core).miss_heralds(core.network.nodes["b"], 1)
    core.create(number=2, delivery=Delivery.WHEN_COMPLETE)
    core.at(10)
    assert numbers(core, "a") == numbers(core, "b") == [0, 1]
    assert voids(core) == []


def test_numbers_begin_again_after_65535_and_are_not_those_of_held_pairs() -> None:
    core = new_core()
    core.create(type=KEEP)
    core.at(2)
    for _ in range(2):
        link_of(core).skip_numbers(32_767)
    core.create(number=3)
    core.at(10)
    assert numbers(core, "a") == numbers(core, "b") == [0, 65_535, 1, 2]


def test_the_number_is_free_once_neither_end_is_held() -> None:
    core = new_core()
    core.create(type=KEEP)
    core.at(2)
    core.services["a"].release("alice", core.qubits("a")[0])
    for _ in range(2):
        link_of(core).skip_numbers(32_767)
    core.create(number=2)
    core.at(5)
    assert numbers(core, "a")[1:] == [65_535, 1]
    core.services["b"].release("bob", core.qubits("b")[0])
    for _ in range(2):
        link_of(core).skip_numbers(32_767)
    core.create(number=1)
    core.at(10)
    assert numbers(core, "a")[3:] == [0]


def test_it_is_served_to_applications_of_the_node_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as laboratory:
            assert laboratory.manifest["claims"]["qinet-links"]["fault_port"] is True

            def port(application: str, node: str) -> Any:
                channel = laboratory.application(application, node).channel
                return fault_port_pb2_grpc.FaultPortStub(channel)

            await port("app-1", "node-a").MissHeralds(
                pb.MissHeraldsRequest(remote_node_id="node-b", count=1)
            )
            skipped = pb.SkipSequenceNumbersRequest(remote_node_id="node-b", count=32_767)
            await port("app-1", "node-a").SkipSequenceNumbers(skipped)
            skipped.count += 1
            for application, node, code in (
                ("app-1", "node-a", grpc.StatusCode.INVALID_ARGUMENT),
                ("app-1", "node-b", grpc.StatusCode.UNAUTHENTICATED),
            ):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await port(application, node).SkipSequenceNumbers(skipped)
                assert caught.value.code() is code

    asyncio.run(story())


def test_a_network_can_do_without(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, "no-fault-port") as laboratory:
            assert "fault_port" not in laboratory.manifest["claims"]["qinet-links"]
            stub: Any = fault_port_pb2_grpc.FaultPortStub(laboratory.application("app-1").channel)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.MissHeralds(pb.MissHeraldsRequest(remote_node_id="node-b", count=1))
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED

    asyncio.run(story())
