"""Lies about who a caller is and what it may have (4, 5.1, 5.4)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import grpc

from qinet_reference.adapters.rest_wire import container_document
from qinet_reference.domain.refusal import Reason, Refusal, keys_not_found
from qinet_reference.faults.fault import Fault, HttpFault, ServiceFault, StoreFault
from qinet_reference.faults.owners import Owners, RefusalWithKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from qinet_reference.adapters.grpc_wire import Context, GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order
    from qinet_reference.plan import Plan

IDENTITY_HEADERS = ("X-SAE-ID", "Request-SAE-ID", "X-SSL-Client-CN", "X-Client-DN", "X-Client-CN")


class AnyoneMayFetch(StoreFault):
    """Every SAE of the slave's KME may fetch every key there."""

    name = "stranger-served"
    requirements: ClassVar[tuple[str, ...]] = (
        "ETSI-014-5.4-02",
        "ETSI-014-5.4-03",
        "ETSI-014-6.2-22",
    )

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is not Reason.NOT_ENTITLED:
                raise
        taken = [await self._owners.take(inner, order, key_id) for key_id in order.key_ids]
        if not all(taken):
            raise keys_not_found()
        return [key for key in taken if key]


class OnlyFirstChecked(StoreFault):
    """Of a batch of key IDs, only the first is checked for who may fetch it."""

    name = "stranger-first-id-only"
    requirements = ("ETSI-014-5.4-03",)

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        first, *others = order.key_ids
        keys = await inner.deliver(replace(order, key_ids=[first]))
        taken = [await self._owners.take(inner, order, key_id) for key_id in others]
        if not all(taken):
            raise keys_not_found()
        return keys + [key for key in taken if key]


