"""Lies that refusals tell (6.2, 6.4, 6.5)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import grpc
from aiohttp import web

from qinet_reference.adapters.rest_wire import Document, RestWire, bare_reply, container_document
from qinet_reference.domain.model import Key, KeyRequest, Order
from qinet_reference.domain.refusal import KEYS_NOT_FOUND, Reason, Refusal, not_entitled
from qinet_reference.faults.fault import Fault, HttpFault, ServiceFault, StoreFault
from qinet_reference.faults.life_cycle import available
from qinet_reference.faults.owners import RefusalWithKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest import Handler
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
    seen_in = (
        "cybermerqury/etsi-gs-qkd-014-referenceimplementation",
        "JarryChou/etsi-qkd-api",
    )
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    text = "size must be a multiple of 8"


class SizeMessageByGet(HttpFault, _WrongMessage):
    """By GET, a size that is no multiple of 8 is refused in words of one's own."""

    name = "message-size-by-get"
    requirements = ("ETSI-014-6.2-12",)
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    text = "invalid query parameter: size"

    def _reworded(self, refusal: Refusal) -> Refusal:
        return super()._reworded(refusal) if self.applies else refusal


class MandatoryUnsupportedMessage(_WrongMessage):
    """An unknown mandatory extension is refused in words of one's own."""

    name = "message-mandatory-unsupported"
    requirements = ("ETSI-014-6.2-14",)
    seen_in = ("QuKayDee",)
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
    seen_in = ("krich11/kme",)
    reason = Reason.KEY_NOT_FOUND
    text = "One or more keys specified are not found on KME"


class NotFoundMessageNamesKey(_WrongMessage):
    """A key that is not there is refused with the standard's words, followed by more."""

    name = "message-not-found-and-more"
    requirements = ("ETSI-014-6.4-05",)
    reason = Reason.KEY_NOT_FOUND
    text = f"{KEYS_NOT_FOUND}: check the key IDs"


class NotFoundMessageByGet(HttpFault, _WrongMessage):
    """By GET, a key that is not there is refused in words of one's own."""

    name = "message-not-found-by-get"
    requirements = ("ETSI-014-6.4-05",)
    reason = Reason.KEY_NOT_FOUND
    text = "key not found"

    def _reworded(self, refusal: Refusal) -> Refusal:
        return super()._reworded(refusal) if self.applies else refusal


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
    seen_in = (
        "thomasarmel/qkd_kme_server",
        "arnika-project/arnika",
        "thedaemon-wizard/pqc-qkd-HybridNetwork",
        "QuKayDee",
    )
    reason = Reason.KEY_NOT_FOUND
    code = 404
    canonical = grpc.StatusCode.INVALID_ARGUMENT


class UnknownKey401(_WrongCode):
    """A key that is not there is answered 401 (over gRPC: PERMISSION_DENIED)."""

    name = "unknown-key-401"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-05", "QINET-KEYS-03")
    seen_in = ("krich11/easy-kme",)
    reason = Reason.KEY_NOT_FOUND
    code = 401
    canonical = grpc.StatusCode.PERMISSION_DENIED


class UnknownKey500(_WrongCode):
    """A key that is not there brings about an error that nobody handles."""

    name = "unknown-key-500"
    requirements = ("ETSI-014-6.4-04", "QINET-KEYS-03")
    seen_in = ("a-v-popov/etsi-qkd-rest",)
    reason = Reason.KEY_NOT_FOUND
    code = 500
    canonical = grpc.StatusCode.UNKNOWN


class UnknownKey404ByGet(HttpFault):
    """By GET, a key that is not there is answered 404."""

    name = "unknown-key-404-by-get"
    requirements = ("ETSI-014-6.4-04",)

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            mine = self.applies and refusal.reason is Reason.KEY_NOT_FOUND
            return 404 if mine else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class UnknownKeyEmpty(ServiceFault):
    """A key that is not there is answered with an empty container."""

    name = "unknown-key-empty-container"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-03")

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        try:
            return await inner.get_key_with_ids(caller, master, key_ids)
        except Refusal as refusal:
            if refusal.reason is not Reason.KEY_NOT_FOUND:
                raise
            return []


