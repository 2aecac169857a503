"""Networks that offer less, or more, than one would expect, and say so."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order, Status
from qinet_reference.domain.refusal import (
    OPTIONAL_UNHANDLED,
    Reason,
    Refusal,
    keys_not_found,
    not_entitled,
)
from qinet_reference.variants.variant import ServiceVariant, StoreVariant, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.plan import Plan


class SingleKme(Variant):
    """Only one KME is on offer, as to a supplier who tests alone."""

    name = "single-kme"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, listed_kmes=plan.kmes[:1])


class OneKeyPerRequest(ServiceVariant):
    """One key a request is all there is, for masters and for slaves."""

    name = "one-key-per-request"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, limits=replace(plan.limits, max_key_per_request=1))

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        if len(key_ids) > 1:
            raise Refusal(Reason.NUMBER_OUT_OF_RANGE, "one key a request")
        return await inner.get_key_with_ids(caller, master, key_ids)


class OneSize(Variant):
    """All keys have one size: least, default and greatest are the same."""

    name = "one-size"

    def plan(self, plan: Plan) -> Plan:
        size = plan.limits.key_size
        limits = replace(plan.limits, min_key_size=size, max_key_size=size)
        return replace(plan, limits=limits)


class NoMulticast(Variant):
    """Additional slaves are not served."""

    name = "no-multicast"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, limits=replace(plan.limits, max_sae_id_count=0))


class SmallStore(Variant):
    """Fifty keys an association, and next to no new ones."""

    name = "small-store"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, max_key_count=50)
        return replace(plan, limits=limits, rate=1.0, initial_keys=50)


class Replenishing(Variant):
    """Five keys at the start, and ten more each second."""

    name = "replenishing"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, max_key_count=200)
        return replace(plan, limits=limits, rate=10.0 * limits.key_size, initial_keys=5)


class ServesAnySize(Variant):
    """Sizes that are no multiple of 8 are served, in whole bytes whose last bits are zero."""

    name = "serves-any-size"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, limits=replace(plan.limits, serves_any_size=True))


class OneWay(Variant):
    """Only the SAEs of the first KME can be masters, and the manifest says so."""

    name = "one-way"

    def __init__(self) -> None:
        self._first = ""

    def plan(self, plan: Plan) -> Plan:
        self._first = plan.kmes[0]
        return replace(plan, claims={**plan.claims, "one_way": True})

    def directory(self, directory: Directory) -> Directory:
        return _OneWayDirectory(directory, self._first)


class _OneWayDirectory:
    def __init__(self, inner: Directory, first: str) -> None:
        self._inner = inner
        self._first = first

    def kme_of(self, sae: str) -> str | None:
        return self._inner.kme_of(sae)

    def may_allocate(self, master: str, slave: str) -> bool:
        return self.kme_of(master) == self._first and self._inner.may_allocate(master, slave)


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


class UpperCaseIds(ServiceVariant):
    """UUIDs are written in capitals."""

    name = "upper-case-ids"

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return _capitals(await inner.get_key(caller, slave, request))

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        return _capitals(await inner.get_key_with_ids(caller, master, key_ids))


class ShuffledBatches(ServiceVariant):
    """The slave gets the keys of a batch in another order than it asked for."""

    name = "shuffled-batches"

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        return sorted(
            await inner.get_key_with_ids(caller, master, key_ids), key=lambda key: key.id[::-1]
        )


class Slow(ServiceVariant):
    """Every answer takes 300 ms."""

    name = "slow"
    delay_s = 0.3

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        await asyncio.sleep(self.delay_s)
        return await super().get_status(inner, kme, caller, slave)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        await asyncio.sleep(self.delay_s)
        return await inner.get_key(caller, slave, request)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        await asyncio.sleep(self.delay_s)
        return await inner.get_key_with_ids(caller, master, key_ids)


class LateKeys(StoreVariant):
    """Keys reach the slave's KME two seconds after Get key; until then they are unknown there."""

    name = "late-keys"
    delay_s = 2.0

    def __init__(self) -> None:
        self._arrival: dict[str, float] = {}

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, claims={**plan.claims, "delivery_delay_s": self.delay_s + 1})

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        arrival = time.monotonic() + self.delay_s
        self._arrival.update((key.id, arrival) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        now = time.monotonic()
        if any(self._arrival.get(key_id, now) > now for key_id in order.key_ids):
            raise keys_not_found()
        return await inner.deliver(order)


class StrangersRemembered(StoreVariant):
    """A stranger who asks for a key is answered 401 even after the key was delivered."""

    name = "consumed-key-401-to-strangers"

    def __init__(self) -> None:
        self._slaves: dict[str, Sequence[tuple[str, str]]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._slaves.update((key.id, allocation.slaves) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        for key_id in order.key_ids:
            slaves = self._slaves.get(key_id, ())
            here = any(kme == order.kme for _, kme in slaves)
            if here and not any(sae == order.caller for sae, _ in slaves):
                raise not_entitled()
        return await inner.deliver(order)


def _capitals(keys: Sequence[Key]) -> list[Key]:
    return [Key(key.id.upper(), key.material) for key in keys]
