"""Networks that answer otherwise where the standard leaves the answer open."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from aiohttp import web

from qinet_reference.codes import AltersCode
from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.refusal import OPTIONAL_UNHANDLED, Reason, Refusal
from qinet_reference.variants.variant import ServiceVariant, Variant

if TYPE_CHECKING:
    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import Document, RestWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.model import Key, KeyRequest
    from qinet_reference.plan import Plan


class _OtherCode(AltersCode, Variant):
    """One reason that has another code where the standard leaves it open (REST)."""


class Unassociated401(_OtherCode):
    """An SAE without association is answered 401."""

    name = "unassociated-401"
    reason = Reason.UNKNOWN_ASSOCIATION
    code = 401


class Unassociated403(_OtherCode):
    """An SAE without association is answered 403."""

    name = "unassociated-403"
    reason = Reason.UNKNOWN_ASSOCIATION
    code = 403


class Unassociated404(_OtherCode):
    """Where the standard leaves the code open, it is 404: for an SAE without association."""

    name = "codes-404"
    reason = Reason.UNKNOWN_ASSOCIATION
    code = 404


class Unenrolled403(_OtherCode):
    """A caller whom nobody enrolled is answered 403."""

    name = "unenrolled-403"
    reason = Reason.UNAUTHENTICATED
    code = 403


class _ExhaustedWith(_OtherCode):
    """Fifty keys an association, and another code when they are used up."""

    reason = Reason.RESOURCE_EXHAUSTED

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, max_key_count=50)
        return replace(plan, limits=limits, rate=2560.0, initial_keys=50)


class Exhausted400(_ExhaustedWith):
    """Fifty keys an association, ten more each second, and 400 when they are used up."""

    name = "exhausted-400"
    code = 400


class Exhausted429(_ExhaustedWith):
    """Fifty keys an association, ten more each second, and 429 when they are used up."""

    name = "exhausted-429"
    code = 429


class RateLimited(Variant):
    """Beyond 25 requests a second whoever asks is answered 503 (REST)."""

    name = "rate-limited"
    per_s = 25.0
    code = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}

    def handler(self, handler: Handler) -> Handler:
        level, as_of = self.per_s, time.monotonic()

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal level, as_of
            now = time.monotonic()
            level, as_of = min(self.per_s, level + (now - as_of) * self.per_s), now
            if level < 1:
                body = {"message": "too many requests", "details": [{"retry_after_s": 1}]}
                return web.json_response(body, status=self.code, headers=self.headers)
            level -= 1
            return await handler(request)

        return answer


class RateLimitedCurtly(RateLimited):
    """Beyond 25 requests a second the answer is 429, without a word when to ask again (REST)."""

    name = "rate-limited-curtly"
    code = 429
    headers: ClassVar[dict[str, str]] = {}


class HangsUpOnStrangers(Variant):
    """The connection of a caller whom nobody enrolled is closed without an answer (REST)."""

    name = "unenrolled-hung-up-on"

    def rest(self, wire: RestWire) -> RestWire:
        def reply(refusal: Refusal) -> web.Response:
            answer = wire.unauthorised_reply(refusal)
            return _HangUp() if refusal.reason is Reason.UNAUTHENTICATED else answer

        return replace(wire, unauthorised_reply=reply)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            if isinstance(reply, _HangUp) and request.transport is not None:
                request.transport.abort()
            return reply

        return answer


class _HangUp(web.Response):
    pass


class Html401(Variant):
    """A 401 is a page of HTML, and asks for a certificate in `WWW-Authenticate`."""

    name = "html-401"

    def rest(self, wire: RestWire) -> RestWire:
        def reply(refusal: Refusal) -> web.Response:
            del refusal
            return web.Response(
                status=401,
                text="<!doctype html><title>401 Unauthorized</title>",
                content_type="text/html",
                headers={"WWW-Authenticate": 'Mutual realm="KME"'},
            )

        return replace(wire, unauthorised_reply=reply)


class Json401(Variant):
    """A 401 carries an Error, too."""

    name = "json-401"

    def rest(self, wire: RestWire) -> RestWire:
        def reply(refusal: Refusal) -> web.Response:
            return wire.json_reply(401, wire.encode({"message": refusal.message}))

        return replace(wire, unauthorised_reply=reply)


class OptionalRefused(ServiceVariant):
    """Optional extensions that are unknown are refused, in the words that the standard fixes."""

    name = "optional-refused"

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if any(one.name != MAX_AGE_MS for one in request.optional):
            await inner.get_status(caller, slave)
            raise Refusal(Reason.OPTIONAL_EXTENSION_UNHANDLED, OPTIONAL_UNHANDLED)
        return await inner.get_key(caller, slave, request)


class ZeroNumberEmpty(ServiceVariant):
    """Get key for 0 keys yields an empty container (REST: the common interface fixes a refusal)."""

    name = "zero-number-empty"

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if request.number == 0:
            await inner.get_status(caller, slave)
            return []
        return await inner.get_key(caller, slave, request)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def read(message: pb.GetKeyRequest) -> KeyRequest:
            request = wire.read_key_request(message)
            return replace(request, number=-1) if request.number == 0 else request

        return replace(wire, read_key_request=read)


class SlaveTold(Variant):
    """Whoever asks at the second KME about an SAE at the first is described as the slave (REST)."""

    name = "status-describes-slave"

    def rest(self, wire: RestWire) -> RestWire:
        swaps = {"source_KME_ID": "target_KME_ID", "master_SAE_ID": "slave_SAE_ID"}
        swaps |= {right: left for left, right in swaps.items()}

        def status(document: Document) -> Document:
            if document["source_KME_ID"] <= document["target_KME_ID"]:
                return document
            return {name: document[swaps.get(name, name)] for name in document}

        return wire.rewriting(status=status)
