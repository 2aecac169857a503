"""Lies about keys that go to several slaves (6.2)."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Key, KeyRequest, Order, Status
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import RequestFault, ServiceFault, StatusFault, StoreFault
from qinet_reference.faults.refused import RefusedRequestFault
from qinet_reference.owners import KnowsOwners

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.faults.fault import Honest


class AdditionalIgnored(RequestFault):
    """Additional slaves are passed over, and keys delivered for the first alone."""

    name = "additional-slaves-ignored"
    requirements = ("ETSI-014-6.2-18",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, additional_slaves=())


class AdditionalIgnoredWithoutMulticast(StatusFault, RequestFault):
    """Status says that there is no multicast, and yet additional slaves are not refused."""

    name = "no-multicast-additional-ignored"
    requirements = ("ETSI-014-6.2-20",)
    seen_in = (
        "CreepPork/next-door-key-simulator",
        "next-door-key/py-qkd-kme-sim",
        "a-v-popov/etsi-qkd-rest",
    )

    def told(self, status: Status) -> Status:
        return replace(status, limits=replace(status.limits, max_sae_id_count=0))

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, additional_slaves=())


class SurplusSlavesIgnored(RefusedRequestFault):
    """Additional slaves beyond the limit are passed over instead of refused."""

    name = "too-many-slaves-served"
    requirements = ("ETSI-014-6.2-21", "ETSI-014-6.2-18")
    reason = Reason.TOO_MANY_SLAVES

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        del refusal
        return await honest.keys(replace(request, additional_slaves=()))


class OnlyFirstAdditional(RequestFault):
    """Of several additional slaves, only the first gets the key."""

    name = "additional-slaves-first-only"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-6.2-21")

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, additional_slaves=request.additional_slaves[:1])


class AdditionalReplaces(ServiceFault):
    """The additional slave takes the place of the one in the URL, which gets nothing."""

    name = "additional-slave-replaces"
    requirements = ("ETSI-014-6.2-18",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if not request.additional_slaves:
            return await inner.get_key(caller, slave, request)
        slave, *others = request.additional_slaves
        return await inner.get_key(caller, slave, replace(request, additional_slaves=(*others,)))


class _AdditionalDiffers(KnowsOwners, StoreFault, ABC):
    """Additional slaves get something else than the slave in the URL."""

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        return [
            key
            if self.owners.slaves(key.id)[:1] == [order.caller]
            else Key(key.id, self.material(key))
            for key in keys
        ]

    @abstractmethod
    def material(self, key: Key) -> bytes:
        """The material that they get under the ID of `key`."""


class AdditionalGetsOther(_AdditionalDiffers):
    """An additional slave gets another key under the ID than the rest."""

    name = "additional-slave-differs"
    requirements = ("ETSI-014-6.2-18",)

    def material(self, key: Key) -> bytes:
        return hashlib.shake_256(key.material).digest(len(key.material))


class AdditionalGetsFirst(_AdditionalDiffers):
    """Of several shared keys, an additional slave gets the first under all their IDs."""

    name = "additional-slave-gets-first"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-5.4-01")

    def material(self, key: Key) -> bytes:
        first = self.owners.first(key.id)
        return first.material if first else key.material


class FirstSlaveTakesAll(KnowsOwners, StoreFault):
    """The first of several slaves takes the key from the others."""

    name = "first-slave-takes-all"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-6.2-19")

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        await self.owners.discard(inner, order)
        return keys


class SecondSlaveTakesAll(FirstSlaveTakesAll):
    """When an additional slave fetches a key first, the slave in the URL does not get it."""

    name = "additional-slave-takes-all"

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        if any(self.owners.slaves(key_id)[:1] == [order.caller] for key_id in order.key_ids):
            return await inner.deliver(order)
        return await super().deliver(inner, order)
