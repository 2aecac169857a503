"""Pairs over several links, over real mutual TLS."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import network_layer_pb2 as pb
from qinet.entanglement.v1 import network_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc
from qinet_reference.links.physics.bell import Bell
from qinet_reference.paths.composition import Paths
from qinet_reference.paths.plan import chain_plan
from qinet_reference.pki_files import PkiFiles, provide

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

PURPOSE = 7
CIRCUIT = "node-a..node-c"
HOMES = {one.id: one.kme for one in chain_plan(3).applications}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> PkiFiles:
    plan = chain_plan(3)
    return provide(tmp_path_factory.mktemp("paths"), plan.holders, [plan.host])


@dataclass
class Application:
    """Stubs of one application at its node."""

    paths: Any
    qubits: Any
    discovery: Any

    async def events(self, after: int | None = 0) -> list[pb.PathEvent]:
        """All events of one request, to its end."""
        events: list[pb.PathEvent] = []
        stream = self.paths.Subscribe(pb.NetworkLayerSubscribeRequest(after=after))
        async with asyncio.timeout(20):
            first = await stream.read()
            assert not first.HasField("event")
            while not events or events[-1].WhichOneof("what") not in {"done", "failed"}:
                events.append((await stream.read()).event)
        stream.cancel()
        return events


@asynccontextmanager
async def running(files: PkiFiles, *names: str, **terms: Any) -> AsyncIterator[list[Application]]:
    """A chain of three nodes, whose links have these terms, and applications at its ends."""
    plan = chain_plan(3)
    links = tuple(replace(link, **terms) for link in plan.circuits[0].links)
    plan = replace(plan, circuits=tuple(replace(one, links=links) for one in plan.circuits))
    async with Paths(plan, files, seed=1) as paths, AsyncExitStack() as exits:
        applications = []
        for name in names:
            channel = grpc.aio.secure_channel(
                f"127.0.0.1:{paths.ports[HOMES[name]]}",
                grpc.ssl_channel_credentials(
                    files.ca.read_bytes(),
                    files.private_key(name).read_bytes(),
                    files.certificate(name).read_bytes(),
                ),
            )
            exits.push_async_callback(channel.close)
            applications.append(
                Application(
                    network_layer_pb2_grpc.NetworkLayerStub(channel),
                    qubits_pb2_grpc.QubitsStub(channel),
                    discovery_pb2_grpc.DiscoveryStub(channel),
                )
            )
        yield applications


async def refused(call: Awaitable[Any]) -> tuple[str, str]:
    """Code and reason of a refusal."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    raw = dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"]
    (detail,) = status_pb2.Status.FromString(raw).details
    info = error_details_pb2.ErrorInfo()
    assert detail.Unpack(info)
    return caught.value.code().name, info.reason


def asked(**fields: Any) -> pb.RequestRequest:
    plain = {
        "circuit_id": CIRCUIT,
        "purpose_id": PURPOSE,
        "type": common.PAIR_TYPE_MEASURE,
        "number": 1,
    }
    return pb.RequestRequest(**{**plain, **fields})


def opening() -> pb.OpenCircuitRequest:
    return pb.OpenCircuitRequest(circuit_id=CIRCUIT, purpose_id=PURPOSE)


def test_early_outcomes_are_confirmed_and_correlated(files: PkiFiles) -> None:
    async def story() -> None:
        async with running(files, "app-1", "app-2") as (head, tail):
            for end in (head, tail):
                await end.paths.OpenCircuit(opening())
            basis = common.BasisChoice(fixed=common.AXIS_X)
            fields = {"confirmation": pb.CONFIRMATION_LATER, "min_fidelity": 0.9}
            answer = await head.paths.Request(
                asked(number=60, local_basis=basis, remote_basis=basis, **fields)
            )
            ends = await asyncio.gather(head.events(), tail.events())
            outcomes: list[dict[int, tuple[int, int]]] = []
            for events, remote in zip(ends, ("node-c", "node-a"), strict=True):
                assert [event.number for event in events] == list(range(1, len(events) + 1))
                assert {event.request_number for event in events} == {answer.request_number}
                assert {event.remote_node_id for event in events} == {remote}
                assert events[-1].HasField("done")
                halves: dict[int, int] = {}
                pairs: dict[int, tuple[int, int]] = {}
                for event in events[:-1]:
                    if event.HasField("delivered"):
                        assert event.delivered.status == pb.PAIR_STATUS_PROVISIONAL
                        assert not event.delivered.HasField("pair")
                        assert event.delivered.measured.axis == common.AXIS_X
                        halves[event.delivered.half_id] = event.delivered.measured.outcome
                    elif event.HasField("confirmed"):
                        told = event.confirmed.pair
                        assert 0.9 < told.fidelity < 1
                        assert told.fidelity_time.seconds > 0
                        pairs[told.pair_id] = halves.pop(event.confirmed.half_id), told.bell_state
                    else:
                        halves.pop(event.expired.half_id)
                assert not halves
                outcomes.append(pairs)
            one, other = outcomes
            assert one.keys() == other.keys()
            assert len(one) == 60
            right = 0
            for pair, (outcome, state) in one.items():
                assert other[pair][1] == state
                bell = Bell[common.BellState.Name(state).removeprefix("BELL_STATE_")]
                right += (outcome == other[pair][0]) == (bell.signs[0] == 1)
            assert right > 45

    asyncio.run(story())


