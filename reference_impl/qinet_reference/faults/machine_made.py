"""Lies that nobody thought of until a machine told them: see `benchmarks/mutants`."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.model import Key, Limits
from qinet_reference.domain.refusal import MANDATORY_UNSUPPORTED, Reason, Refusal
from qinet_reference.faults.counts import half_full
from qinet_reference.faults.fault import Fault, RequestFault, ServiceFault, StoreFault
from qinet_reference.owners import KnowsOwners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, KeyRequest, Order
    from qinet_reference.plan import Plan


class UndecodablePathCrashes(Fault):
    """A path that is not UTF-8 when it is decoded is too much for the KME (REST)."""

    name = "undecodable-path-crashes"
    requirements = ("ETSI-014-6.2-23",)

    def handler(self, handler: Handler) -> Handler:
        async def crashes(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            try:
                unquote_to_bytes(request.rel_url.raw_path).decode()
            except UnicodeDecodeError:
                reply.set_status(500)
            return reply

        return crashes


class PaysTooLittle(StoreFault):
    """What is delivered takes an eighth of itself from the store, which is half full."""

    name = "store-pays-too-little"
    requirements = ("ETSI-014-5.3-03",)

    def plan(self, plan: Plan) -> Plan:
        return half_full(plan)

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(replace(allocation, bits_per_key=allocation.bits_per_key // 8))


class AnyMasterWillDo(KnowsOwners, StoreFault):
    """A slave gets its key whoever it names as the master."""

    name = "any-master-will-do"
    requirements = ("ETSI-014-5.4-09",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        master = self.owners.master(order.key_ids[0])
        return await inner.deliver(replace(order, master=master or order.master))


class ClaimedExtensionUnknown(RequestFault):
    """A mandatory extension that the manifest claims is refused as if it were unknown."""

    name = "claimed-extension-unknown"
    requirements = ("ETSI-014-6.2-15",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(one.name == MAX_AGE_MS for one in request.mandatory):
            raise Refusal(Reason.MANDATORY_EXTENSION_UNSUPPORTED, MANDATORY_UNSUPPORTED)
        return request


class AnyOtherValueCrashes(RequestFault):
    """A known mandatory extension with a value of a wrong type is too much for the KME."""

    name = "mandatory-value-crashes"
    requirements = ("ETSI-014-6.2-17",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        known = [one.value for one in request.mandatory if one.name == MAX_AGE_MS]
        if any(isinstance(value, str | dict) for value in known):
            raise Refusal(Reason.INTERNAL, "'<' not supported between instances")
        return request


class OneKeyARequest(RequestFault):
    """More than one key a request is refused, although Status allows many."""

    name = "one-key-per-request-untold"
    requirements = ("ETSI-014-6.1-15",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if (request.number or 1) > 1:
            raise Refusal(Reason.NUMBER_OUT_OF_RANGE, "number out of range")
        return request


class OddBitsMissing(Fault):
    """Of a size that is no multiple of 8, the bits beyond the last whole byte are zero."""

    name = "odd-bits-missing"
    requirements = ("ETSI-014-3.1-02",)
    beside = ("serves-any-size",)

    def source(self, source: KeySource) -> KeySource:
        return _WholeBytes(source)


class _WholeBytes:
    def __init__(self, inner: KeySource) -> None:
        self._inner = inner

    def new_key(self, bits: int) -> Key:
        key = self._inner.new_key(bits)
        return Key(key.id, key.material[:-1] + b"\0") if bits % 8 else key


class ReservedMemberCrashes(Fault):
    """An extension of key IDs that is no object is too much for the KME (REST)."""

    name = "reserved-member-crashes"
    requirements = ("ETSI-014-6.4-08",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> Sequence[str]:
            try:
                return wire.read_key_ids(query, body)
            except Refusal as refusal:
                if "extension" in refusal.message:
                    raise Refusal(Reason.INTERNAL, "'int' object has no attribute") from None
                raise

        return replace(wire, read_key_ids=read)


class FewerSlavesThanTold(RequestFault):
    """As many additional slaves as Status allows are one too many."""

    name = "slaves-fewer-than-told"
    requirements = ("ETSI-014-6.1-15",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if len(request.additional_slaves) >= Limits().max_sae_id_count:
            raise Refusal(Reason.TOO_MANY_SLAVES, "too many additional_slave_SAE_IDs")
        return request


class UnknownParameterHidesOthers(Fault):
    """A query is read up to the first parameter that the KME does not know (REST)."""

    name = "unknown-parameter-hides-others"
    requirements = ("ETSI-014-6.2-01",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            known = takewhile(
                lambda one: one.startswith(("number=", "size=")), (query or "").split("&")
            )
            return wire.read_key_request("&".join(known), body)

        return replace(wire, read_key_request=read)


class TwiceAskedIsLost(ServiceFault):
    """A key that is asked for twice in one request is taken out once, then missed, and lost."""

    name = "twice-asked-is-lost"
    requirements = ("ETSI-014-6.4-07",)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        keys = await inner.get_key_with_ids(caller, master, list(dict.fromkeys(key_ids)))
        if len(keys) < len(key_ids):
            raise Refusal(Reason.INTERNAL, "internal error")
        return keys
