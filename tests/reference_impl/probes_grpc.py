"""Probes of the common interface."""

from __future__ import annotations

from typing import Any

import grpc
from asking import UNKNOWN, UUID, Probes, get, ids
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc

PROBES = Probes()


@PROBES.probe
async def calls(lab: Any) -> Any:
    """The common interface: what is refused, how, and to whom."""
    master, stranger = lab.stub("kme-a", "sae-1"), lab.stub("kme-b", "sae-5")
    unknown = pb.GetKeyWithKeyIdsRequest(master_id="sae-1", key_ids=[pb.KeyId(key_id=UNKNOWN)])
    status_request = pb.GetStatusRequest(slave_id="sae-3")
    await answer(master.GetStatus(status_request))
    plain = grpc.aio.insecure_channel(f"127.0.0.1:{lab.network.endpoints['kme-a'].grpc}")
    async with plain:
        naked = key_delivery_pb2_grpc.KeyDeliveryStub(plain)
        asked = naked.GetStatus(status_request, timeout=60)
        without_tls = (await answer(asked))[0]
    return [
        await answer(master.GetStatus(status_request)),
        without_tls,
        await answer(master.GetStatus(pb.GetStatusRequest())),
        await answer(stranger.GetKeyWithKeyIds(key_of(await get(lab)))),
        await answer(stranger.GetStatus(status_request, metadata=[("x-sae-id", "sae-2")])),
        await answer(master.GetKey(pb.GetKeyRequest(slave_id="sae-2", number=0))),
        await answer(stranger.GetKeyWithKeyIds(unknown)),
    ]


@PROBES.probe
async def discovery(lab: Any) -> Any:
    """What the node says about itself."""
    channel = lab.channel("kme-a", "sae-1")
    node = discovery_pb2_grpc.DiscoveryStub(channel).GetNode(discovery_pb2.GetNodeRequest())
    asked = health_pb2.HealthCheckRequest(service="qinet.keys.v1.KeyDelivery")
    listed = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
        iter([reflection_pb2.ServerReflectionRequest(list_services="")])
    )
    return [
        await answer(node),
        await answer(health_pb2_grpc.HealthStub(channel).Check(asked)),
        [str(reply) async for reply in listed],
        [
            len(key.material)
            for size in (64, 72, 256)
            for key in (
                await lab.stub("kme-a", "sae-1").GetKey(
                    pb.GetKeyRequest(slave_id="sae-2", size_bits=size)
                )
            ).container.keys
        ],
    ]


def key_of(reply: Any) -> pb.GetKeyWithKeyIdsRequest:
    (key_id,) = ids(reply)
    return pb.GetKeyWithKeyIdsRequest(master_id="sae-1", key_ids=[pb.KeyId(key_id=key_id)])


async def answer(call: Any) -> Any:
    try:
        reply = await call
    except grpc.aio.AioRpcError as error:
        raw = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        infos = []
        for detail in status_pb2.Status.FromString(raw).details:
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            infos.append((info.domain, info.reason))
        return error.code().name, infos, error.details()
    return UUID.sub("<id>", str(reply).split("material")[0])
