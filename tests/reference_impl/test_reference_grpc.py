"""The common interface over real mutual TLS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from qinet.common.v1 import refusal_pb2
from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet_reference.domain import refusal as texts
from qinet_reference.domain.refusal import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def refused(call: Awaitable[Any]) -> tuple[str, str, str]:
    """Code, reason and text of a refusal, which are consistent with each other."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    error = caught.value
    raw = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(raw)
    (detail,) = status.details
    info = error_details_pb2.ErrorInfo()
    assert detail.Unpack(info)
    assert info.domain == "qinet"
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return error.code().name, info.reason, error.details() or ""


def ask(**fields: Any) -> pb.GetKeyRequest:
    return pb.GetKeyRequest(slave_id="sae-2", **fields)


def fetch(*ids: str, master: str = "sae-1") -> pb.GetKeyWithKeyIdsRequest:
    return pb.GetKeyWithKeyIdsRequest(
        master_id=master, key_ids=[pb.KeyId(key_id=key_id) for key_id in ids]
    )


def test_reasons_are_those_of_the_interface() -> None:
    names = {name.removeprefix("REASON_") for name in refusal_pb2.Reason.keys()}  # noqa: SIM118
    assert {str(reason) for reason in Reason} == names - {"UNSPECIFIED"}


def test_the_whole_way(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            master, slave = lab.stub("kme-a", "sae-1"), lab.stub("kme-b", "sae-2")
            status = (await master.GetStatus(pb.GetStatusRequest(slave_id="sae-2"))).status
            assert (status.source_kme_id, status.target_kme_id) == ("kme-a", "kme-b")
            assert (status.master_id, status.slave_id) == ("sae-1", "sae-2")
            assert (status.key_size_bits, status.max_additional_slaves) == (256, 2)
            container = (await master.GetKey(ask(number=3, size_bits=512))).container
            assert [len(key.material) for key in container.keys] == [64] * 3
            wanted = fetch(*(key.id.key_id for key in container.keys))
            assert (await slave.GetKeyWithKeyIds(wanted)).container == container
            assert await refused(slave.GetKeyWithKeyIds(wanted)) == (
                "NOT_FOUND",
                "KEY_NOT_FOUND",
                texts.KEYS_NOT_FOUND,
            )

    asyncio.run(story())


def test_refusals(laboratory: Any) -> None:
    def extension(value: float) -> list[pb.Extension]:
        number = struct_pb2.Value(number_value=value)
        return [pb.Extension(name="qinet_max_age_ms", value=number)]

    async def story() -> None:
        async with laboratory() as lab:
            master = lab.stub("kme-a", "sae-1")
            for request, code, reason in [
                (ask(number=0), "INVALID_ARGUMENT", "NUMBER_OUT_OF_RANGE"),
                (ask(size_bits=0), "INVALID_ARGUMENT", "SIZE_OUT_OF_RANGE"),
                (ask(size_bits=257), "INVALID_ARGUMENT", "SIZE_NOT_MULTIPLE_OF_8"),
                (ask(additional_slave_ids=["x"] * 3), "INVALID_ARGUMENT", "TOO_MANY_SLAVES"),
                (
                    ask(mandatory_extensions=[pb.Extension(name="acme_x")]),
                    "INVALID_ARGUMENT",
                    "MANDATORY_EXTENSION_UNSUPPORTED",
                ),
                (
                    ask(mandatory_extensions=extension(0)),
                    "FAILED_PRECONDITION",
                    "MANDATORY_EXTENSION_UNMET",
                ),
                (pb.GetKeyRequest(), "INVALID_ARGUMENT", "UNKNOWN_ASSOCIATION"),
            ]:
                assert (await refused(master.GetKey(request)))[:2] == (code, reason)
            assert await master.GetKey(ask(mandatory_extensions=extension(60_000)))
            optional = [
                pb.Extension(name="acme_x", value=struct_pb2.Value(null_value=0)),
                pb.Extension(name="acme_y"),
                pb.Extension(name="acme_z", value=struct_pb2.Value()),
            ]
            container = (await master.GetKey(ask(optional_extensions=optional))).container
            stranger = lab.stub("kme-b", "sae-3")
            key_id = container.keys[0].id.key_id
            told = await refused(stranger.GetKeyWithKeyIds(fetch(key_id, UNKNOWN)))
            assert told[:2] == ("PERMISSION_DENIED", "NOT_ENTITLED")
            slave = lab.stub("kme-b", "sae-2")
            for request in (fetch(), fetch(""), fetch(key_id, master="")):
                told = await refused(slave.GetKeyWithKeyIds(request))
                assert told[:2] == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")
            assert (await slave.GetKeyWithKeyIds(fetch(key_id))).container == container

    asyncio.run(story())


def test_identity_is_the_certificates(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            asked = pb.GetStatusRequest(slave_id="sae-2")
            for kme, sae in [("kme-a", "sae-7"), ("kme-b", "sae-1")]:
                call = lab.stub(kme, sae).GetStatus(asked, metadata=[("x-sae-id", "sae-1")])
                assert (await refused(call))[:2] == ("UNAUTHENTICATED", "UNAUTHENTICATED")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await lab.stub("kme-a", "sae-6").GetStatus(asked, timeout=60)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE

    asyncio.run(story())


def test_discovery_health_and_reflection(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            channel = lab.channel("kme-a", "sae-4")
            answer = await discovery_pb2_grpc.DiscoveryStub(channel).GetNode(
                discovery_pb2.GetNodeRequest()
            )
            assert (answer.node.node_id, answer.caller_id) == ("kme-a", "sae-4")
            assert {offer.service: list(offer.profiles) for offer in answer.node.offers} == {
                "qinet.keys.v1.KeyDelivery": ["qinet-keys"],
                "qinet.discovery.v1.Discovery": [],
            }
            health = health_pb2_grpc.HealthStub(channel)
            asked = health_pb2.HealthCheckRequest(service="qinet.keys.v1.KeyDelivery")
            assert (await health.Check(asked)).status == health_pb2.HealthCheckResponse.SERVING
            listed = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
                iter([reflection_pb2.ServerReflectionRequest(list_services="")])
            )
            async for reply in listed:
                names = {one.name for one in reply.list_services_response.service}
                assert {"qinet.keys.v1.KeyDelivery", "qinet.discovery.v1.Discovery"} <= names
            unenrolled = discovery_pb2_grpc.DiscoveryStub(lab.channel("kme-a", "sae-7"))
            told = await refused(unenrolled.GetNode(discovery_pb2.GetNodeRequest()))
            assert told[0] == "UNAUTHENTICATED"

    asyncio.run(story())
