"""Networks that choose otherwise about who fetches what, when, and in which order (5.4, 6.4)."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.refusal import keys_not_found, not_entitled
from qinet_reference.owners import KnowsOwners
from qinet_reference.variants.variant import ServiceVariant, StoreVariant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, Order
    from qinet_reference.plan import Plan


class _ChecksFirst(KnowsOwners, StoreVariant, ABC):
    """A KME that looks at each key of an order before it looks for any."""

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        for key_id in order.key_ids:
            self.check(order, key_id)
        return await inner.deliver(order)

    @abstractmethod
    def check(self, order: Order, key_id: str) -> None:
        """Refuse the order for one of its keys, or let it pass."""


class StrangersAreAlwaysStrangers(_ChecksFirst):
    """At every KME a stranger is answered 401 for keys that were issued to others."""

    name = "strangers-401-at-every-kme"

    def check(self, order: Order, key_id: str) -> None:
        if self.owners.know(key_id) and order.caller not in self.owners.slaves(key_id):
            raise not_entitled()


class StrangersRemembered(_ChecksFirst):
    """A stranger who asks for a key is answered 401 even after the key was delivered."""

    name = "consumed-key-401-to-strangers"

    def check(self, order: Order, key_id: str) -> None:
        here = self.owners.held_at(key_id, order.kme)
        if here and order.caller not in self.owners.slaves(key_id):
            raise not_entitled()


class MissingBeforeForeign(_ChecksFirst):
    """Of a batch, it is looked first at what is missing, and then at who may fetch the rest."""

    name = "missing-before-foreign"

    def check(self, order: Order, key_id: str) -> None:
        del order
        if not self.owners.know(key_id):
            raise keys_not_found()


class WrongMaster401(_ChecksFirst):
    """A slave that names another master than its key has is answered 401."""

    name = "wrong-master-401"

    def check(self, order: Order, key_id: str) -> None:
        if self.owners.know(key_id) and self.owners.master(key_id) != order.master:
            raise not_entitled()


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


class ShuffledBatches(ServiceVariant):
    """The slave gets the keys of a batch in another order than it asked for."""

    name = "shuffled-batches"

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        return sorted(
            await inner.get_key_with_ids(caller, master, key_ids), key=lambda key: key.id[::-1]
        )


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


class ShortLivedKeys(StoreVariant):
    """A key that its slave has not fetched three seconds after Get key is forgotten."""

    name = "keys-live-3s"
    life_s = 3.0

    def __init__(self) -> None:
        self._end: dict[str, float] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        end = time.monotonic() + self.life_s
        self._end.update((key.id, end) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        now = time.monotonic()
        if any(self._end.get(key_id, now) < now for key_id in order.key_ids):
            raise keys_not_found()
        return await inner.deliver(order)
