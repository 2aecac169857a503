"""Lies about the count of stored keys (5.2, 5.3, 6.1)."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Key, KeyRequest, Status
from qinet_reference.domain.refusal import Refusal
from qinet_reference.faults.fault import GetKeyFault, ServiceFault, StatusFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.faults.fault import Honest
    from qinet_reference.plan import Plan


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


class CountOfTheUnfetched(StatusFault, GetKeyFault):
    """Status counts the keys that wait for the slave: the count rises with each Get key."""

    name = "status-count-rises"
    requirements = ("ETSI-014-5.3-03",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._waiting = 0

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=min(self._waiting, status.limits.max_key_count))

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        self._waiting += len(keys)
        return keys

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        keys = await inner.get_key_with_ids(caller, master, key_ids)
        self._waiting = max(0, self._waiting - len(keys))
        return keys


class UncountedFault(StatusFault, GetKeyFault):
    """A KME that forgets to count some of what it delivers from a store that is half full."""

    def __init__(self) -> None:
        self.uncounted: Counter[tuple[str | None, str]] = Counter()

    def plan(self, plan: Plan) -> Plan:
        return half_full(plan)

    def told(self, status: Status) -> Status:
        count = status.stored_key_count + self.uncounted[status.master, status.slave]
        return replace(status, stored_key_count=min(count, status.limits.max_key_count))


class CountByRequest(UncountedFault):
    """The count falls by one with each Get key, however many keys it yields. Half are stored."""

    name = "status-count-falls-by-request"
    requirements = ("ETSI-014-5.3-03",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        self.uncounted[honest.caller, honest.slave] += max(0, len(keys) - 1)
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


def half_full(plan: Plan) -> Plan:
    """A store that is half full and hardly fills, so that its count can go either way."""
    return replace(plan, initial_keys=plan.limits.max_key_count // 2, rate=100.0)
