"""Lies about extensions and about several slaves (6.2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order, Status
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import Fault, RequestFault, ServiceFault, StoreFault
from qinet_reference.faults.owners import Owners

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.plan import Plan


class MandatoryIgnored(RequestFault):
    """Mandatory extensions are passed over, and keys delivered."""

    name = "mandatory-ignored"
    requirements = ("ETSI-014-6.2-13", "ETSI-014-6.2-15")
    seen_in = (
        "cybermerqury/etsi-gs-qkd-014-referenceimplementation",
        "thomasarmel/qkd_kme_server",
        "CreepPork/next-door-key-simulator",
        "next-door-key/py-qkd-kme-sim",
        "a-v-popov/etsi-qkd-rest",
        "XBGzZ/qkd_server",
        "arnika-project/arnika",
        "JarryChou/etsi-qkd-api",
    )

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=())


class OnlyFirstMandatory(RequestFault):
    """Of several mandatory extensions, only the first is looked at."""

    name = "mandatory-first-only"
    requirements = ("ETSI-014-6.2-13",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=request.mandatory[:1])


class FalseIsAbsent(RequestFault):
    """A mandatory extension whose value is false, null, 0 or empty is taken for absent."""

    name = "mandatory-false-ignored"
    requirements = ("ETSI-014-6.2-13", "ETSI-014-6.2-15")

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=tuple(one for one in request.mandatory if one.value))


class MandatoryBesideNumber(RequestFault):
    """Mandatory extensions are looked at where nothing else is asked for, and else passed over."""

    name = "mandatory-beside-number-ignored"
    requirements = ("ETSI-014-6.2-13",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        alone = request.number is None and request.size is None
        return request if alone else replace(request, mandatory=())


class UnmeetableServed(RequestFault):
    """A mandatory extension that is known is taken for met, whatever its value."""

    name = "mandatory-unmet-served"
    requirements = ("ETSI-014-6.2-15",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        unknown = tuple(one for one in request.mandatory if one.name != MAX_AGE_MS)
        return replace(request, mandatory=unknown)


class OptionalRefusedOwnText(RequestFault):
    """An unknown optional extension is refused in words of one's own."""

    name = "optional-refused-own-text"
    requirements = ("ETSI-014-6.2-16", "ETSI-014-6.2-17")

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(one.name != MAX_AGE_MS for one in request.optional):
            raise Refusal(Reason.OPTIONAL_EXTENSION_UNHANDLED, "unknown extension_optional")
        return request


class OptionalTakenForMandatory(RequestFault):
    """An unknown optional extension is refused like a mandatory one."""

    name = "optional-taken-for-mandatory"
    requirements = ("ETSI-014-6.2-16", "ETSI-014-6.2-17")

    def taken(self, request: KeyRequest) -> KeyRequest:
        unknown = tuple(one for one in request.optional if one.name != MAX_AGE_MS)
        return replace(request, mandatory=request.mandatory + unknown)


class OptionalForgetsNumber(RequestFault):
    """A Get key with an optional extension yields one key, whatever `number` says."""

    name = "optional-forgets-number"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=None) if request.optional else request


class NestedValueCrashes(RequestFault):
    """An optional extension whose value is an object or an array is too much for the KME."""

    name = "nested-extension-crashes"
    requirements = ("ETSI-014-6.2-17",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(isinstance(one.value, dict | list) for one in request.optional):
            raise Refusal(Reason.INTERNAL, "unhashable type")
        return request


class UnprefixedExtension(Fault):
    """The extension that the supplier offers has a name without its prefix."""

    name = "extension-without-prefix"
    requirements = ("ETSI-014-6.2-24",)

    def plan(self, plan: Plan) -> Plan:
        return replace(
            plan,
            extensions=[{**one, "name": _bare(f"{one['name']}")} for one in plan.extensions],
        )

    def service(self, service: KeyDelivery, kme: str) -> KeyDelivery:
        return _Prefixing().service(service, kme)


class _Prefixing(RequestFault):
    """Knows the extension by its bare name alone."""

    def taken(self, request: KeyRequest) -> KeyRequest:
        prefixed = tuple(
            one._replace(name=MAX_AGE_MS) if one.name == _bare(MAX_AGE_MS) else one
            for one in request.mandatory
        )
        return replace(request, mandatory=prefixed)


class NullValueCrashes(RequestFault):
    """An optional extension whose value is null is too much for the KME."""

    name = "null-extension-crashes"
    requirements = ("ETSI-014-6.2-17",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(one.value is None for one in request.optional):
            raise Refusal(Reason.INTERNAL, "'NoneType' object has no attribute 'items'")
        return request


class AdditionalIgnored(RequestFault):
    """Additional slaves are passed over, and keys delivered for the first alone."""

    name = "additional-slaves-ignored"
    requirements = ("ETSI-014-6.2-18",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, additional_slaves=())


class AdditionalIgnoredWithoutMulticast(ServiceFault):
    """Status says that there is no multicast, and yet additional slaves are not refused."""

    name = "no-multicast-additional-ignored"
    requirements = ("ETSI-014-6.2-20",)
    seen_in = (
        "CreepPork/next-door-key-simulator",
        "next-door-key/py-qkd-kme-sim",
        "a-v-popov/etsi-qkd-rest",
    )

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


class AdditionalGetsFirst(StoreFault):
    """Of several shared keys, an additional slave gets the first under all their IDs."""

    name = "additional-slave-gets-first"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-5.4-01")

    def __init__(self) -> None:
        self._owners = Owners()
        self._first: dict[str, bytes] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._owners.note(allocation)
        self._first.update((key.id, allocation.keys[0].material) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        return [
            key
            if self._owners.slaves(key.id)[:1] == [order.caller]
            else Key(key.id, self._first[key.id])
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


def _bare(name: str) -> str:
    return name.partition("_")[2].replace("_", "-")
