"""Entangled pairs over real mutual TLS."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import grpc
import jsonschema
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from linking import running

import qinet_schemas
from qinet.discovery.v1 import discovery_pb2
from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import qubits_pb2
from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.links.physics.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

PURPOSE = 7


async def refused(call: Awaitable[Any]) -> tuple[str, str]:
    """Code and reason of a refusal."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    raw = dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"]
    (detail,) = status_pb2.Status.FromString(raw).details
    info = error_details_pb2.ErrorInfo()
    assert detail.Unpack(info)
    assert info.domain == "qinet"
    return caught.value.code().name, info.reason


def asked(**fields: Any) -> pb.CreateRequest:
    plain = {
        "remote_node_id": "node-b",
        "purpose_id": PURPOSE,
        "type": common.PAIR_TYPE_MEASURE,
        "number": 1,
    }
    return pb.CreateRequest(**{**plain, **fields})


def accepting() -> pb.AcceptRequest:
    return pb.AcceptRequest(remote_node_id="node-a", purpose_id=PURPOSE)


def equal_in(state: int, axis: int) -> bool:
    """Whether the outcomes of an undisturbed pair are equal (the table of `BellState`)."""
    sign = {common.AXIS_X: 0, common.AXIS_Y: 1, common.AXIS_Z: 2}[axis]
    return Bell[common.BellState.Name(state).removeprefix("BELL_STATE_")].signs[sign] == 1


def test_errors_are_those_of_the_interface() -> None:
    names = {name.removeprefix("LINK_ERROR_") for name in common.LinkError.keys()}  # noqa: SIM118
    assert {error.value for error in LinkError} == names - {"UNSPECIFIED"}


