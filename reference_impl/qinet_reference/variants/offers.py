"""Networks that offer less, or more, than one would expect, and say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Key, KeyRequest, Status
from qinet_reference.domain.refusal import (
    Reason,
    Refusal,
)
from qinet_reference.variants.variant import ServiceVariant, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
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


class EverybodyAssociated(Variant):
    """Any SAE may share keys with any other, and an SAE that nobody knows is served as a slave."""

    name = "everybody-associated"

    def __init__(self) -> None:
        self._last = ""

    def plan(self, plan: Plan) -> Plan:
        self._last = plan.kmes[-1]
        return replace(plan, saes=tuple(replace(s, associated=s.enrolled) for s in plan.saes))

    def directory(self, directory: Directory) -> Directory:
        return _OpenDirectory(directory, self._last)


class _OpenDirectory:
    def __init__(self, inner: Directory, last: str) -> None:
        self._inner = inner
        self._last = last

    def kme_of(self, sae: str) -> str | None:
        home = self._inner.kme_of(sae)
        return self._last if home is None and sae and sae != "sae-7" else home

    def may_allocate(self, master: str, slave: str) -> bool:
        return self._inner.kme_of(master) is not None and self.kme_of(slave) is not None


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


def _capitals(keys: Sequence[Key]) -> list[Key]:
    return [Key(key.id.upper(), key.material) for key in keys]