def test_kept_qubits_are_in_the_state_that_was_asked_for(files: PkiFiles) -> None:
    async def story() -> None:
        lasting = {"coherence_time": 1e9, "relaxation_time": 1e9}
        async with running(files, "app-1", "app-2", **lasting) as (head, tail):
            for end in (head, tail):
                await end.paths.OpenCircuit(opening())
            fields = {
                "type": common.PAIR_TYPE_KEEP,
                "final_state": common.BELL_STATE_PSI_MINUS,
                "window": Duration(seconds=1),
            }
            await head.paths.Request(asked(number=10, **fields))
            held: list[dict[int, int]] = []
            for end in (head, tail):
                delivered = [event.delivered for event in (await end.events())[:-1]]
                assert {one.status for one in delivered} == {pb.PAIR_STATUS_CONFIRMED}
                states = {one.pair.bell_state for one in delivered}
                assert states == {common.BELL_STATE_PSI_MINUS}
                held.append({one.pair.pair_id: one.qubit.qubit_id for one in delivered})
            assert held[0].keys() == held[1].keys()
            different = 0
            for pair, qubit in held[0].items():
                outcomes = set()
                for end, qubit_id in ((head, qubit), (tail, held[1][pair])):
                    measure = qubits_pb2.MeasureRequest(qubit_id=qubit_id, axis=common.AXIS_Y)
                    outcomes.add((await end.qubits.Measure(measure)).measured.outcome)
                different += len(outcomes) == 2
            assert different >= 7
            gone = head.qubits.Release(qubits_pb2.ReleaseRequest(qubit_id=0))
            assert await refused(gone) == ("NOT_FOUND", "QUBIT_NOT_FOUND")

    asyncio.run(story())


def test_what_is_offered_and_what_is_refused(files: PkiFiles) -> None:
    async def story() -> None:
        async with running(files, "app-1", "app-2", "app-3", "app-6") as (head, tail, other, out):
            told = await head.paths.GetPaths(pb.GetPathsRequest(remote_node_id="node-c"))
            path, back = told.paths
            assert back.circuit_id == "node-c..node-a"
            assert (back.head_node_id, back.tail_node_id) == ("node-c", "node-a")
            assert path.circuit_id == CIRCUIT
            assert list(path.intermediate_node_ids) == ["node-b"]
            assert (path.head_node_id, path.tail_node_id) == ("node-a", "node-c")
            assert 0.9 < path.max_min_fidelity < path.expected_fidelity < 1
            assert path.shortest_time.ToNanoseconds() > 0
            same = (await tail.paths.GetPath(pb.GetPathRequest(circuit_id=CIRCUIT))).path
            assert same.max_min_fidelity == path.max_min_fidelity
            node = (await head.discovery.GetNode(discovery_pb2.GetNodeRequest())).node
            assert "qinet.entanglement.v1.NetworkLayer" in {one.service for one in node.offers}

            permission = ("PERMISSION_DENIED", "REJECTED")
            assert await refused(head.paths.Request(asked())) == permission
            await head.paths.OpenCircuit(opening())
            assert await refused(head.paths.Request(asked())) == permission
            await tail.paths.OpenCircuit(opening())
            taken = other.paths.OpenCircuit(opening())
            assert await refused(taken) == ("ALREADY_EXISTS", "ALREADY_ACCEPTED")
            impossible = head.paths.Request(asked(min_fidelity=1.0))
            assert await refused(impossible) == ("FAILED_PRECONDITION", "UNSUPPORTED")
            for senseless in (
                asked(circuit_id="nowhere"),
                asked(type=common.PAIR_TYPE_UNSPECIFIED),
                asked(final_state=9),
                asked(confirmation=9),
                asked(max_time=Duration(seconds=1, nanos=-1)),
                asked(type=common.PAIR_TYPE_KEEP, window=Duration()),
            ):
                call = head.paths.Request(senseless)
                assert await refused(call) == ("INVALID_ARGUMENT", "MALFORMED")
            unknown = out.paths.GetPath(pb.GetPathRequest(circuit_id=CIRCUIT))
            assert await refused(unknown) == ("UNAUTHENTICATED", "UNAUTHENTICATED")

    asyncio.run(story())


def test_closing_ends_requests_at_both_ends(files: PkiFiles) -> None:
    async def story() -> None:
        async with running(files, "app-1", "app-2") as (head, tail):
            for end in (head, tail):
                await end.paths.OpenCircuit(opening())
            await head.paths.Request(asked(number=1000))
            closing = pb.CloseCircuitRequest(circuit_id=CIRCUIT, purpose_id=PURPOSE)
            await tail.paths.CloseCircuit(closing)
            one, other = await asyncio.gather(head.events(), tail.events())
            for events in (one, other):
                assert events[-1].failed.error == common.LINK_ERROR_REJECTED
            pairs = [{e.delivered.pair.pair_id for e in events[:-1]} for events in (one, other)]
            assert pairs[0] == pairs[1]
            assert await refused(head.paths.Request(asked())) == ("PERMISSION_DENIED", "REJECTED")

    asyncio.run(story())
