"""Lies about extensions and about several slaves (6.2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order, Status
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import ServiceFault, StoreFault
from qinet_reference.faults.owners import Owners

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore


class MandatoryIgnored(ServiceFault):
    """Mandatory extensions are passed over, and keys delivered."""

    name = "mandatory-ignored"
    requirements = ("ETSI-014-6.2-13", "ETSI-014-6.2-15")

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, slave, replace(request, mandatory=()))


class UnmeetableServed(ServiceFault):
    """A mandatory extension that is known is taken for met, whatever its value."""

    name = "mandatory-unmet-served"
    requirements = ("ETSI-014-6.2-15",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        unknown = tuple(one for one in request.mandatory if one.name != MAX_AGE_MS)
        return await inner.get_key(caller, slave, replace(request, mandatory=unknown))


class OptionalRefusedOwnText(ServiceFault):
    """An unknown optional extension is refused in words of one's own."""

    name = "optional-refused-own-text"
    requirements = ("ETSI-014-6.2-16", "ETSI-014-6.2-17")

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if any(one.name != MAX_AGE_MS for one in request.optional):
            raise Refusal(Reason.OPTIONAL_EXTENSION_UNHANDLED, "unknown extension_optional")
        return await inner.get_key(caller, slave, request)


class NullValueCrashes(ServiceFault):
    """An optional extension whose value is null is too much for the KME."""

    name = "null-extension-crashes"
    requirements = ("ETSI-014-6.2-17",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        if any(one.value is None for one in request.optional):
            raise Refusal(Reason.INTERNAL, "'NoneType' object has no attribute 'items'")
        return await inner.get_key(caller, slave, request)


class AdditionalIgnored(ServiceFault):
    """Additional slaves are passed over, and keys delivered for the first alone."""

    name = "additional-slaves-ignored"
    requirements = ("ETSI-014-6.2-18",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, slave, replace(request, additional_slaves=()))


class AdditionalIgnoredWithoutMulticast(ServiceFault):
    """Status says that there is no multicast, and yet additional slaves are not refused."""

    name = "no-multicast-additional-ignored"
    requirements = ("ETSI-014-6.2-20",)

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        status = await super().get_status(inner, kme, caller, slave)
        return replace(status, limits=replace(status.limits, max_sae_id_count=0))

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, slave, replace(request, additional_slaves=()))


class SurplusSlavesIgnored(ServiceFault):
    """Additional slaves beyond the limit are passed over instead of refused."""

    name = "too-many-slaves-served"
    requirements = ("ETSI-014-6.2-21",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        try:
            return await inner.get_key(caller, slave, request)
        except Refusal as refusal:
            if refusal.reason is not Reason.TOO_MANY_SLAVES:
                raise
        return await inner.get_key(caller, slave, replace(request, additional_slaves=()))


class AdditionalGetsOther(StoreFault):
    """An additional slave gets another key under the ID than the rest."""

    name = "additional-slave-differs"
    requirements = ("ETSI-014-6.2-18",)

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        return [
            key
            if self._owners.slaves(key.id)[:1] == [order.caller]
            else Key(key.id, hashlib.shake_256(key.material).digest(len(key.material)))
            for key in keys
        ]


class MulticastServesAll(StoreFault):
    """A key with several slaves is served to every SAE of their KME."""

    name = "multicast-serves-all"
    requirements = ("ETSI-014-6.2-22",)

    def __init__(self) -> None:
        self._owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        if len(allocation.slaves) > 1:
            self._owners.note(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            taken = [await self._owners.take(inner, order, key_id) for key_id in order.key_ids]
            if refusal.reason is not Reason.NOT_ENTITLED or not all(taken):
                raise
            return [key for key in taken if key]


class ReverseRefused(ServiceFault):
    """Keys flow in one direction only, and the supplier does not say so."""

    name = "reverse-refused"
    requirements = ("ETSI-014-5.3-05",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        status = await inner.get_status(caller, slave)
        if status.source_kme > status.target_kme:
            raise Refusal(Reason.UNKNOWN_ASSOCIATION, "this SAE is a slave only")
        return await inner.get_key(caller, slave, request)
