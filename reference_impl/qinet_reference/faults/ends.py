"""Lies that only show when both ends compare what they got (5.4)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Key, Order
from qinet_reference.domain.refusal import keys_not_found
from qinet_reference.faults.fault import ServiceFault, StoreFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore


class _SlaveFault(ServiceFault, ABC):
    """A slave that gets something else than its master got."""

    requirements = ("ETSI-014-5.4-01",)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        return self.changed(await inner.get_key_with_ids(caller, master, key_ids))

    @abstractmethod
    def changed(self, keys: list[Key]) -> list[Key]:
        """What the slave gets instead."""


class OneBitDiffers(_SlaveFault):
    """The last bit of each key differs at the slave."""

    name = "slave-bit-differs"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[:-1] + bytes([key.material[-1] ^ 1])) for key in keys]


class BytesReversed(_SlaveFault):
    """The slave gets the bytes of each key in reverse order."""

    name = "slave-bytes-reversed"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[::-1]) for key in keys]


class KeysSwapped(_SlaveFault):
    """When the slave fetches several keys at once, the first two change places under their IDs."""

    name = "slave-keys-swapped"

    def changed(self, keys: list[Key]) -> list[Key]:
        if len(keys) < 2:
            return keys
        first, second, *others = keys
        return [Key(first.id, second.material), Key(second.id, first.material), *others]


class LongKeysCutAtSlave(_SlaveFault):
    """Keys of more than 512 bits arrive at the slave cut to 512 bits."""

    name = "slave-long-keys-cut"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[:64]) for key in keys]


class NothingAtSlave(StoreFault):
    """No key ever reaches the KME of the slave."""

    name = "slave-finds-nothing"
    requirements = ("ETSI-014-5.4-01",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        del inner, order
        raise keys_not_found()
