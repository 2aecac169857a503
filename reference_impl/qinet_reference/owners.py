"""A note of who may fetch which key, for what acts in another's name or judges by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.alteration import AltersStore
from qinet_reference.domain.refusal import Refusal, keys_not_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, Order


class Owners:
    """The slaves and the master of each key, as allocated in this process."""

    def __init__(self) -> None:
        self._allocations: dict[str, Allocation] = {}

    def note(self, allocation: Allocation) -> None:
        """Remember an allocation."""
        self._allocations.update((key.id, allocation) for key in allocation.keys)

    def know(self, key_id: str) -> bool:
        """Whether the key was ever allocated."""
        return key_id in self._allocations

    def slaves(self, key_id: str) -> list[str]:
        """The SAEs that may fetch a key; the one in the URL comes first."""
        allocation = self._allocations.get(key_id)
        return [sae for sae, _ in allocation.slaves] if allocation else []

    def held_at(self, key_id: str, kme: str) -> bool:
        """Whether a copy of the key was ever kept at a KME."""
        allocation = self._allocations.get(key_id)
        return allocation is not None and any(home == kme for _, home in allocation.slaves)

    def master(self, key_id: str) -> str:
        """The SAE that got the key; empty if nobody did."""
        allocation = self._allocations.get(key_id)
        return allocation.master if allocation else ""

    def first(self, key_id: str) -> Key | None:
        """The first of the keys that were allocated together with this one."""
        allocation = self._allocations.get(key_id)
        return allocation.keys[0] if allocation else None

    async def take(self, inner: KeyStore, order: Order, key_id: str) -> Key | None:
        """One key of an order, in the name of whichever slave still has a copy here."""
        allocation = self._allocations.get(key_id)
        if allocation is None:
            return None
        for sae, kme in allocation.slaves:
            if kme == order.kme:
                try:
                    theirs = replace(order, caller=sae, key_ids=[key_id])
                    return (await inner.deliver(theirs))[0]
                except Refusal:
                    continue
        return None

    async def take_all(self, inner: KeyStore, order: Order, key_ids: Sequence[str]) -> list[Key]:
        """These keys of an order, in the names of their slaves. Refuses if one cannot be had."""
        taken = [await self.take(inner, order, key_id) for key_id in key_ids]
        if not all(taken):
            raise keys_not_found()
        return [key for key in taken if key]

    async def discard(self, inner: KeyStore, order: Order) -> None:
        """Take all keys of an order, whoever may fetch them, and lose them."""
        for key_id in order.key_ids:
            for _ in self.slaves(key_id):
                await self.take(inner, order, key_id)


class KnowsOwners(AltersStore):
    """An alteration that knows, of each key, who got it and who may fetch it."""

    def __init__(self) -> None:
        self.owners = Owners()

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        """See `AltersStore`."""
        await inner.allocate(allocation)
        self.owners.note(allocation)


async def available(inner: KeyStore, order: Order) -> list[Key]:
    """Those keys of an order that can be had, one by one."""
    keys: list[Key] = []
    for key_id in order.key_ids:
        try:
            keys += await inner.deliver(replace(order, key_ids=[key_id]))
        except Refusal:
            continue
    return keys
