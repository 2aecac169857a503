"""Refusals, and the Status that each becomes (`entanglement.proto`, the table of `LinkError`)."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

_CODES = {
    "UNSUPPORTED": grpc.StatusCode.FAILED_PRECONDITION,
    "NO_TIME": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "NO_RESOURCES": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "REJECTED": grpc.StatusCode.PERMISSION_DENIED,
    "MALFORMED": grpc.StatusCode.INVALID_ARGUMENT,
    "ALREADY_ACCEPTED": grpc.StatusCode.ALREADY_EXISTS,
    "QUBIT_NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "UNAUTHENTICATED": grpc.StatusCode.UNAUTHENTICATED,
}


class Refusal(Exception):  # noqa: N818 - it is an answer, and no error of the program
    """A request is refused. `reason`: a name of `LinkError` or of `Reason`, without prefix."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def malformed(message: str) -> Refusal:
    """The request makes no sense."""
    return Refusal("MALFORMED", message)


def unsupported(message: str) -> Refusal:
    """The link can never do it."""
    return Refusal("UNSUPPORTED", message)


async def end_call(context: Any, refusal: Refusal) -> None:
    """End a call with the Status of a refusal; does not return."""
    code = _CODES.get(refusal.reason, grpc.StatusCode.INTERNAL)
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(domain="qinet", reason=refusal.reason))
    status = status_pb2.Status(code=code.value[0], message=str(refusal), details=[detail])
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, str(refusal), trailing_metadata=metadata)
