"""A store that lives and dies with the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Allocation, Key, Order, pair
from qinet_reference.domain.refusal import keys_not_found, not_entitled
from qinet_reference.domain.reservoir import Reservoir, Supply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(slots=True)
class _Outstanding:
    """A key and the slaves that have yet to fetch it; tuples are shared within an allocation."""

    key: Key
    master: str
    named: Sequence[tuple[str, str]]
    waiting: Sequence[tuple[str, str]]


class MemoryStore:
    """Implements `KeyStore` in dictionaries. No operation awaits, so each is atomic.

    Each operation costs time in proportion to the keys it names, not to those it holds.
    """

    def __init__(self, supply: Supply, clock: Callable[[], float]) -> None:
        self._supply = supply
        self._clock = clock
        self._reservoirs: dict[tuple[str, str], Reservoir] = {}
        self._outstanding: dict[str, _Outstanding] = {}
        self._started = clock()

    async def stored_bits(self, one: str, other: str) -> int:
        """See `KeyStore`."""
        return int(self._now(pair(one, other), self._clock()).level)

    async def allocate(self, allocation: Allocation) -> None:
        """See `KeyStore`."""
        now = self._clock()
        drawn = {}
        for slave, _ in allocation.slaves:
            name = pair(allocation.master, slave)
            drawn[name] = self._now(name, now).draw(
                allocation.bits, self._supply, allocation.max_age_s
            )
        self._reservoirs.update(drawn)
        slaves = tuple(allocation.slaves)
        for key in allocation.keys:
            self._outstanding[key.id] = _Outstanding(key, allocation.master, slaves, slaves)

    async def deliver(self, order: Order) -> list[Key]:
        """See `KeyStore`."""
        found = [self._held(key_id, order.kme) for key_id in order.key_ids]
        if any(held and not _has(held.named, order.caller) for held in found):
            raise not_entitled()
        ours = [
            held
            for held in found
            if held and held.master == order.master and _has(held.waiting, order.caller)
        ]
        if len(ours) < len(found):
            raise keys_not_found()
        for held in ours:
            held.waiting = [slave for slave in held.waiting if slave[0] != order.caller]
            if not held.waiting:
                del self._outstanding[held.key.id]
        return [held.key for held in ours]

    def close(self) -> None:
        """See `KeyStore`. There is nothing to let go of."""

    def _now(self, name: tuple[str, str], now: float) -> Reservoir:
        reservoir = self._reservoirs.get(name)
        if reservoir is None:
            reservoir = Reservoir.new(self._supply, self._started)
        return reservoir.at(now, self._supply)

    def _held(self, key_id: str, kme: str) -> _Outstanding | None:
        """The key, if this KME still keeps a copy of it for anyone."""
        outstanding = self._outstanding.get(key_id)
        if outstanding and any(home == kme for _, home in outstanding.waiting):
            return outstanding
        return None


def _has(slaves: Sequence[tuple[str, str]], sae: str) -> bool:
    return any(name == sae for name, _ in slaves)
