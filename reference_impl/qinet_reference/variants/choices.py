"""Networks that choose otherwise where the standard leaves a choice."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from qinet_reference.domain.refusal import (
    Reason,
    Refusal,
    keys_not_found,
    malformed,
    not_entitled,
)
from qinet_reference.variants.variant import ServiceVariant, StoreVariant, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import Document, RestWire
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order
    from qinet_reference.plan import Plan

_KEY_REQUEST = frozenset(
    {
        "number",
        "size",
        "additional_slave_SAE_IDs",
        "extension_mandatory",
        "extension_optional",
    }
)
_KEY_IDS = frozenset({"key_IDs", "key_IDs_extension"})


class _OtherCode(Variant):
    """One reason that has another code where the standard leaves it open (REST)."""

    reason: Reason
    code: int

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            return self.code if refusal.reason is self.reason else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class Unassociated403(_OtherCode):
    """An SAE without association is answered 403."""

    name = "unassociated-403"
    reason = Reason.UNKNOWN_ASSOCIATION
    code = 403


class Unassociated401(_OtherCode):
    """An SAE without association is answered 401."""

    name = "unassociated-401"
    reason = Reason.UNKNOWN_ASSOCIATION
    code = 401


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

    def handler(self, handler: Handler) -> Handler:
        level, as_of = self.per_s, time.monotonic()

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal level, as_of
            now = time.monotonic()
            level, as_of = min(self.per_s, level + (now - as_of) * self.per_s), now
            if level < 1:
                body = {"message": "too many requests", "details": [{"retry_after_s": 1}]}
                return web.json_response(body, status=503, headers={"Retry-After": "1"})
            level -= 1
            return await handler(request)

        return answer


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


class StrangersAreAlwaysStrangers(StoreVariant):
    """At every KME a stranger is answered 401 for keys that were issued to others."""

    name = "strangers-401-at-every-kme"

    def __init__(self) -> None:
        self._slaves: dict[str, set[str]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        slaves = {sae for sae, _ in allocation.slaves}
        self._slaves.update((key.id, slaves) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if any(order.caller not in self._slaves.get(i, {order.caller}) for i in order.key_ids):
            raise not_entitled()
        return await inner.deliver(order)


class MissingBeforeForeign(StoreVariant):
    """Of a batch, it is looked first at what is missing, and then at who may fetch the rest."""

    name = "missing-before-foreign"

    def __init__(self) -> None:
        self._issued: set[str] = set()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._issued |= {key.id for key in allocation.keys}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if not self._issued.issuperset(order.key_ids):
            raise keys_not_found()
        return await inner.deliver(order)


class WrongMaster401(StoreVariant):
    """A slave that names another master than its key has is answered 401."""

    name = "wrong-master-401"

    def __init__(self) -> None:
        self._masters: dict[str, str] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._masters.update((key.id, allocation.master) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if any(self._masters.get(i, order.master) != order.master for i in order.key_ids):
            raise not_entitled()
        return await inner.deliver(order)


class SharedKeyStays(StoreVariant):
    """A slave of a shared key may fetch it again until every other slave has had it, too."""

    name = "shared-key-stays-until-all-had-it"

    def __init__(self) -> None:
        self._waiting: dict[str, set[str]] = {}
        self._had: dict[tuple[str, str], Key] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        if len(allocation.slaves) > 1:
            slaves = [sae for sae, _ in allocation.slaves]
            self._waiting.update((key.id, set(slaves)) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        had = [
            self._had.get((order.caller, key_id)) if self._waiting.get(key_id) else None
            for key_id in order.key_ids
        ]
        if all(had):
            return [key for key in had if key]
        keys = await inner.deliver(order)
        for key in keys:
            self._had[order.caller, key.id] = key
            self._waiting.get(key.id, set()).discard(order.caller)
        return keys


class DuplicatesServed(ServiceVariant):
    """A key whose ID occurs twice in a request occurs twice in the answer."""

    name = "duplicate-ids-served"

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        once = list(dict.fromkeys(key_id.lower() for key_id in key_ids))
        keys = {key.id: key for key in await inner.get_key_with_ids(caller, master, once)}
        return [keys[key_id.lower()] for key_id in key_ids]


class NoIdsNoKeys(ServiceVariant):
    """No key IDs yield an empty container (REST: the common interface fixes a refusal)."""

    name = "no-ids-no-keys"

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        if not key_ids and master:
            await inner.get_status(caller, master)
            return []
        return await inner.get_key_with_ids(caller, master, key_ids)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def read(message: pb.GetKeyWithKeyIdsRequest) -> Sequence[str]:
            return wire.read_key_ids(message) or [""]

        return replace(wire, read_key_ids=read)


class EverybodyAssociated(Variant):
    """Any SAE may share keys with any other, and an SAE that nobody knows is served as a slave."""

    name = "everybody-associated"

    def __init__(self) -> None:
        self._last = ""

    def plan(self, plan: Plan) -> Plan:
        self._last = plan.kmes[-1]
        return replace(plan, saes=tuple(replace(s, associated=s.enrolled) for s in plan.saes))

    def directory(self, directory: Directory) -> Directory:
        return _OpenDirectory(directory, self._last)


class _OpenDirectory:
    def __init__(self, inner: Directory, last: str) -> None:
        self._inner = inner
        self._last = last

    def kme_of(self, sae: str) -> str | None:
        home = self._inner.kme_of(sae)
        return self._last if home is None and sae and sae != "sae-7" else home

    def may_allocate(self, master: str, slave: str) -> bool:
        return self._inner.kme_of(master) is not None and self.kme_of(slave) is not None


class StrictMembers(Variant):
    """Members and query parameters that the standard does not know are refused (REST)."""

    name = "strict-members"

    def rest(self, wire: RestWire) -> RestWire:
        def read_key_request(query: str | None, body: bytes | None) -> KeyRequest:
            wanted = wire.read_key_request(query, body)
            _know(_names(query, body), _KEY_REQUEST)
            return wanted

        def read_key_ids(query: str | None, body: bytes | None) -> Sequence[str]:
            key_ids = wire.read_key_ids(query, body)
            _know(_names(query, body), _KEY_IDS | {"key_ID"})
            return key_ids

        return replace(wire, read_key_request=read_key_request, read_key_ids=read_key_ids)


class EmptyListsRefused(Variant):
    """A list that is there and empty is refused (REST)."""

    name = "empty-lists-refused"

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            wanted = wire.read_key_request(query, body)
            if body and [] in json.loads(body).values():
                raise malformed("a list is empty")
            return wanted

        return replace(wire, read_key_request=read)


class BodyRequired(Variant):
    """A POST without a body, or with another content type than application/json, is refused."""

    name = "body-required"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            posted = request.method == "POST"
            if posted and request.content_type != "application/json":
                return web.json_response({"message": "send application/json"}, status=415)
            if posted and not await request.read():
                return web.json_response({"message": "the body is missing"}, status=400)
            return await handler(request)

        return answer


class SlashesForgiven(Variant):
    """A path may end in a slash (REST)."""

    name = "slashes-forgiven"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            url = request.rel_url
            path = url.raw_path.rstrip("/")
            if path == url.raw_path:
                return await handler(request)
            query = f"?{url.raw_query_string}" if url.raw_query_string else ""
            return await handler(request.clone(rel_url=f"{path}{query}"))

        return answer


class NumbersForgiven(Variant):
    """Integers may be written 3.0, 3e0 and "3" in a Key request (REST)."""

    name = "numbers-forgiven"

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            return wire.read_key_request(query, _with_integers(body))

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


def _names(query: str | None, body: bytes | None) -> set[str]:
    in_query = {name for name, _ in parse_qsl(query or "", keep_blank_values=True)}
    document: Document = json.loads(body) if body else {}
    return in_query | set(document)


def _know(names: set[str], known: frozenset[str]) -> None:
    if names - known:
        raise malformed("unknown parameters", {"unknown": sorted(names - known)})


def _with_integers(body: bytes | None) -> bytes | None:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    whole = {name: _integer(document[name]) for name in ("number", "size") if name in document}
    return json.dumps({**document, **whole}).encode()


def _integer(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
