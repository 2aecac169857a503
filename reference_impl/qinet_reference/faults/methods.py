"""Lies about the forms in which a request may come: by GET, by POST, with which members (5, 6)."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.adapters.rest_wire import RestWire, encode, json_reply
from qinet_reference.domain.model import KeyRequest
from qinet_reference.domain.refusal import Reason, Refusal, malformed
from qinet_reference.faults.fault import Fault, HttpFault, RequestFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler


class _Unserved(Fault):
    """A resource that is not there, or not by one `method` (REST)."""

    resource: ClassVar[str]
    method: ClassVar[str]
    code: ClassVar[int] = 405
    message: ClassVar[str] = "method not allowed"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if request.method == self.method and request.path.endswith(f"/{self.resource}"):
                return json_reply(self.code, encode({"message": self.message}))
            return await handler(request)

        return answer


class StatusNotFound(_Unserved):
    """There is no such thing as Get status."""

    name = "status-not-found"
    requirements = ("ETSI-014-5.1-08", "ETSI-014-5.2-01")
    method, resource = "GET", "status"
    code, message = 404, "no such resource"


class GetRefused(_Unserved):
    """Get key is served by POST only."""

    name = "get-refused"
    requirements = ("ETSI-014-6.2-07", "ETSI-014-6.2-08")
    seen_in = ("krich11/kme",)
    method, resource = "GET", "enc_keys"


class PostRefused(_Unserved):
    """Get key is served by GET only."""

    name = "post-refused"
    requirements = ("ETSI-014-5.3-01",)
    method, resource = "POST", "enc_keys"


class GetByIdRefused(_Unserved):
    """Get key with key IDs is served by POST only."""

    name = "get-by-id-refused"
    requirements = ("ETSI-014-6.4-02",)
    seen_in = (
        "krich11/kme",
        "XBGzZ/qkd_server",
    )
    method, resource = "GET", "dec_keys"


class QueryIgnored(Fault):
    """Get key by GET ignores `number` and `size` in the query string."""

    name = "get-query-ignored"
    requirements = ("ETSI-014-6.2-08",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            return wire.read_key_request(query if body is not None else "", body)

        return replace(wire, read_key_request=read)


class GetOneKeyOnly(HttpFault, RequestFault):
    """Get key by GET refuses a number above 1."""

    name = "get-number-refused"
    requirements = ("ETSI-014-6.2-08",)
    seen_in = ("thedaemon-wizard/pqc-qkd-HybridNetwork",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if (request.number or 1) > 1:
            raise Refusal(Reason.NUMBER_OUT_OF_RANGE, "by GET, number shall be 1")
        return request


class GetSizeInBytes(HttpFault, RequestFault):
    """Get key by GET takes `size` for a number of bytes, and by POST for one of bits."""

    name = "get-size-in-bytes"
    requirements = ("ETSI-014-6.2-08",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return request if request.size is None else replace(request, size=request.size * 8)


class GetSecondParameterIgnored(HttpFault, RequestFault):
    """Get key by GET reads one parameter: where `number` is given, `size` is passed over."""

    name = "get-second-parameter-ignored"
    requirements = ("ETSI-014-6.2-08",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return request if request.number is None else replace(request, size=None)


class EmptyRequestRefused(Fault):
    """POST of an empty JSON object is refused, as if members were mandatory."""

    name = "empty-request-refused"
    requirements = ("ETSI-014-6.2-06",)
    seen_in = ("JarryChou/etsi-qkd-api",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            request = wire.read_key_request(query, body)
            if body is not None and request == KeyRequest():
                raise malformed("number and size are required")
            return request

        return replace(wire, read_key_request=read)


class BareStringIds(Fault):
    """Get key with key IDs takes an array of strings instead of one of objects."""

    name = "key-ids-bare-strings"
    requirements = ("ETSI-014-6.4-01",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> Sequence[str]:
            if body is not None and b'key_ID"' in body:
                raise malformed("key_IDs shall be an array of strings")
            return wire.read_key_ids(query, body)

        return replace(wire, read_key_ids=read)


class ChunkedIgnored(Fault):
    """A body that comes with `Transfer-Encoding: chunked` is taken for an empty JSON object."""

    name = "chunked-body-ignored"
    requirements = ("ETSI-014-6.2-01", "ETSI-014-6.2-03")

    def __init__(self) -> None:
        self._chunked: ContextVar[bool] = ContextVar("chunked", default=False)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            self._chunked.set("chunked" in request.headers.get("Transfer-Encoding", "").lower())
            return await handler(request)

        return answer

    def rest(self, wire: RestWire) -> RestWire:
        def seen(body: bytes | None) -> bytes | None:
            return b"{}" if body is not None and self._chunked.get() else body

        return replace(
            wire,
            read_key_request=lambda query, body: wire.read_key_request(query, seen(body)),
            read_key_ids=lambda query, body: wire.read_key_ids(query, seen(body)),
        )
