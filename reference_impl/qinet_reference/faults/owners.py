"""A note of who may fetch which key, for faults that act in another's name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.refusal import Refusal

if TYPE_CHECKING:
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, Order


class RefusalWithKeys(Refusal):
    """A refusal that carries keys."""

    def __init__(self, refusal: Refusal, keys: list[Key]) -> None:
        super().__init__(refusal.reason, refusal.message, *refusal.details)
        self.keys = keys


class Owners:
    """The slaves and the master of each key, as allocated in this process."""

    def __init__(self) -> None:
        self._allocations: dict[str, Allocation] = {}

    def note(self, allocation: Allocation) -> None:
        """Remember an allocation."""
        self._allocations.update((key.id, allocation) for key in allocation.keys)

    def slaves(self, key_id: str) -> list[str]:
        """The SAEs that may fetch a key."""
        allocation = self._allocations.get(key_id)
        return [sae for sae, _ in allocation.slaves] if allocation else []

    def master(self, key_id: str) -> str:
        """The SAE that got the key; empty if nobody did."""
        allocation = self._allocations.get(key_id)
        return allocation.master if allocation else ""

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

    async def discard(self, inner: KeyStore, order: Order) -> None:
        """Take all keys of an order, whoever may fetch them, and lose them."""
        for key_id in order.key_ids:
            for _ in self.slaves(key_id):
                await self.take(inner, order, key_id)
