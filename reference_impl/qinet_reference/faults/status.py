"""Lies that Get status tells (5.2, 6.1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import Document, RestWire, encode, json_reply
from qinet_reference.domain.model import Key, KeyRequest, Limits, Status
from qinet_reference.domain.refusal import Refusal
from qinet_reference.faults.fault import Fault, ServiceFault, StatusFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.plan import Plan


class StatusFieldMissing(Fault):
    """Status leaves out max_key_size."""

    name = "status-field-missing"
    requirements = ("ETSI-014-6.1-09",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: _without(status, "max_key_size"))


class StatusMulticastMissing(Fault):
    """Status leaves out max_SAE_ID_count."""

    name = "status-multicast-missing"
    requirements = ("ETSI-014-6.1-11",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: _without(status, "max_SAE_ID_count"))


class StatusKmeMissing(Fault):
    """Status leaves out source_KME_ID."""

    name = "status-kme-missing"
    requirements = ("ETSI-014-6.1-01",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: _without(status, "source_KME_ID"))


class StatusMasterMissing(Fault):
    """Status leaves out master_SAE_ID, for the caller knows who it is."""

    name = "status-master-missing"
    requirements = ("ETSI-014-6.1-03",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: _without(status, "master_SAE_ID"))


class StatusSlaveNull(Fault):
    """Status gives slave_SAE_ID as null."""

    name = "status-slave-null"
    requirements = ("ETSI-014-6.1-04",)
    seen_in = ("JarryChou/etsi-qkd-api",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "slave_SAE_ID": None})


class StatusTargetInteger(Fault):
    """Status gives target_KME_ID as the integer 0."""

    name = "status-target-integer"
    requirements = ("ETSI-014-6.1-02",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "target_KME_ID": 0})


class StatusFieldString(Fault):
    """Status gives key_size as a string."""

    name = "status-field-string"
    requirements = ("ETSI-014-6.1-05",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "key_size": str(status["key_size"])})


class StatusFieldNull(Fault):
    """Status gives min_key_size as null, for there is none."""

    name = "status-field-null"
    requirements = ("ETSI-014-6.1-10",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "min_key_size": None})


class StatusFieldWords(Fault):
    """Status gives max_key_per_request in words."""

    name = "status-field-words"
    requirements = ("ETSI-014-6.1-08",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "max_key_per_request": "thirty-two"})


class StatusFieldBoolean(Fault):
    """Status gives max_key_count as true, for there is a limit."""

    name = "status-field-boolean"
    requirements = ("ETSI-014-6.1-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "max_key_count": True})


class StatusCountFraction(Fault):
    """Status counts stored keys in fractions."""

    name = "status-count-fraction"
    requirements = ("ETSI-014-6.1-06",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            status=lambda status: {**status, "stored_key_count": status["stored_key_count"] - 0.5}
        )


class StatusExtensionArray(Fault):
    """Status carries its extension as an array."""

    name = "status-extension-array"
    requirements = ("ETSI-014-6.1-12",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(status=lambda status: {**status, "status_extension": []})


class StatusNotFound(Fault):
    """There is no such thing as Get status."""

    name = "status-not-found"
    requirements = ("ETSI-014-5.1-08", "ETSI-014-5.2-01")

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if request.path.endswith("/status"):
                return json_reply(404, encode({"message": "no such resource"}))
            return await handler(request)

        return answer


class KeySizeLies(StatusFault):
    """Status promises a default key size that Get key does not keep."""

    name = "status-key-size-lies"
    requirements = ("ETSI-014-6.2-04",)

    def told(self, status: Status) -> Status:
        return replace(status, limits=replace(status.limits, key_size=status.limits.key_size // 2))


class SizesInBytes(StatusFault):
    """Status gives sizes in bytes, while Get key takes and yields bits."""

    name = "status-sizes-in-bytes"
    requirements = ("ETSI-014-6.2-04", "ETSI-014-6.2-05")

    def told(self, status: Status) -> Status:
        limits = status.limits
        return replace(
            status,
            limits=replace(
                limits,
                key_size=limits.key_size // 8,
                min_key_size=limits.min_key_size // 8,
                max_key_size=limits.max_key_size // 8,
            ),
        )


class CountAboveMaximum(StatusFault):
    """Status counts more stored keys than can be stored."""

    name = "status-count-above-max"
    requirements = ("ETSI-014-6.1-14",)

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=status.limits.max_key_count + 1)


class CountNeverFalls(StatusFault):
    """Status always says that the store is half full."""

    name = "status-count-never-falls"
    requirements = ("ETSI-014-5.3-03",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=status.limits.max_key_count // 2)


class CountUnknown(StatusFault):
    """Status gives the count of stored keys as -1, for it does not know."""

    name = "status-count-unknown"
    requirements = ("ETSI-014-6.1-14",)

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=-1)


class CountOfTheUnfetched(ServiceFault):
    """Status counts the keys that wait for the slave: the count rises with each Get key."""

    name = "status-count-rises"
    requirements = ("ETSI-014-5.3-03",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._issued = 0

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        status = await super().get_status(inner, kme, caller, slave)
        return replace(status, stored_key_count=min(self._issued, status.limits.max_key_count))

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        self._issued += len(keys)
        return keys

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        keys = await inner.get_key_with_ids(caller, master, key_ids)
        self._issued = max(0, self._issued - len(keys))
        return keys


class CountByRequest(ServiceFault):
    """The count falls by one with each Get key, however many keys it yields. Half are stored."""

    name = "status-count-falls-by-request"
    requirements = ("ETSI-014-5.3-03",)

    def __init__(self) -> None:
        self._surplus: dict[tuple[str | None, str], int] = {}

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, initial_keys=plan.limits.max_key_count // 2, rate=100.0)

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        status = await super().get_status(inner, kme, caller, slave)
        count = status.stored_key_count + self._surplus.get((caller, slave), 0)
        return replace(status, stored_key_count=min(count, status.limits.max_key_count))

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        name = (caller, slave)
        self._surplus[name] = self._surplus.get(name, 0) + max(0, len(keys) - 1)
        return keys


class StatusConsumes(ServiceFault):
    """Each Get status uses up key, as long as there is any."""

    name = "status-consumes"
    requirements = ("ETSI-014-5.2-03",)

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        status = await super().get_status(inner, kme, caller, slave)
        limits = status.limits
        some = KeyRequest(number=limits.max_key_per_request, size=limits.max_key_size // 32 * 8)
        with suppress(Refusal):
            await inner.get_key(caller, slave, some)
        return status


class MasterFromPath(StatusFault):
    """Status names the SAE in the path as the master, whoever calls."""

    name = "status-master-from-path"
    requirements = ("ETSI-014-5.2-02", "ETSI-014-4-05")

    def told(self, status: Status) -> Status:
        return replace(status, master=status.slave)


class SlaveIsCaller(StatusFault):
    """Status names the caller as the slave."""

    name = "status-slave-is-caller"
    requirements = ("ETSI-014-5.2-02",)

    def told(self, status: Status) -> Status:
        return replace(status, slave=status.master)


class SameKmeIds(StatusFault):
    """All KMEs of the network call themselves by one name."""

    name = "kme-ids-same"
    requirements = ("ETSI-014-4-08", "ETSI-014-5.1-06", "QINET-KEYS-11")

    def told(self, status: Status) -> Status:
        return replace(status, source_kme="kme", target_kme="kme")


class TargetIsSource(StatusFault):
    """Status names the answering KME as the target KME, too."""

    name = "status-target-is-source"
    requirements = ("ETSI-014-6.1-16",)
    seen_in = (
        "krich11/easy-kme",
        "seidkoudia-max/transeuroogs-kms",
    )

    def told(self, status: Status) -> Status:
        return replace(status, target_kme=status.source_kme)


class KmeIdUnconfirmed(StatusFault):
    """The KME calls itself by a name that its certificate does not have."""

    name = "kme-id-unconfirmed"
    requirements = ("ETSI-014-5.1-06", "QINET-KEYS-11")

    def told(self, status: Status) -> Status:
        return replace(
            status,
            source_kme=f"site/{status.source_kme}",
            target_kme=f"site/{status.target_kme}",
        )


class MinimumAboveDefault(StatusFault):
    """Status gives a least key size above the default one."""

    name = "status-min-above-default"
    requirements = ("ETSI-014-6.1-13",)

    def told(self, status: Status) -> Status:
        return replace(
            status, limits=replace(status.limits, min_key_size=status.limits.key_size + 8)
        )


class ZeroLimits(StatusFault):
    """Status gives every limit as 0, and keys are delivered all the same."""

    name = "status-zero-limits"
    requirements = ("ETSI-014-6.1-15", "ETSI-014-6.2-04")
    seen_in = ("cybermerqury/etsi-gs-qkd-014-referenceimplementation",)

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=0, limits=Limits(0, 0, 0, 0, 0, 0))


def _without(status: Document, field: str) -> Document:
    return {name: value for name, value in status.items() if name != field}