class DeliveredKey401(StoreFault):
    """A key that the slave has had is answered 401, as though it had been another's."""

    name = "delivered-key-401"
    requirements = ("ETSI-014-6.4-04",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._delivered: set[str] = set()

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            keys = await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is Reason.KEY_NOT_FOUND and self._delivered & set(order.key_ids):
                raise not_entitled() from None
            raise
        self._delivered |= {key.id for key in keys}
        return keys


class RefusalIs200(Fault):
    """Every refusal is answered 200, with a message in the body."""

    name = "refusal-200"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.2-13", "ETSI-014-5.4-02")
    seen_in = ("XBGzZ/qkd_server",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, code_of=lambda _: 200)


class BadSize422(_WrongCode):
    """A size that is no multiple of 8 is answered 422 (over gRPC: OUT_OF_RANGE)."""

    name = "bad-size-422"
    requirements = ("ETSI-014-6.2-11", "QINET-KEYS-03")
    seen_in = (
        "next-door-key/py-qkd-kme-sim",
        "s-fifteen-instruments/guardian",
    )
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
    seen_in = (
        "krich11/easy-kme",
        "thedaemon-wizard/pqc-qkd-HybridNetwork",
    )

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {"detail": error["message"]})


class ErrorDetailsStrings(Fault):
    """Errors give their details as an array of strings."""

    name = "error-details-strings"
    requirements = ("ETSI-014-6.5-02",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {**error, "details": [error["message"]]})


class ErrorMessageNull(Fault):
    """Errors have a code and a message, which is null."""

    name = "error-message-null"
    requirements = ("ETSI-014-6.5-01",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {**error, "code": 17, "message": None})


class ExhaustedBare(Fault):
    """When too little is stored, the answer is a 503 without a body, as from a proxy."""

    name = "short-bare-503"
    requirements = ("ETSI-014-6.5-01",)
    beside = ("small-store",)

    def rest(self, wire: RestWire) -> RestWire:
        def reply(code: int, body: bytes) -> web.Response:
            return bare_reply(503) if code == 503 else wire.json_reply(code, body)

        return replace(wire, json_reply=reply)


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


class ErrorUnlabelled(Fault):
    """Nobody labels errors, so that they go out as application/octet-stream."""

    name = "error-unlabelled"
    requirements = ("ETSI-014-5.1-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(
            wire, json_reply=_labelled("application/octet-stream", wire, lambda code: code >= 400)
        )


class MalformedGetsPage(Fault):
    """A request that cannot be read is answered 400 with a page of HTML."""

    name = "malformed-gets-page"
    requirements = ("ETSI-014-4-07", "ETSI-014-5.1-07", "ETSI-014-6.5-01")
    seen_in = ("CreepPork/next-door-key-simulator",)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if request.method == "POST" and not _is_json(await request.read()):
                page = "<!doctype html><title>400 Bad Request</title><h1>Bad Request</h1>"
                return web.Response(status=400, text=page, content_type="text/html")
            return await handler(request)

        return answer


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
    seen_in = (
        "CreepPork/next-door-key-simulator",
        "a-v-popov/etsi-qkd-rest",
        "JarryChou/etsi-qkd-api",
    )

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            malformed = refusal.reason is Reason.MALFORMED_REQUEST
            return 500 if malformed else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class MalformedGetsKey(Fault):
    """A Get key that cannot be read is served as if it were empty."""

    name = "malformed-gets-key"
    requirements = ("ETSI-014-6.2-23",)
    seen_in = ("thomasarmel/qkd_kme_server",)

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
            raise RefusalWithKeys(refusal, await available(inner, order)) from None

    def rest(self, wire: RestWire) -> RestWire:
        def error_document(refusal: Refusal) -> Document:
            error = wire.error_document(refusal)
            if isinstance(refusal, RefusalWithKeys):
                return {**error, **container_document(refusal.keys)}
            return error

        return replace(wire, error_document=error_document)


class KeysInDetails(KeysInRefusal):
    """When some keys of a batch are not found, the details of the refusal hold the others."""

    name = "keys-in-details"

    def rest(self, wire: RestWire) -> RestWire:
        def error_document(refusal: Refusal) -> Document:
            error = wire.error_document(refusal)
            if isinstance(refusal, RefusalWithKeys):
                found = container_document(refusal.keys)["keys"]
                return {**error, "details": [{"found": found}]}
            return error

        return replace(wire, error_document=error_document)


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


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body or b"{}")
    except ValueError:
        return False
    return True


def _labelled(
    content_type: str, wire: RestWire, applies: Callable[[int], bool]
) -> Callable[[int, bytes], web.Response]:
    def reply(code: int, body: bytes) -> web.Response:
        response = wire.json_reply(code, body)
        if applies(code):
            response.content_type = content_type
        return response

    return reply