def test_measured_pairs_are_correlated_as_their_states_say(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            random = common.BasisChoice(random=common.RandomBasis(set=common.BASIS_SET_XYZ))
            request = asked(number=400, local_basis=random, remote_basis=random, min_fidelity=0.9)
            ack = await origin.link.Create(request)
            ours, theirs = await asyncio.gather(origin.until_done(), peer.until_done())
            assert [one.sequence for one in ours] == [one.sequence for one in theirs]
            assert len(ours) == 400
            assert ack.create_id == 1
            assert {one.bell_state for one in ours} == {
                common.BELL_STATE_PSI_PLUS,
                common.BELL_STATE_PSI_MINUS,
            }
            as_said = []
            for mine, other in zip(ours, theirs, strict=True):
                assert mine.bell_state == other.bell_state
                one, two = mine.measured, other.measured
                if one.axis == two.axis:
                    equal = one.outcome == two.outcome
                    as_said.append(equal == equal_in(mine.bell_state, one.axis))
            assert 90 < len(as_said) < 180
            assert sum(as_said) / len(as_said) > 0.9

    asyncio.run(story())


@pytest.mark.parametrize("axis", [common.AXIS_X, common.AXIS_Y, common.AXIS_Z])
def test_held_pairs_are_correlated_too(pki_directory: Path, axis: common.Axis.ValueType) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            fields = {"type": common.PAIR_TYPE_KEEP, "delivery": pb.DELIVERY_WHEN_COMPLETE}
            after, as_said = 0, []
            for _ in range(4):
                await origin.link.Create(asked(number=10, **fields))
                ours, theirs = await asyncio.gather(
                    origin.until_done(after), peer.until_done(after)
                )
                after += 11
                assert {one.qubit.qubit_id for one in ours} == set(range(10))
                for mine, other in zip(ours, theirs, strict=True):
                    outcomes = []
                    for holder, pair in ((origin, mine), (peer, other)):
                        measure = qubits_pb2.MeasureRequest(qubit_id=pair.qubit.qubit_id, axis=axis)
                        measured = (await holder.qubits.Measure(measure)).measured
                        assert measured.axis == axis
                        outcomes.append(measured.outcome)
                    as_said.append((len(set(outcomes)) == 1) == equal_in(mine.bell_state, axis))
                gone = qubits_pb2.ReleaseRequest(qubit_id=0)
                assert await refused(origin.qubits.Release(gone)) == (
                    "NOT_FOUND",
                    "QUBIT_NOT_FOUND",
                )
            assert sum(as_said) >= 32

    asyncio.run(story())


def test_events_are_replayed_after_a_cancelled_stream(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            await origin.link.Create(asked(number=5))
            first = await origin.events(lambda got: len(got) == 2)
            rest = await origin.events(lambda got: got[-1].HasField("done"), after=2)
            every = await origin.events(lambda got: got[-1].HasField("done"))
            assert [event.number for event in every] == [1, 2, 3, 4, 5, 6]
            assert first + rest == every
            assert {event.remote_node_id for event in every} == {"node-b"}

    asyncio.run(story())


def test_a_stream_without_a_number_begins_with_what_comes(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            await origin.link.Create(asked(number=2))
            await origin.until_done()
            stream = origin.link.Subscribe(pb.SubscribeRequest())
            assert not (await stream.read()).HasField("event")
            await origin.link.Create(asked())
            assert (await stream.read()).event.number == 4
            log = lab.network.core.nodes["node-a"].log("app-1")
            assert log.listeners == 1
            stream.cancel()
            async with asyncio.timeout(10):
                while log.listeners:
                    await asyncio.sleep(0.01)

    asyncio.run(story())


def test_nodes_that_cannot_keep_up_still_answer_and_tell_true_times(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory, speed=1000.0) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            for _ in range(4):
                await origin.link.Create(asked(number=1000))
            told = await origin.link.GetLink(pb.GetLinkRequest(remote_node_id="node-b"))
            events = await origin.events(lambda got: len(got) == 4004)
            times = [
                event.made.goodness_time.ToNanoseconds() for event in events if event.made.type
            ]
            assert times == sorted(times)
            assert told.link.node_time.ToNanoseconds() < times[-1]

    asyncio.run(story())


def test_a_request_that_takes_too_long_fails_at_both_nodes(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory, "slow-link") as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            await origin.link.Create(asked(number=1000, max_time=Duration(nanos=100_000_000)))
            for one in (origin, peer):
                *_, last = await one.events(lambda got: got[-1].HasField("failed"))
                assert last.failed.error == common.LINK_ERROR_TIMEOUT
                assert last.failed.WhichOneof("void") is None
                assert (last.origin_node_id, last.purpose_id) == ("node-a", PURPOSE)

    asyncio.run(story())


def test_refusals(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            rejected = ("PERMISSION_DENIED", "REJECTED")
            assert await refused(origin.link.Create(asked())) == rejected
            await peer.link.Accept(accepting())
            other = lab.application("app-4")
            assert await refused(other.link.Accept(accepting())) == (
                "ALREADY_EXISTS",
                "ALREADY_ACCEPTED",
            )
            for fields in (
                {"remote_node_id": "node-a"},
                {"type": 9},
                {"type": common.PAIR_TYPE_UNSPECIFIED},
                {"number": 0},
                {"min_fidelity": float("nan")},
                {"max_time": Duration()},
                {"max_time": Duration(seconds=1, nanos=-1)},
                {"delivery": 7},
                {"local_basis": common.BasisChoice(fixed=common.AXIS_UNSPECIFIED)},
            ):
                malformed = ("INVALID_ARGUMENT", "MALFORMED")
                assert await refused(origin.link.Create(asked(**fields))) == malformed, fields
            assert await refused(origin.link.Create(asked(min_fidelity=1.0))) == (
                "FAILED_PRECONDITION",
                "UNSUPPORTED",
            )
            stranger = ("UNAUTHENTICATED", "UNAUTHENTICATED")
            for caller in (lab.application("app-6"), lab.application("app-2", "node-a")):
                assert await refused(caller.link.Create(asked())) == stranger
                assert await refused(caller.link.GetLink(pb.GetLinkRequest())) == stranger
                assert await refused(caller.discovery.GetNode(discovery_pb2.GetNodeRequest()))

    asyncio.run(story())


def test_what_a_node_says_of_itself(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory, "always-phi-plus") as lab:
            one = lab.application("app-1")
            told = await one.discovery.GetNode(discovery_pb2.GetNodeRequest())
            assert (told.node.node_id, told.caller_id) == ("node-a", "app-1")
            assert [offer.service for offer in told.node.offers] == [
                "qinet.entanglement.v1.LinkLayer",
                "qinet.entanglement.v1.Qubits",
                "qinet.discovery.v1.Discovery",
            ]
            link = (await one.link.GetLink(pb.GetLinkRequest(remote_node_id="node-b"))).link
            assert (link.node_id, link.remote_node_id) == ("node-a", "node-b")
            assert link.promised_state == common.BELL_STATE_PHI_PLUS
            assert link.pairs_per_second == pytest.approx(2000)
            assert link.attempt_time == Duration(nanos=10_000)
            health = health_pb2_grpc.HealthStub(one.channel)
            state = await health.Check(
                health_pb2.HealthCheckRequest(service="qinet.entanglement.v1.Qubits")
            )
            assert state.status == health_pb2.HealthCheckResponse.SERVING

    asyncio.run(story())


def test_the_manifest_is_valid(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory) as lab:
            jsonschema.validate(lab.manifest, qinet_schemas.load("target"))
            assert json.dumps(lab.manifest["claims"])

    asyncio.run(story())


def test_what_need_not_be_told_may_be_absent(pki_directory: Path) -> None:
    async def story() -> None:
        async with running(pki_directory, "little-told", "create-ids-large") as lab:
            origin, peer = lab.application("app-1"), lab.application("app-2")
            await peer.link.Accept(accepting())
            link = (await origin.link.GetLink(pb.GetLinkRequest(remote_node_id="node-b"))).link
            assert not link.HasField("attempt_time")
            assert link.pauli_frame == pb.PAULI_FRAME_UNSPECIFIED
            assert link.max_min_fidelity == pytest.approx(0.93)
            assert (await origin.link.Create(asked())).create_id == 4_000_000_001
            (made, _) = await peer.events(lambda got: got[-1].HasField("done"))
            assert made.create_id == 4_000_000_001

    asyncio.run(story())
