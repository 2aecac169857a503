"""Lies about how many keys, and how long, a Get key yields (6.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import RestWire, encode, json_reply
from qinet_reference.domain.model import Key, KeyRequest, Limits, Status
from qinet_reference.domain.refusal import Reason, Refusal, malformed
from qinet_reference.faults.fault import Fault, HttpFault, RequestFault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.plan import Plan


class NumberIgnored(RequestFault):
    """Get key yields one key, whatever `number` says."""

    name = "number-ignored"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=None)


class OneTooFew(ServiceFault):
    """Get key for several keys yields one less."""

    name = "number-one-too-few"
    requirements = ("ETSI-014-6.2-01",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        return keys[:-1] if len(keys) > 1 else keys


class OneMoreAtMaximum(ServiceFault):
    """Get key for as many keys as can be asked for yields one more."""

    name = "number-one-more-at-max"
    requirements = ("ETSI-014-6.2-01",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        status = await inner.get_status(caller, slave)
        if len(keys) > 1 and len(keys) == status.limits.max_key_per_request:
            keys += await inner.get_key(caller, slave, replace(request, number=1))
        return keys


class MoreThanMaximum(ServiceFault):
    """Get key yields more keys than Status says can be asked for."""

    name = "number-above-max-served"
    requirements = ("ETSI-014-6.2-09",)
    seen_in = (
        "a-v-popov/etsi-qkd-rest",
        "JarryChou/etsi-qkd-api",
    )

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        try:
            return await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            if refusal.reason is not Reason.NUMBER_OUT_OF_RANGE or not request.number:
                raise
        single = replace(request, number=1)
        number = min(request.number, 1000)
        return [key for _ in range(number) for key in await inner.get_key(caller, slave, single)]


class PartialWhenShort(ServiceFault):
    """When too little is stored, Get key yields fewer keys than asked for, as if all were well.

    Less can be stored than one request may ask for, so that this shows at once.
    """

    name = "number-partial-when-short"
    requirements = ("ETSI-014-6.2-01",)
    seen_in = ("thomasarmel/qkd_kme_server",)
    beside = ("small-store",)

    def plan(self, plan: Plan) -> Plan:
        count = plan.limits.max_key_per_request - 1
        return replace(plan, limits=replace(plan.limits, max_key_count=count))

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        for number in range(request.number or 1, 0, -1):
            try:
                return await inner.get_key(caller, slave, replace(request, number=number))
            except Refusal as refusal:
                if refusal.reason is not Reason.RESOURCE_EXHAUSTED:
                    raise
        return []


class EmptyWhenShort(ServiceFault):
    """When too little is stored, Get key yields an empty container, as if all were well."""

    name = "short-empty-container"
    requirements = ("ETSI-014-6.2-01",)
    beside = ("small-store",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        try:
            return await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            if refusal.reason is not Reason.RESOURCE_EXHAUSTED:
                raise
            return []


class ShorterWhenShort(ServiceFault):
    """When too little is stored, Get key yields shorter keys than asked for."""

    name = "short-shorter-keys"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")
    beside = ("small-store",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        try:
            return await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            if refusal.reason is not Reason.RESOURCE_EXHAUSTED:
                raise
        least = (await inner.get_status(caller, slave)).limits.min_key_size
        return await inner.get_key(caller, slave, replace(request, size=least))


class OldKeysWhenShort(ServiceFault):
    """When too little is stored, Get key yields keys that it issued before."""

    name = "short-old-keys-again"
    requirements = ("ETSI-014-5.3-02", "ETSI-014-3.1-01")
    beside = ("small-store",)

    def __init__(self) -> None:
        self._issued: dict[tuple[str | None, str, int | None], list[Key]] = {}

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        old = self._issued.setdefault((caller, slave, request.size), [])
        try:
            keys = await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            number = request.number or 1
            if refusal.reason is not Reason.RESOURCE_EXHAUSTED or len(old) < number:
                raise
            return old[:number]
        old += keys
        return keys


class ZeroIsOne(RequestFault):
    """Get key for 0 keys yields one."""

    name = "number-zero-yields-one"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=request.number or None)


class NegativeIsEmpty(ServiceFault):
    """Get key for a negative number of keys yields an empty container."""

    name = "number-negative-served"
    requirements = ("ETSI-014-6.2-23",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if request.number is not None and request.number < 0:
            await inner.get_status(caller, slave)
            return []
        return await inner.get_key(caller, slave, request)


class NumberAbove9Cut(RequestFault):
    """Of `number`, only the first digit is read."""

    name = "number-first-digit-only"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.number is None or request.number < 10:
            return request
        return replace(request, number=int(f"{request.number}"[0]))


class TwoByDefault(RequestFault):
    """Get key without `number` yields two keys."""

    name = "number-default-two"
    requirements = ("ETSI-014-6.2-02",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        number = 2 if request.number is None else request.number
        return replace(request, number=number)


class SizeIgnored(RequestFault):
    """Get key yields keys of the default size, whatever `size` says."""

    name = "size-ignored"
    requirements = ("ETSI-014-6.2-03",)
    seen_in = (
        "krich11/easy-kme",
        "thomasarmel/qkd_kme_server",
    )

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, size=None)


class SizeInBytes(RequestFault):
    """Get key takes `size` for a number of bytes."""

    name = "size-in-bytes"
    requirements = ("ETSI-014-6.2-03",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        size = None if request.size is None else request.size * 8
        return replace(request, size=size)


class LongKeysCut(Fault):
    """Keys of more than 1024 bits are cut to 1024 bits, at both ends."""

    name = "size-long-keys-cut"
    requirements = ("ETSI-014-6.2-03",)

    def source(self, source: KeySource) -> KeySource:
        return _CuttingSource(source)


class _CuttingSource:
    def __init__(self, inner: KeySource) -> None:
        self._inner = inner

    def new_key(self, bits: int) -> Key:
        return self._inner.new_key(min(bits, 1024))


class SizeInWords(RequestFault):
    """Sizes are rounded up to whole words of 32 bits."""

    name = "size-rounded-to-32"
    requirements = ("ETSI-014-6.2-03",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is None or request.size % 8:
            return request
        return replace(request, size=-(-request.size // 32) * 32)


class SizeShortAtMaximum(ServiceFault):
    """Keys of the greatest size that Status promises are one byte short."""

    name = "size-max-one-byte-short"
    requirements = ("ETSI-014-6.2-03",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        greatest = (await inner.get_status(caller, slave)).limits.max_key_size
        size = request.size - 8 if request.size == greatest else request.size
        return await inner.get_key(caller, slave, replace(request, size=size))


class SizeOnlyForFirst(ServiceFault):
    """Of several keys, only the first has the size asked for; the others have the default size."""

    name = "size-of-first-key-only"
    requirements = ("ETSI-014-6.2-03",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if request.size is None or (request.number or 1) < 2:
            return await inner.get_key(caller, slave, request)
        keys = await inner.get_key(caller, slave, replace(request, number=1))
        others = replace(request, number=(request.number or 1) - 1, size=None)
        return keys + await inner.get_key(caller, slave, others)


class SizeFloored(RequestFault):
    """A size that is no multiple of 8 is served with fewer bits than asked for."""

    name = "size-floored"
    requirements = ("ETSI-014-6.2-11",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        size = None if request.size is None else request.size // 8 * 8
        return replace(request, size=size)


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
        if self.applies and (request.number or 1) > 1:
            raise Refusal(Reason.NUMBER_OUT_OF_RANGE, "by GET, number shall be 1")
        return request


class GetSizeInBytes(HttpFault, RequestFault):
    """Get key by GET takes `size` for a number of bytes, and by POST for one of bits."""

    name = "get-size-in-bytes"
    requirements = ("ETSI-014-6.2-08",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if self.applies and request.size is not None:
            return replace(request, size=request.size * 8)
        return request


class GetSecondParameterIgnored(HttpFault, RequestFault):
    """Get key by GET reads one parameter: where `number` is given, `size` is passed over."""

    name = "get-second-parameter-ignored"
    requirements = ("ETSI-014-6.2-08",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        passes = self.applies and request.number is not None
        return replace(request, size=None) if passes else request


class MinimumRefused(RequestFault):
    """The least key size that Status promises is refused."""

    name = "size-min-refused"
    requirements = ("ETSI-014-6.2-05",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is not None and request.size <= Limits().min_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return request


class MaximumRefused(RequestFault):
    """The greatest key size that Status promises is refused."""

    name = "size-max-refused"
    requirements = ("ETSI-014-6.2-05",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is not None and request.size >= Limits().max_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return request


class AnySizeServed(ServiceFault):
    """Get key yields keys of sizes that Status rules out."""

    name = "size-out-of-range-served"
    requirements = ("ETSI-014-6.2-10",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def __init__(self) -> None:
        self._limits = Limits()

    def plan(self, plan: Plan) -> Plan:
        self._limits = plan.limits
        return replace(plan, limits=replace(plan.limits, min_key_size=8, max_key_size=65_536))

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        return replace(await super().get_status(inner, kme, caller, slave), limits=self._limits)


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


class GetRefused(Fault):
    """Get key is served by POST only."""

    name = "get-refused"
    requirements = ("ETSI-014-6.2-07", "ETSI-014-6.2-08")
    seen_in = ("krich11/kme",)

    def handler(self, handler: Handler) -> Handler:
        return _only_post(handler, "/enc_keys")


class PostRefused(Fault):
    """Get key is served by GET only."""

    name = "post-refused"
    requirements = ("ETSI-014-5.3-01",)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if request.method == "POST" and request.path.endswith("/enc_keys"):
                return json_reply(405, encode({"message": "method not allowed"}))
            return await handler(request)

        return answer


class GetByIdRefused(Fault):
    """Get key with key IDs is served by POST only."""

    name = "get-by-id-refused"
    requirements = ("ETSI-014-6.4-02",)
    seen_in = (
        "krich11/kme",
        "XBGzZ/qkd_server",
    )

    def handler(self, handler: Handler) -> Handler:
        return _only_post(handler, "/dec_keys")


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


def _only_post(handler: Handler, resource: str) -> Handler:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET" and request.path.endswith(resource):
            return json_reply(405, encode({"message": "method not allowed"}))
        return await handler(request)

    return answer
