"""Lies that refusals tell (6.2, 6.4, 6.5)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import grpc
from aiohttp import web

from qinet_reference.adapters.rest_wire import Document, RestWire, container_document
from qinet_reference.domain.model import Key, KeyRequest, Order
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import Fault, ServiceFault, StoreFault
from qinet_reference.faults.life_cycle import available

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore


class _WrongMessage(ServiceFault):
    """A KME with a text of its own where the standard fixes one."""

    reason: Reason
    text: str

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        try:
            return await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            raise self._reworded(refusal) from None

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        try:
            return await inner.get_key_with_ids(caller, master, key_ids)
        except Refusal as refusal:
            raise self._reworded(refusal) from None

    def _reworded(self, refusal: Refusal) -> Refusal:
        if refusal.reason is not self.reason:
            return refusal
        return Refusal(self.reason, self.text, *refusal.details)


class SizeMessage(_WrongMessage):
    """A size that is no multiple of 8 is refused in words of one's own."""

    name = "message-size"
    requirements = ("ETSI-014-6.2-12",)
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    text = "size must be a multiple of 8"


class MandatoryUnsupportedMessage(_WrongMessage):
    """An unknown mandatory extension is refused in words of one's own."""

    name = "message-mandatory-unsupported"
    requirements = ("ETSI-014-6.2-14",)
    reason = Reason.MANDATORY_EXTENSION_UNSUPPORTED
    text = "unsupported extension_mandatory"


class MandatoryUnmetMessage(_WrongMessage):
    """A mandatory extension that cannot be met is refused in words of one's own."""

    name = "message-mandatory-unmet"
    requirements = ("ETSI-014-6.2-15",)
    reason = Reason.MANDATORY_EXTENSION_UNMET
    text = "extension_mandatory could not be met"


class NotFoundMessage(_WrongMessage):
    """A key that is not there is refused with the standard's words, but with a capital."""

    name = "message-not-found"
    requirements = ("ETSI-014-6.4-05",)
    reason = Reason.KEY_NOT_FOUND
    text = "One or more keys specified are not found on KME"


class _WrongCode(Fault):
    """A KME with a code of its own where the standard fixes one."""

    reason: Reason
    code: int
    canonical: grpc.StatusCode

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            return self.code if refusal.reason is self.reason else wire.code_of(refusal)

        return replace(wire, code_of=code_of)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def code_of(refusal: Refusal) -> grpc.StatusCode:
            return self.canonical if refusal.reason is self.reason else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class UnknownKey404(_WrongCode):
    """A key that is not there is answered 404 (over gRPC: INVALID_ARGUMENT)."""

    name = "unknown-key-404"
    requirements = ("ETSI-014-6.4-04", "QINET-KEYS-03")
    reason = Reason.KEY_NOT_FOUND
    code = 404
    canonical = grpc.StatusCode.INVALID_ARGUMENT


class UnknownKey401(_WrongCode):
    """A key that is not there is answered 401 (over gRPC: PERMISSION_DENIED)."""

    name = "unknown-key-401"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-05", "QINET-KEYS-03")
    reason = Reason.KEY_NOT_FOUND
    code = 401
    canonical = grpc.StatusCode.PERMISSION_DENIED


class BadSize422(_WrongCode):
    """A size that is no multiple of 8 is answered 422 (over gRPC: OUT_OF_RANGE)."""

    name = "bad-size-422"
    requirements = ("ETSI-014-6.2-11", "QINET-KEYS-03")
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    code = 422
    canonical = grpc.StatusCode.OUT_OF_RANGE


class MandatoryUnsupported501(_WrongCode):
    """An unknown mandatory extension is answered 501 (over gRPC: UNIMPLEMENTED)."""

    name = "mandatory-unsupported-501"
    requirements = ("ETSI-014-6.2-13", "QINET-KEYS-03")
    reason = Reason.MANDATORY_EXTENSION_UNSUPPORTED
    code = 501
    canonical = grpc.StatusCode.UNIMPLEMENTED


