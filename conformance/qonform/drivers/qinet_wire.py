"""`qinet.keys.v1` as messages: what is sent, and what a reply means. Pure, no I/O.

The counterpart of `etsi014_wire` for gRPC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import json_format, struct_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from qinet.keys.v1 import key_delivery_pb2 as pb
from qonform.exchanges import (
    redact_text,
)
from qonform.ports.key_delivery import (
    Key,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused, Unreadable
from qonform.ports.secret import KeyMaterial

if TYPE_CHECKING:
    from google.protobuf.message import Message as Protobuf


_KINDS = {
    grpc.StatusCode.INVALID_ARGUMENT: RefusalKind.BAD_REQUEST,
    grpc.StatusCode.NOT_FOUND: RefusalKind.BAD_REQUEST,
    grpc.StatusCode.FAILED_PRECONDITION: RefusalKind.BAD_REQUEST,
    grpc.StatusCode.OUT_OF_RANGE: RefusalKind.BAD_REQUEST,
    grpc.StatusCode.UNAUTHENTICATED: RefusalKind.UNAUTHORISED,
    grpc.StatusCode.PERMISSION_DENIED: RefusalKind.UNAUTHORISED,
    grpc.StatusCode.UNAVAILABLE: RefusalKind.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED: RefusalKind.UNAVAILABLE,
    grpc.StatusCode.INTERNAL: RefusalKind.UNAVAILABLE,
}

_MADE_LOCALLY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}

CODE_OF_REASON = {
    "MALFORMED_REQUEST": "INVALID_ARGUMENT",
    "SIZE_NOT_MULTIPLE_OF_8": "INVALID_ARGUMENT",
    "SIZE_OUT_OF_RANGE": "INVALID_ARGUMENT",
    "NUMBER_OUT_OF_RANGE": "INVALID_ARGUMENT",
    "TOO_MANY_SLAVES": "INVALID_ARGUMENT",
    "MANDATORY_EXTENSION_UNSUPPORTED": "INVALID_ARGUMENT",
    "MANDATORY_EXTENSION_UNMET": "FAILED_PRECONDITION",
    "OPTIONAL_EXTENSION_UNHANDLED": "FAILED_PRECONDITION",
    "UNKNOWN_ASSOCIATION": "INVALID_ARGUMENT",
    "KEY_NOT_FOUND": "NOT_FOUND",
    "UNAUTHENTICATED": "UNAUTHENTICATED",
    "NOT_ENTITLED": "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED": "UNAVAILABLE",
    "INTERNAL": "INTERNAL",
}
"""The table of qinet/common/v1/refusal.proto: the canonical code that goes with each reason."""


@dataclass(frozen=True)
class Refusal:
    """A gRPC status as it came."""

    code: str
    domain: str | None
    """`ErrorInfo.domain`; None when the status carries no ErrorInfo."""
    reason: str | None
    infos: int = 0
    """How many ErrorInfo the status carries."""


@dataclass(frozen=True)
class RpcAnswer:
    """A reply, as it is on the wire and as what it means."""

    outcome: Outcome[Any]
    response: Protobuf | None = None
    refusal: Refusal | None = None


def key_request(slave: str, request: KeyRequest) -> pb.GetKeyRequest:
    """Get key as a message. Numbers and sizes must fit the wire: 0 to 2^32 - 1."""
    return pb.GetKeyRequest(
        slave_id=slave,
        number=request.number,
        size_bits=request.size,
        additional_slave_ids=request.additional_slaves or (),
        mandatory_extensions=[_extension(n, v) for n, v in request.mandatory or ()],
        optional_extensions=[_extension(n, v) for n, v in request.optional or ()],
    )


def _extension(name: str, value: Any) -> pb.Extension:
    return pb.Extension(name=name, value=json_format.ParseDict(value, struct_pb2.Value()))


def read_status(response: pb.GetStatusResponse, number: int) -> Outcome[Status]:
    """A Status, from its message; an empty string is as good as none."""
    if not response.HasField("status"):
        return Unreadable("GetStatusResponse has no status", number)
    s = response.status
    status = Status(
        s.source_kme_id or None,
        s.target_kme_id or None,
        s.master_id or None,
        s.slave_id or None,
        s.key_size_bits,
        s.stored_key_count,
        s.max_key_count,
        s.max_keys_per_request,
        s.max_key_size_bits,
        s.min_key_size_bits,
        s.max_additional_slaves,
    )
    return Delivered(status, number)


def read_container(
    response: pb.GetKeyResponse | pb.GetKeyWithKeyIdsResponse, number: int
) -> Outcome[KeyContainer]:
    """A Key container, from its message."""
    keys = tuple(Key(k.id.key_id, KeyMaterial(k.material)) for k in response.container.keys)
    return Delivered(KeyContainer(keys), number)


def read_error(error: grpc.RpcError, number: int) -> RpcAnswer:
    """What an RPC error means: a refusal that a peer sent, or no answer at all."""
    if not isinstance(error, grpc.Call):
        return RpcAnswer(Failed(type(error).__name__, number))
    code = error.code()
    status = _rich_status(error)
    infos = _error_infos(status)
    info = infos[0] if infos else None
    if info is None and not _sent_by_peer(error):
        said = redact_text(" ".join((error.details() or "").split()))[:200]
        return RpcAnswer(Failed(f"{code.name}: {said}", number))
    message = status.message if status is not None else error.details()
    refusal = Refusal(
        code.name, info.domain if info else None, info.reason if info else None, len(infos)
    )
    refused = Refused(
        _KINDS.get(code, RefusalKind.OTHER),
        code.name,
        redact_text(message) if message else None,
        number,
        refusal.reason,
    )
    return RpcAnswer(refused, refusal=refusal)


def _rich_status(error: grpc.Call) -> Any:
    try:
        return rpc_status.from_call(error)
    except ValueError:  # the rich status contradicts the plain one
        return None


def _error_infos(status: Any) -> list[error_details_pb2.ErrorInfo]:
    infos = []
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            infos.append(info)
    return infos


def _sent_by_peer(error: Any) -> bool:
    """Whether a status without ErrorInfo came from the server; gRPC makes some itself."""
    if error.code() in _MADE_LOCALLY:
        return False
    return not any(sign in (error.details() or "") for sign in ("RST_STREAM", "Stream removed"))