class AnyoneMayFetchByGet(HttpFault, AnyoneMayFetch):
    """Every SAE of the slave's KME may fetch every key there by GET; by POST, it may not."""

    name = "stranger-served-by-get"
    requirements = ("ETSI-014-5.4-02",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if not self.applies:
            return await inner.deliver(order)
        return await super().deliver(inner, order)


class AnyoneMayFetchOverGrpc(HttpFault, AnyoneMayFetch):
    """Every SAE of the slave's KME may fetch every key there over gRPC; over REST, it may not."""

    name = "grpc-stranger-served"
    method = ""

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if not self.applies:
            return await inner.deliver(order)
        return await super().deliver(inner, order)


class AnyoneMayFetchFromBatches(AnyoneMayFetch):
    """Who may fetch is checked where one key is asked for, and not where there are several."""

    name = "stranger-served-batches"
    requirements = ("ETSI-014-5.4-03",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if len(order.key_ids) < 2:
            return await inner.deliver(order)
        return await super().deliver(inner, order)


class StrangerToldNotFound(StoreFault):
    """A stranger who asks for another's key is told that there is no such key."""

    name = "stranger-gets-400"
    requirements = ("ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-6.2-22")
    seen_in = ("next-door-key/py-qkd-kme-sim",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is Reason.NOT_ENTITLED:
                raise keys_not_found() from None
            raise


class _StrangerGets(Fault):
    """A stranger who asks for another's key is answered with another code than 401."""

    requirements = ("ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-6.2-22", "QINET-KEYS-03")
    code: ClassVar[int]
    status: ClassVar[grpc.StatusCode]

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            mine = refusal.reason is Reason.NOT_ENTITLED
            return self.code if mine else wire.code_of(refusal)

        return replace(wire, code_of=code_of)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def code_of(refusal: Refusal) -> grpc.StatusCode:
            mine = refusal.reason is Reason.NOT_ENTITLED
            return self.status if mine else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class StrangerGets404(_StrangerGets):
    """A stranger who asks for another's key is answered 404."""

    name = "stranger-gets-404"
    seen_in = ("thomasarmel/qkd_kme_server",)
    code, status = 404, grpc.StatusCode.NOT_FOUND


class StrangerGets403ByGet(HttpFault):
    """A stranger who asks for another's key by GET is answered 403."""

    name = "stranger-gets-403-by-get"
    requirements = ("ETSI-014-5.4-02",)

    def rest(self, wire: RestWire) -> RestWire:
        def code_of(refusal: Refusal) -> int:
            mine = self.applies and refusal.reason is Reason.NOT_ENTITLED
            return 403 if mine else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class StrangerGets500(_StrangerGets):
    """A stranger who asks for another's key brings about an error that nobody handles."""

    name = "stranger-gets-500"
    seen_in = ("a-v-popov/etsi-qkd-rest",)
    code, status = 500, grpc.StatusCode.INTERNAL


class KeyBesideThe401(AnyoneMayFetch):
    """A stranger is answered 401, with the keys in the body."""

    name = "stranger-gets-401-and-keys"
    requirements = ("ETSI-014-5.4-05", "ETSI-014-6.4-06", "ETSI-014-6.5-03")

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is not Reason.NOT_ENTITLED:
                raise
            raise RefusalWithKeys(refusal, await super().deliver(inner, order)) from None

    def rest(self, wire: RestWire) -> RestWire:
        def reply(refusal: Refusal) -> web.Response:
            if isinstance(refusal, RefusalWithKeys):
                return wire.json_reply(401, wire.encode(container_document(refusal.keys)))
            return wire.unauthorised_reply(refusal)

        return replace(wire, unauthorised_reply=reply)


class StrangerBurnsKey(StoreFault):
    """A stranger is refused, and the key is gone all the same."""

    name = "stranger-burns-key"
    requirements = ("ETSI-014-5.4-05",)

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is Reason.NOT_ENTITLED:
                await self._owners.discard(inner, order)
            raise


class MasterFetchesOwn(ServiceFault):
    """A master that asks for its own key by ID gets it once more."""

    name = "master-fetches-own"
    requirements = ("ETSI-014-5.4-04",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def __init__(self) -> None:
        self._issued: dict[tuple[str, str], Key] = {}

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        self._issued.update(((caller or "", key.id), key) for key in keys)
        return keys

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        own = [self._issued.get((caller or "", key_id)) for key_id in key_ids]
        if own and all(own):
            return [key for key in own if key]
        return await inner.get_key_with_ids(caller, master, key_ids)


class HeaderTrusted(Fault):
    """Whoever claims another's SAE ID in a header is believed."""

    name = "identity-from-header"
    requirements = ("ETSI-014-4-06",)
    seen_in = ("krich11/easy-kme",)

    def rest(self, wire: RestWire) -> RestWire:
        def identify(request: web.BaseRequest) -> str | None:
            for header in IDENTITY_HEADERS:
                if header in request.headers:
                    return request.headers[header].removeprefix("CN=")
            return wire.identify(request)

        return replace(wire, identify=identify)


class MetadataTrusted(Fault):
    """Whoever claims another's SAE ID in the metadata of a call is believed."""

    name = "identity-from-metadata"
    requirements = ("QINET-KEYS-04",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        headers = tuple(header.lower() for header in IDENTITY_HEADERS)

        def identify(context: Context) -> str | None:
            for name, value in context.invocation_metadata() or ():
                if name in headers:
                    return str(value).removeprefix("CN=")
            return wire.identify(context)

        return replace(wire, identify=identify)


class EverybodyIsTheSame(Fault):
    """Every caller is taken for the first SAE that called this KME."""

    name = "identity-of-first-caller"
    requirements = ("ETSI-014-4-05",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, identify=_always_the_first(wire.identify))

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, identify=_always_the_first(wire.identify))


class KnownByAddress(Fault):
    """For 50 ms after a request, whoever calls from the same address is taken for its caller."""

    name = "identity-cached-by-address"
    requirements = ("ETSI-014-4-05",)
    lifetime_s = 0.05

    def rest(self, wire: RestWire) -> RestWire:
        known: dict[str | None, tuple[str | None, float]] = {}

        def identify(request: web.BaseRequest) -> str | None:
            caller, until = known.get(request.remote, (None, 0.0))
            if caller is None or time.monotonic() > until:
                caller = wire.identify(request)
                known[request.remote] = caller, time.monotonic() + self.lifetime_s
            return caller

        return replace(wire, identify=identify)


class KnownByConnection(Fault):
    """Behind a proxy, whoever is first on a connection is taken for all who follow on it."""

    name = "identity-sticks-to-connection"
    requirements = ("ETSI-014-4-04", "ETSI-014-4-05")
    beside = ("plain-http",)

    def rest(self, wire: RestWire) -> RestWire:
        known: WeakKeyDictionary[object, str | None] = WeakKeyDictionary()

        def identify(request: web.BaseRequest) -> str | None:
            return known.setdefault(request.transport, wire.identify(request))

        return replace(wire, identify=identify)


class UnenrolledServed(Fault):
    """A certificate of the right CA is enough: nobody needs to be enrolled."""

    name = "unenrolled-served"
    requirements = ("ETSI-014-5.1-04",)

    def __init__(self) -> None:
        self._kme = "kme-a"

    def plan(self, plan: Plan) -> Plan:
        self._kme = plan.kmes[0]
        return plan

    def directory(self, directory: Directory) -> Directory:
        return _OpenDirectory(directory, self._kme)


class _OpenDirectory:
    """Whoever is unknown belongs to one KME, and may share keys with all."""

    def __init__(self, inner: Directory, kme: str) -> None:
        self._inner = inner
        self._kme = kme

    def kme_of(self, sae: str) -> str | None:
        return self._inner.kme_of(sae) or self._kme

    def may_allocate(self, master: str, slave: str) -> bool:
        return self._inner.kme_of(master) is None or self._inner.may_allocate(master, slave)


class PathNamesSlave(StoreFault):
    """The path of dec_keys is read as the slave's own ID: who names its master gets nothing."""

    name = "dec-keys-path-names-slave"
    requirements = ("ETSI-014-5.4-01", "ETSI-014-6.4-01")

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if order.master != order.caller:
            raise keys_not_found()
        masters = {self._owners.master(key_id) for key_id in order.key_ids}
        if len(masters) != 1:
            raise keys_not_found()
        return await inner.deliver(replace(order, master=masters.pop()))


class PathNotDecoded(Fault):
    """The SAE ID in the path is taken as it is written, without URL-decoding."""

    name = "path-not-decoded"
    requirements = ("ETSI-014-5.1-09",)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            url = request.rel_url
            if "%" not in url.raw_path:
                return await handler(request)
            literal = url.raw_path.replace("%", "%25")
            return await handler(request.clone(rel_url=f"{literal}?{url.raw_query_string}"))

        return answer


def _always_the_first(identify: Callable[..., str | None]) -> Callable[..., str | None]:
    first: list[str | None] = []

    def identify_first(call: object) -> str | None:
        if not first:
            first.append(identify(call))
        return first[0]

    return identify_first
