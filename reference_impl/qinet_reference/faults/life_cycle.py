"""Lies about when a key is there and when it is gone (5.3, 5.4), also under concurrency."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import ServiceFault, StoreFault
from qinet_reference.faults.owners import Owners

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore

_WINDOW_S = 0.03


class DeliveredTwice(StoreFault):
    """A slave may fetch the same key again and again."""

    name = "delivered-twice"
    requirements = ("ETSI-014-5.4-06",)

    def __init__(self) -> None:
        self._delivered: dict[tuple[str, str], Key] = {}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        again = [self._delivered.get((order.caller, key_id)) for key_id in order.key_ids]
        if all(again):
            return [key for key in again if key]
        keys = await inner.deliver(order)
        self._delivered.update(((order.caller, key.id), key) for key in keys)
        return keys


class RefusedBatchConsumes(StoreFault):
    """When one key of a batch is not found, the others are lost."""

    name = "refused-batch-consumes"
    requirements = ("ETSI-014-6.4-07",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is Reason.KEY_NOT_FOUND:
                await available(inner, order)
            raise


class FirstSlaveTakesAll(StoreFault):
    """The first of several slaves takes the key from the others."""

    name = "first-slave-takes-all"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-6.2-19")

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        await self._owners.discard(inner, order)
        return keys


class LaterDropsEarlier(StoreFault):
    """A Get key drops the keys of the same pair that the slave has not fetched yet."""

    name = "later-get-key-drops-earlier"
    requirements = ("ETSI-014-5.3-04",)

    def __init__(self) -> None:
        self._undelivered: dict[tuple[str, str, str], list[str]] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        for sae, kme in allocation.slaves:
            ids = self._undelivered.setdefault((allocation.master, sae, kme), [])
            await available(inner, Order(kme, sae, allocation.master, ids))
            ids[:] = [key.id for key in allocation.keys]
        await inner.allocate(allocation)


class SameSlaveRace(StoreFault):
    """Of concurrent requests by a slave for one key, all are served: it checks, then acts."""

    name = "race-same-slave"
    requirements = ("ETSI-014-5.4-07",)

    def __init__(self) -> None:
        self._checked: dict[tuple[str, str], Key] = {}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        names = [(order.caller, key_id) for key_id in order.key_ids]
        if all(name in self._checked for name in names):
            return [self._checked[name] for name in names]
        keys = await inner.deliver(order)
        self._checked.update(zip(names, keys, strict=True))
        await asyncio.sleep(_WINDOW_S)
        for name in names:
            self._checked.pop(name, None)
        return keys


class TwoMastersRace(ServiceFault):
    """Of concurrent Get keys of one shape, all get the same keys: it checks, then acts."""

    name = "race-get-key"
    requirements = ("ETSI-014-5.3-02", "ETSI-014-3.1-01")

    def __init__(self) -> None:
        self._picked: dict[tuple[int | None, int | None], list[Key]] = {}

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        shape = (request.number, request.size)
        if shape in self._picked:
            return self._picked[shape]
        self._picked[shape] = keys
        await asyncio.sleep(_WINDOW_S)
        del self._picked[shape]
        return keys


async def available(inner: KeyStore, order: Order) -> list[Key]:
    """Those keys of an order that can be had, one by one."""
    keys: list[Key] = []
    for key_id in order.key_ids:
        try:
            keys += await inner.deliver(replace(order, key_ids=[key_id]))
        except Refusal:
            continue
    return keys
