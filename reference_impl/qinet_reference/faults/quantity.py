"""Lies about how many keys, and how long, a Get key yields (6.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import RestWire, encode, json_reply
from qinet_reference.domain.model import Key, KeyRequest, Limits, Status
from qinet_reference.domain.refusal import Reason, Refusal, malformed
from qinet_reference.faults.fault import Fault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.plan import Plan


class NumberIgnored(ServiceFault):
    """Get key yields one key, whatever `number` says."""

    name = "number-ignored"
    requirements = ("ETSI-014-6.2-01",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, slave, replace(request, number=None))


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


class TwoByDefault(ServiceFault):
    """Get key without `number` yields two keys."""

    name = "number-default-two"
    requirements = ("ETSI-014-6.2-02",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        number = 2 if request.number is None else request.number
        return await inner.get_key(caller, slave, replace(request, number=number))


class SizeIgnored(ServiceFault):
    """Get key yields keys of the default size, whatever `size` says."""

    name = "size-ignored"
    requirements = ("ETSI-014-6.2-03",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, slave, replace(request, size=None))


class SizeInBytes(ServiceFault):
    """Get key takes `size` for a number of bytes."""

    name = "size-in-bytes"
    requirements = ("ETSI-014-6.2-03",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        size = None if request.size is None else request.size * 8
        return await inner.get_key(caller, slave, replace(request, size=size))


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


class SizeFloored(ServiceFault):
    """A size that is no multiple of 8 is served with fewer bits than asked for."""

    name = "size-floored"
    requirements = ("ETSI-014-6.2-11",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        size = None if request.size is None else request.size // 8 * 8
        return await inner.get_key(caller, slave, replace(request, size=size))


class QueryIgnored(Fault):
    """Get key by GET ignores `number` and `size` in the query string."""

    name = "get-query-ignored"
    requirements = ("ETSI-014-6.2-08",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            return wire.read_key_request(query if body is not None else "", body)

        return replace(wire, read_key_request=read)


class MinimumRefused(ServiceFault):
    """The least key size that Status promises is refused."""

    name = "size-min-refused"
    requirements = ("ETSI-014-6.2-05",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if request.size is not None and request.size <= Limits().min_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return await inner.get_key(caller, slave, request)


class MaximumRefused(ServiceFault):
    """The greatest key size that Status promises is refused."""

    name = "size-max-refused"
    requirements = ("ETSI-014-6.2-05",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if request.size is not None and request.size >= Limits().max_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return await inner.get_key(caller, slave, request)


class AnySizeServed(ServiceFault):
    """Get key yields keys of sizes that Status rules out."""

    name = "size-out-of-range-served"
    requirements = ("ETSI-014-6.2-10",)

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
