"""Lies about when a key is there and when it is gone (5.3, 5.4)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.domain.model import Allocation, Key, Order
from qinet_reference.domain.refusal import keys_not_found
from qinet_reference.faults.fault import HttpFault, StoreFault
from qinet_reference.owners import available

if TYPE_CHECKING:
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.plan import Plan


class DeliveredTwice(StoreFault):
    """A slave may fetch the same key again and again."""

    name = "delivered-twice"
    requirements = ("ETSI-014-5.4-06",)
    seen_in: ClassVar[tuple[str, ...]] = (
        "cybermerqury/etsi-gs-qkd-014-referenceimplementation",
        "thomasarmel/qkd_kme_server",
        "krich11/easy-kme",
        "a-v-popov/etsi-qkd-rest",
        "arnika-project/arnika",
        "LUMII-Syslab/qkd-stub",
    )

    def __init__(self) -> None:
        self._delivered: dict[tuple[str, str], Key] = {}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        again = [self._delivered.get((order.caller, key_id)) for key_id in order.key_ids]
        if all(again):
            return [key for key in again if key]
        keys = await inner.deliver(order)
        self._delivered.update(((order.caller, key.id), key) for key in self.kept(order, keys))
        return keys

    def kept(self, order: Order, keys: list[Key]) -> list[Key]:
        """Which of the keys that are delivered stay where they are. Unless overridden, all."""
        del order
        return keys


class LastOfBatchDeliveredTwice(DeliveredTwice):
    """The last key of three or more that a slave fetches together may be fetched again."""

    name = "delivered-again-last-of-batch"
    seen_in = ()

    def kept(self, order: Order, keys: list[Key]) -> list[Key]:
        del order
        return keys[-1:] if len(keys) >= 3 else []


class DeliveredTwiceInReverse(DeliveredTwice):
    """At the first KME, a slave may fetch the same key again and again."""

    name = "delivered-again-in-reverse"
    seen_in = ()

    def __init__(self) -> None:
        super().__init__()
        self._kme = "kme-a"

    def plan(self, plan: Plan) -> Plan:
        self._kme = plan.kmes[0]
        return plan

    def kept(self, order: Order, keys: list[Key]) -> list[Key]:
        return keys if order.kme == self._kme else []


class LaterDropsEarlier(StoreFault):
    """A Get key drops the keys of the same pair that the slave has not fetched yet."""

    name = "later-get-key-drops-earlier"
    requirements = ("ETSI-014-5.3-04",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._undelivered: dict[tuple[str, str, str], list[str]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        for sae, kme in allocation.slaves:
            ids = self._undelivered.setdefault((allocation.master, sae, kme), [])
            await available(inner, Order(kme, sae, allocation.master, ids))
            ids[:] = [key.id for key in allocation.keys]
        await inner.allocate(allocation)


class OtherPairDropsEarlier(StoreFault):
    """A Get key drops the keys of the master with other slaves that they have not fetched yet."""

    name = "other-pair-drops-earlier"
    requirements = ("ETSI-014-5.3-04",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._undelivered: dict[str, list[Order]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        ids = [key.id for key in allocation.keys]
        mine = [Order(kme, sae, allocation.master, ids) for sae, kme in allocation.slaves]
        earlier = self._undelivered.get(allocation.master, [])
        callers = {order.caller for order in mine}
        for order in earlier:
            if order.caller not in callers:
                await available(inner, order)
        kept = [order for order in earlier if order.caller in callers]
        self._undelivered[allocation.master] = kept + mine
        await inner.allocate(allocation)


class ReverseDropsEarlier(StoreFault):
    """A Get key by the slave drops the keys of the same pair that it has not fetched yet."""

    name = "reverse-drops-earlier"
    requirements = ("ETSI-014-5.3-04",)

    def __init__(self) -> None:
        self._undelivered: dict[tuple[str, str], Order] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        for sae, kme in allocation.slaves:
            if back := self._undelivered.pop((sae, allocation.master), None):
                await available(inner, back)
            name = (allocation.master, sae)
            waiting = self._undelivered.setdefault(name, Order(kme, sae, allocation.master, []))
            ids = [*waiting.key_ids, *(key.id for key in allocation.keys)]
            self._undelivered[name] = replace(waiting, key_ids=ids)


class BatchByGetNotRelayed(HttpFault, StoreFault):
    """Of several keys that are got by GET at once, the KME of the slave learns nothing."""

    name = "keys-by-get-not-relayed"
    requirements = ("ETSI-014-5.4-01", "ETSI-014-5.3-04")

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        if self.applies and len(allocation.keys) > 1:
            ids = [key.id for key in allocation.keys]
            for sae, kme in allocation.slaves:
                await inner.deliver(Order(kme, sae, allocation.master, ids))


class OnlySoManyWait(StoreFault):
    """No more than sixteen keys wait for a slave: the next one pushes out the oldest."""

    name = "only-16-keys-wait"
    requirements = ("ETSI-014-5.3-04",)
    most = 16

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], list[str]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        for sae, kme in allocation.slaves:
            ids = self._waiting.setdefault((allocation.master, sae), [])
            ids += [key.id for key in allocation.keys]
            await available(inner, Order(kme, sae, allocation.master, ids[: -self.most]))
            del ids[: -self.most]

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        ids = self._waiting.get((order.master, order.caller), [])
        ids[:] = [key_id for key_id in ids if key_id not in order.key_ids]
        return keys


class ExpiresAtOnce(StoreFault):
    """A key that the slave does not fetch within 20 ms is gone."""

    name = "expires-at-once"
    requirements = ("ETSI-014-5.3-04", "ETSI-014-5.4-01")
    lifetime_s = 0.02

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        until = time.monotonic() + self.lifetime_s
        self._until.update((key.id, until) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        now = time.monotonic()
        if any(self._until.get(key_id, now) < now for key_id in order.key_ids):
            raise keys_not_found()
        return await inner.deliver(order)


class DeliveredAgainSoon(DeliveredTwice):
    """A slave may fetch the same key again within a second, in case the reply was lost."""

    name = "delivered-again-within-a-second"
    seen_in = ()
    lifetime_s = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._until: dict[tuple[str, str], float] = {}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        now = time.monotonic()
        for name in [name for name, until in self._until.items() if until < now]:
            del self._until[name], self._delivered[name]
        keys = await super().deliver(inner, order)
        for key in keys:
            self._until.setdefault((order.caller, key.id), now + self.lifetime_s)
        return keys


class DeliveredOnceEachWay(HttpFault, DeliveredTwice):
    """A key that the slave fetched by POST, or over gRPC, may be fetched once more by GET."""

    name = "delivered-again-by-get"
    seen_in = ()

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        by_get = self.applies
        names = [(order.caller, key_id) for key_id in order.key_ids]
        if by_get and all(name in self._delivered for name in names):
            return [self._delivered.pop(name) for name in names]
        keys = await inner.deliver(order)
        if not by_get:
            self._delivered.update(zip(names, keys, strict=True))
        return keys