class ErrorAsDetail(Fault):
    """Refusals carry {"detail": text} instead of an Error."""

    name = "error-as-detail"
    requirements = ("ETSI-014-6.5-01",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {"detail": error["message"]})


class ErrorDetailsString(Fault):
    """Errors give their details as a string."""

    name = "error-details-string"
    requirements = ("ETSI-014-6.5-02",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            error=lambda error: {**error, "details": str(error.get("details", "none"))}
        )


class ErrorAsText(Fault):
    """Errors are labelled text/plain."""

    name = "error-as-text"
    requirements = ("ETSI-014-5.1-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, json_reply=_labelled("text/plain", wire, lambda code: code >= 400))


class ErrorEmpty(Fault):
    """Refusals have no body."""

    name = "error-empty"
    requirements = ("ETSI-014-6.5-01",)

    def rest(self, wire: RestWire) -> RestWire:
        def reply(code: int, body: bytes) -> web.Response:
            return wire.json_reply(code, b"" if code >= 400 else body)

        return replace(wire, json_reply=reply)


class ReplyAsText(Fault):
    """Status and key containers are labelled text/html."""

    name = "reply-as-text"
    requirements = ("ETSI-014-5.1-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, json_reply=_labelled("text/html", wire, lambda code: code == 200))


class MalformedGets500(Fault):
    """A request that cannot be read is answered 500."""

    name = "malformed-500"
    requirements = ("ETSI-014-6.2-23", "ETSI-014-6.4-08")

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            malformed = refusal.reason is Reason.MALFORMED_REQUEST
            return 500 if malformed else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class MalformedGetsKey(Fault):
    """A Get key that cannot be read is served as if it were empty."""

    name = "malformed-gets-key"
    requirements = ("ETSI-014-6.2-23",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            try:
                return wire.read_key_request(query, body)
            except Refusal:
                return KeyRequest()

        return replace(wire, read_key_request=read)


class PartialBatch(StoreFault):
    """When some keys of a batch are not found, the others are delivered as if all were well."""

    name = "partial-batch"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-06")

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            keys = await available(inner, order) if refusal.reason is Reason.KEY_NOT_FOUND else []
            if not keys:
                raise
            return keys


class KeysInRefusal(StoreFault):
    """When some keys of a batch are not found, the refusal carries the others."""

    name = "keys-in-refusal"
    requirements = ("ETSI-014-6.4-06",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is not Reason.KEY_NOT_FOUND:
                raise
            raise _RefusalWithKeys(refusal, await available(inner, order)) from None

    def rest(self, wire: RestWire) -> RestWire:
        def error_document(refusal: Refusal) -> Document:
            error = wire.error_document(refusal)
            if isinstance(refusal, _RefusalWithKeys):
                return {**error, **container_document(refusal.keys)}
            return error

        return replace(wire, error_document=error_document)


class _RefusalWithKeys(Refusal):
    def __init__(self, refusal: Refusal, keys: list[Key]) -> None:
        super().__init__(refusal.reason, refusal.message, *refusal.details)
        self.keys = keys


class BadIdGets500(Fault):
    """A key ID that is not a UUID is answered 500 with a page of HTML."""

    name = "bad-key-id-500"
    requirements = ("ETSI-014-6.4-08",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> Sequence[str]:
            key_ids = wire.read_key_ids(query, body)
            if any(len(key_id) != 36 for key_id in key_ids):
                raise RuntimeError("invalid input syntax for type uuid")
            return key_ids

        def reply(code: int, body: bytes) -> web.Response:
            if code == 503 and json.loads(body) == {"message": "internal error"}:
                return web.Response(status=500, text="<h1>Error</h1>", content_type="text/html")
            return wire.json_reply(code, body)

        return replace(wire, read_key_ids=read, json_reply=reply)


def _labelled(
    content_type: str, wire: RestWire, applies: Callable[[int], bool]
) -> Callable[[int, bytes], web.Response]:
    def reply(code: int, body: bytes) -> web.Response:
        response = wire.json_reply(code, body)
        if applies(code):
            response.content_type = content_type
        return response

    return reply
