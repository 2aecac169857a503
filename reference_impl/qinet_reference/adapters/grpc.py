"""The common interface over gRPC: key delivery and discovery, health and reflection."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc
from qinet_reference.adapters.grpc_wire import DISCOVERY, KEY_DELIVERY
from qinet_reference.domain.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from qinet_reference.adapters.grpc_wire import Context, GrpcWire
    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery

T = TypeVar("T")
_log = logging.getLogger(__name__)


class KeyDeliveryServicer(key_delivery_pb2_grpc.KeyDeliveryServicer):
    """Turns calls into calls of the core, and its answers into messages."""

    def __init__(self, service: KeyDelivery, wire: GrpcWire) -> None:
        self._service = service
        self._wire = wire

    async def GetStatus(  # noqa: N802 - gRPC's name
        self, request: pb.GetStatusRequest, context: Context
    ) -> pb.GetStatusResponse:
        """014 clause 5.2."""
        return await self._told(context, self._status(request, context))

    async def GetKey(  # noqa: N802 - gRPC's name
        self, request: pb.GetKeyRequest, context: Context
    ) -> pb.GetKeyResponse:
        """014 clause 5.3."""
        return await self._told(context, self._new_keys(request, context))

    async def GetKeyWithKeyIds(  # noqa: N802 - gRPC's name
        self, request: pb.GetKeyWithKeyIdsRequest, context: Context
    ) -> pb.GetKeyWithKeyIdsResponse:
        """014 clause 5.4."""
        return await self._told(context, self._allocated_keys(request, context))

    async def _status(self, request: pb.GetStatusRequest, context: Context) -> pb.GetStatusResponse:
        caller = self._wire.identify(context)
        status = await self._service.get_status(caller, request.slave_id)
        return pb.GetStatusResponse(status=self._wire.status_message(status))

    async def _new_keys(self, request: pb.GetKeyRequest, context: Context) -> pb.GetKeyResponse:
        caller = self._wire.identify(context)
        wanted = self._wire.read_key_request(request)
        keys = await self._service.get_key(caller, request.slave_id, wanted)
        return pb.GetKeyResponse(container=self._wire.container_message(keys))

    async def _allocated_keys(
        self, request: pb.GetKeyWithKeyIdsRequest, context: Context
    ) -> pb.GetKeyWithKeyIdsResponse:
        caller = self._wire.identify(context)
        key_ids = self._wire.read_key_ids(request)
        keys = await self._service.get_key_with_ids(caller, request.master_id, key_ids)
        return pb.GetKeyWithKeyIdsResponse(container=self._wire.container_message(keys))

    async def _told(self, context: Context, answer: Awaitable[T]) -> T:
        """The answer to a call; a refusal, or an accident, ends the call instead."""
        try:
            return await answer
        except Refusal as refusal:
            await self._wire.refuse(context, refusal)
            raise
        except Exception:
            _log.exception("a call failed")
            await self._wire.refuse(context, Refusal(Reason.INTERNAL, "internal error"))
            raise


class DiscoveryServicer(discovery_pb2_grpc.DiscoveryServicer):
    """Describes this node, and the caller as the node identified it."""

    def __init__(self, kme: str, directory: Directory, wire: GrpcWire) -> None:
        self._kme = kme
        self._directory = directory
        self._wire = wire

    async def GetNode(  # noqa: N802 - gRPC's name
        self,
        request: discovery_pb2.GetNodeRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> discovery_pb2.GetNodeResponse:
        """Consumes nothing; refuses whoever is not enrolled here."""
        caller = self._wire.identify(context)
        if caller is None or self._directory.kme_of(caller) != self._kme:
            refusal = Refusal(Reason.UNAUTHENTICATED, "the certificate names no SAE enrolled here")
            await self._wire.refuse(context, refusal)
        return discovery_pb2.GetNodeResponse(
            node=self._wire.node_message(self._kme),
            caller_id=self._wire.caller_told(caller or ""),
        )


async def new_server(
    keys: KeyDeliveryServicer, discovery: DiscoveryServicer, wire: GrpcWire
) -> grpc.aio.Server:
    """A server of both services, with health and reflection; it has no port yet."""
    server = await bare_server(wire.reflected, (KEY_DELIVERY, DISCOVERY), healthy=wire.healthy)
    key_delivery_pb2_grpc.add_KeyDeliveryServicer_to_server(keys, server)
    discovery_pb2_grpc.add_DiscoveryServicer_to_server(discovery, server)
    return server


async def bare_server(
    reflected: Sequence[str], services: Sequence[str], *, healthy: bool
) -> grpc.aio.Server:
    """A server with health of `services`, and reflection of those that it owns to."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    alive = health.aio.HealthServicer()
    states = health_pb2.HealthCheckResponse
    for service in services:
        await alive.set(service, states.SERVING if healthy else states.NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(alive, server)
    reflection.enable_server_reflection(
        (*reflected, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    return server


async def listen(
    server: grpc.aio.Server, host: str, port: int, secured: grpc.ServerCredentials
) -> int:
    """Give the server a port, with TLS; 0 lets the system choose. Tells the port."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        return server.add_secure_port(address, secured)
    except RuntimeError as failure:
        raise OSError(f"cannot listen on {address}") from failure


def credentials(tls: ServerTls) -> grpc.ServerCredentials:
    """Mutual TLS with the files of one KME. gRPC itself accepts nothing below TLS 1.2."""
    return grpc.ssl_server_credentials(
        [(tls.private_key.read_bytes(), tls.certificate.read_bytes())],
        root_certificates=tls.client_ca.read_bytes(),
        require_client_auth=tls.client_certificates is ssl.CERT_REQUIRED,
    )
