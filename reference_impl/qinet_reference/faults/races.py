"""Lies that are told only when several ask at once: who checks first, and acts later (5.3, 5.4)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.domain.refusal import keys_not_found
from qinet_reference.faults.counts import UncountedFault
from qinet_reference.faults.fault import GetKeyFault, HttpFault, StoreFault

if TYPE_CHECKING:
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Key, KeyRequest, Order
    from qinet_reference.faults.fault import Honest


class SameSlaveRace(StoreFault):
    """Of requests by a slave for one key within 30 ms, all are served: it checks, then acts."""

    name = "race-same-slave"
    requirements = ("ETSI-014-5.4-07",)
    width_s: ClassVar[float] = 0.03

    def __init__(self) -> None:
        self._checked: dict[tuple[str, str], Key] = {}

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        names = [(order.caller, key_id) for key_id in order.key_ids]
        if all(name in self._checked for name in names):
            return [self._checked[name] for name in names]
        keys = await inner.deliver(order)
        self._checked.update(zip(names, keys, strict=True))
        await _between(self.width_s)
        for name in names:
            self._checked.pop(name, None)
        return keys


class SameSlaveRaceOf2Ms(SameSlaveRace):
    """Of requests by a slave for one key within 2 ms, all are served: it checks, then acts."""

    name = "race-same-slave-2ms"
    width_s = 0.002


class SameSlaveRaceOf200Us(SameSlaveRace):
    """Of requests by a slave for one key within 0.2 ms, all are served: it checks, then acts."""

    name = "race-same-slave-0.2ms"
    width_s = 0.0002


class TwoMastersRace(GetKeyFault):
    """Of Get keys of one shape within 30 ms, all get the same keys: it checks, then acts."""

    name = "race-get-key"
    requirements = ("ETSI-014-5.3-02", "ETSI-014-3.1-01")
    width_s: ClassVar[float] = 0.03

    def __init__(self) -> None:
        self._picked: dict[tuple[object, ...], list[Key]] = {}

    def shape(self, honest: Honest, request: KeyRequest) -> tuple[object, ...]:
        """What is alike in Get keys that get the same."""
        del honest
        return request.number, request.size

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        shape = self.shape(honest, request)
        if shape in self._picked:
            return self._picked[shape]
        self._picked[shape] = keys
        await _between(self.width_s)
        del self._picked[shape]
        return keys


class TwoMastersRaceOf2Ms(TwoMastersRace):
    """Of Get keys of one shape within 2 ms, all get the same keys: it checks, then acts."""

    name = "race-get-key-2ms"
    width_s = 0.002


class TwoMastersRaceOf200Us(TwoMastersRace):
    """Of Get keys of one shape within 0.2 ms, all get the same keys: it checks, then acts."""

    name = "race-get-key-0.2ms"
    width_s = 0.0002


class ReplyShared(HttpFault, TwoMastersRace):
    """Get keys by GET within 20 ms that are alike, by one master for one slave, share a reply."""

    name = "get-key-reply-shared"
    width_s = 0.02

    def shape(self, honest: Honest, request: KeyRequest) -> tuple[object, ...]:
        return honest.caller, honest.slave, request.number, request.size


class SlavesRace(StoreFault):
    """Of the slaves that fetch a shared key within 20 ms, the second gets nothing, for ever."""

    name = "race-multicast"
    requirements = ("ETSI-014-6.2-18", "ETSI-014-6.2-19")
    width_s = 0.02

    def __init__(self) -> None:
        self._busy: set[str] = set()

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await inner.deliver(order)
        ids = {key.id for key in keys}
        if ids & self._busy:
            raise keys_not_found()
        self._busy |= ids
        await _between(self.width_s)
        self._busy -= ids
        return keys


class CountRaces(UncountedFault):
    """Of Get keys within 20 ms, only the first lowers the count of keys. Half are stored."""

    name = "race-stored-count"
    requirements = ("ETSI-014-5.3-03",)
    width_s = 0.02

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[tuple[str | None, str]] = set()

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        pair = (honest.caller, honest.slave)
        if pair in self._under_way:
            self.uncounted[pair] += len(keys)
            return keys
        self._under_way.add(pair)
        await _between(self.width_s)
        self._under_way.discard(pair)
        return keys


async def _between(width_s: float) -> None:
    """What others do meanwhile. The event loop's own timer is too coarse for less than 5 ms."""
    if width_s >= 0.005:
        await asyncio.sleep(width_s)
        return
    until = time.monotonic() + width_s
    while time.monotonic() < until:
        await asyncio.sleep(0)
