"""Networks with more, less or other keys in store than one would expect."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from qinet_reference.domain.model import Key, KeyRequest, Status
from qinet_reference.domain.refusal import Refusal
from qinet_reference.variants.variant import ServiceVariant, Variant

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.plan import Plan


class HugeSizes(Variant):
    """Keys of up to 8 Mbit are on offer, and delivered."""

    name = "huge-max-size"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, max_key_size=8_388_608, max_key_count=200_000)
        return replace(plan, limits=limits)


class HugeCount(Variant):
    """There is room for 10^15 keys; some thousands are stored."""

    name = "huge-max-count"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, max_key_count=10**15)
        return replace(plan, limits=limits, initial_keys=5_000)


class AnySizeFromOne(Variant):
    """Sizes from 1 bit on are served, in whole bytes whose last bits are zero."""

    name = "sizes-from-one-bit"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, min_key_size=1, max_key_size=100_000, serves_any_size=True)
        return replace(plan, limits=limits)


class OneAdditionalSlave(Variant):
    """A key goes to two slaves at most."""

    name = "one-additional-slave"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, limits=replace(plan.limits, max_sae_id_count=1))


class Bottomless(Variant):
    """New key arrives as fast as it is drawn: the store is always full."""

    name = "bottomless-store"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, rate=1e9)


class LargerDefault(Variant):
    """The default size is 352 bit, as in the example of the standard, and the least is 128."""

    name = "default-352-bit"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, key_size=352, min_key_size=128, max_key_size=1024)
        return replace(plan, limits=limits)


class OddLimits(Variant):
    """The least and the greatest size are no multiples of 8, and not served for that."""

    name = "odd-limits"

    def plan(self, plan: Plan) -> Plan:
        limits = replace(plan.limits, key_size=200, min_key_size=61, max_key_size=1021)
        return replace(plan, limits=limits)


class SharedStore(ServiceVariant):
    """Somebody else draws twenty keys a second from the same store."""

    name = "shared-store"
    keys_per_s = 20

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], float] = {}

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, rate=100.0)

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        status = await super().get_status(inner, kme, caller, slave)
        now, pair = time.monotonic(), (status.master, slave)
        due = int((now - self._latest.setdefault(pair, now)) * self.keys_per_s)
        if not due:
            return status
        self._latest[pair] = now
        with suppress(Refusal):
            for _ in range(due):
                await inner.get_key(caller, slave, KeyRequest())
        return await inner.get_status(caller, slave)


class CountedIds(Variant):
    """Key IDs are counted, not drawn: each KME has a prefix of its own."""

    name = "counted-ids"

    def __init__(self) -> None:
        self._kmes = 0

    def source(self, source: KeySource) -> KeySource:
        self._kmes += 1
        return _CountingSource(source, self._kmes)


class _CountingSource:
    def __init__(self, inner: KeySource, kme: int) -> None:
        self._inner = inner
        self._next = kme << 64

    def new_key(self, bits: int) -> Key:
        self._next += 1
        return Key(str(UUID(int=self._next)), self._inner.new_key(bits).material)
