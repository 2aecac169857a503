"""The common interface on the wire: messages to and from the core, refusals as Status.

`GrpcWire` holds each step as a function of its own, so that a composition can replace one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import any_pb2, json_format
from google.rpc import error_details_pb2, status_pb2

from qinet.discovery.v1 import discovery_pb2
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet_reference.adapters.tls import sae_id_of_pem
from qinet_reference.domain.model import Extension, Key, KeyRequest, Status
from qinet_reference.domain.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Context = grpc.aio.ServicerContext[Any, Any]

KEY_DELIVERY = pb.DESCRIPTOR.services_by_name["KeyDelivery"].full_name
DISCOVERY = discovery_pb2.DESCRIPTOR.services_by_name["Discovery"].full_name

ERROR_DOMAIN = "qinet"
_CODES = {
    Reason.MANDATORY_EXTENSION_UNMET: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.OPTIONAL_EXTENSION_UNHANDLED: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.KEY_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Reason.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Reason.NOT_ENTITLED: grpc.StatusCode.PERMISSION_DENIED,
    Reason.RESOURCE_EXHAUSTED: grpc.StatusCode.UNAVAILABLE,
    Reason.INTERNAL: grpc.StatusCode.INTERNAL,
}


def identity_of_certificate(context: Context) -> str | None:
    """Names the SAE by the client certificate of the connection, and by nothing else."""
    certificates = context.auth_context().get("x509_pem_cert", ())
    for certificate in certificates:
        return sae_id_of_pem(bytes(certificate))
    return None


def code_of(refusal: Refusal) -> grpc.StatusCode:
    """The canonical code of a refusal (the table in `refusal.proto`)."""
    return _CODES.get(refusal.reason, grpc.StatusCode.INVALID_ARGUMENT)


def error_info(refusal: Refusal) -> error_details_pb2.ErrorInfo | None:
    """The machine-readable part of a refusal."""
    metadata = {
        name: value if isinstance(value, str) else json.dumps(value)
        for detail in refusal.details
        for name, value in detail.items()
    }
    return error_details_pb2.ErrorInfo(
        domain=ERROR_DOMAIN, reason=str(refusal.reason), metadata=metadata
    )


def read_key_request(message: pb.GetKeyRequest) -> KeyRequest:
    """A Get key (table 10)."""
    return KeyRequest(
        number=message.number if message.HasField("number") else None,
        size=message.size_bits if message.HasField("size_bits") else None,
        additional_slaves=tuple(message.additional_slave_ids),
        mandatory=_extensions(message.mandatory_extensions),
        optional=_extensions(message.optional_extensions),
    )


def read_key_ids(message: pb.GetKeyWithKeyIdsRequest) -> Sequence[str]:
    """The IDs of a Get key with key IDs (table 12)."""
    return [entry.key_id for entry in message.key_ids]


def status_message(status: Status) -> pb.Status:
    """Status (table 9)."""
    limits = status.limits
    return pb.Status(
        source_kme_id=status.source_kme,
        target_kme_id=status.target_kme,
        master_id=status.master,
        slave_id=status.slave,
        key_size_bits=limits.key_size,
        stored_key_count=status.stored_key_count,
        max_key_count=limits.max_key_count,
        max_keys_per_request=limits.max_key_per_request,
        max_key_size_bits=limits.max_key_size,
        min_key_size_bits=limits.min_key_size,
        max_additional_slaves=limits.max_sae_id_count,
    )


def container_message(keys: Sequence[Key]) -> pb.KeyContainer:
    """Key container (table 11)."""
    return pb.KeyContainer(
        keys=[pb.Key(id=pb.KeyId(key_id=key.id), material=key.material) for key in keys]
    )


def node_message(kme: str) -> discovery_pb2.Node:
    """What a node is and offers (`discovery.proto`)."""
    return discovery_pb2.Node(
        node_id=kme,
        offers=[
            discovery_pb2.Offer(service=KEY_DELIVERY, profiles=["qinet-keys"]),
            discovery_pb2.Offer(service=DISCOVERY),
        ],
        software="Qonform reference KME",
        software_version=version("qonform"),
    )


async def abort(
    context: Context,
    code: grpc.StatusCode,
    message: str,
    info: error_details_pb2.ErrorInfo | None,
) -> None:
    """End a call with a Status that holds `info`; does not return."""
    status = status_pb2.Status(code=code.value[0], message=message)
    if info:
        detail = any_pb2.Any()
        detail.Pack(info)
        status.details.append(detail)
    await context.abort(
        code,
        message,
        trailing_metadata=(("grpc-status-details-bin", status.SerializeToString()),),
    )


@dataclass(frozen=True, slots=True)
class GrpcWire:
    """The steps between a gRPC call and the core, each replaceable."""

    identify: Callable[[Context], str | None] = identity_of_certificate
    read_key_request: Callable[[pb.GetKeyRequest], KeyRequest] = read_key_request
    read_key_ids: Callable[[pb.GetKeyWithKeyIdsRequest], Sequence[str]] = read_key_ids
    status_message: Callable[[Status], pb.Status] = status_message
    container_message: Callable[[Sequence[Key]], pb.KeyContainer] = container_message
    node_message: Callable[[str], discovery_pb2.Node] = node_message
    caller_told: Callable[[str], str] = str
    healthy: bool = True
    reflected: Sequence[str] = (KEY_DELIVERY, DISCOVERY)
    code_of: Callable[[Refusal], grpc.StatusCode] = code_of
    message_of: Callable[[Refusal], str] = str
    error_info: Callable[[Refusal], error_details_pb2.ErrorInfo | None] = error_info

    async def refuse(self, context: Context, refusal: Refusal) -> None:
        """End the call with the Status that a refusal becomes; does not return."""
        await abort(
            context, self.code_of(refusal), self.message_of(refusal), self.error_info(refusal)
        )


def _extensions(messages: Sequence[pb.Extension]) -> tuple[Extension, ...]:
    return tuple(Extension(message.name, _json_value(message)) for message in messages)


def _json_value(message: pb.Extension) -> object:
    """The value as JSON has it; protobuf's numbers are doubles, so whole ones become integers."""
    if not message.HasField("value"):
        return None
    value: object = (
        json_format.MessageToDict(message.value) if message.value.WhichOneof("kind") else None
    )
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
