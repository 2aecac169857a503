"""Lies that only show when both ends compare what they got (5.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Allocation, Key, Order
from qinet_reference.domain.refusal import keys_not_found
from qinet_reference.faults.fault import HttpFault, ServiceFault, SlaveFault, StoreFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore


class _EndsDiffer(SlaveFault):
    requirements = ("ETSI-014-5.4-01",)


class OneBitDiffers(_EndsDiffer):
    """The last bit of each key differs at the slave."""

    name = "slave-bit-differs"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[:-1] + bytes([key.material[-1] ^ 1])) for key in keys]


class BytesReversed(_EndsDiffer):
    """The slave gets the bytes of each key in reverse order."""

    name = "slave-bytes-reversed"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[::-1]) for key in keys]


class KeysSwapped(_EndsDiffer):
    """When the slave fetches several keys at once, the first two change places under their IDs."""

    name = "slave-keys-swapped"

    def changed(self, keys: list[Key]) -> list[Key]:
        if len(keys) < 2:
            return keys
        first, second, *others = keys
        return [Key(first.id, second.material), Key(second.id, first.material), *others]


class LongKeysCutAtSlave(_EndsDiffer):
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


class TailDiffers(_EndsDiffer):
    """What a key has beyond 1024 bits differs at the slave."""

    name = "slave-differs-above-1024-bits"

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(key.id, key.material[:128] + _garbled(key.material[128:])) for key in keys]


class LastOfManyDiffers(_EndsDiffer):
    """When the slave fetches more than eight keys at once, the last is a wrong one."""

    name = "slave-last-of-many-differs"

    def changed(self, keys: list[Key]) -> list[Key]:
        if len(keys) <= 8:
            return keys
        *others, last = keys
        return [*others, Key(last.id, _garbled(last.material))]


class WrongFromNth(_EndsDiffer):
    """From the twentieth key on the slave's KME is one key behind: it gives the one before."""

    name = "slave-one-behind-from-20th"

    def __init__(self) -> None:
        self._delivered: list[bytes] = []

    def changed(self, keys: list[Key]) -> list[Key]:
        wrong = []
        for key in keys:
            self._delivered.append(key.material)
            behind = len(self._delivered) >= 20
            wrong.append(Key(key.id, self._delivered[-2]) if behind else key)
        return wrong


class WrongAfterRestart(_EndsDiffer):
    """The slave's KME restarts after every 30 deliveries, and garbles the first key after it."""

    name = "slave-garbled-after-restart"

    def __init__(self) -> None:
        self._deliveries = 0

    def changed(self, keys: list[Key]) -> list[Key]:
        self._deliveries += 1
        if self._deliveries % 30:
            return keys
        first, *others = keys
        return [Key(first.id, _garbled(first.material)), *others]


class BatchOfOneSize(_EndsDiffer):
    """The keys of a batch are all cut, or filled with zeros, to the length of its first."""

    name = "slave-batch-of-one-size"

    def changed(self, keys: list[Key]) -> list[Key]:
        length = len(keys[0].material) if keys else 0
        return [Key(key.id, key.material[:length].ljust(length, b"\0")) for key in keys]


class LabelledAsAsked(StoreFault):
    """The slave gets the keys in the order of their issue, labelled in the order it asked for."""

    name = "slave-labelled-in-order-of-request"
    requirements = ("ETSI-014-5.4-01",)

    def __init__(self) -> None:
        self._issued: dict[str, int] = {}

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        await inner.allocate(allocation)
        self._issued.update((key.id, len(self._issued)) for key in allocation.keys)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        in_order = sorted(order.key_ids, key=lambda key_id: self._issued.get(key_id, 0))
        keys = await inner.deliver(replace(order, key_ids=in_order))
        return [Key(key_id, key.material) for key_id, key in zip(order.key_ids, keys, strict=True)]


class WrongByPost(HttpFault, _EndsDiffer):
    """A key that the slave fetches by POST is another than by GET: its last byte is lost to 0."""

    name = "slave-differs-by-post"
    method = "POST"

    def changed(self, keys: list[Key]) -> list[Key]:
        if not self.applies:
            return keys
        return [Key(key.id, key.material[:-1] + bytes([key.material[-1] & 0xF0])) for key in keys]


class WrongInReverse(ServiceFault):
    """Keys whose master is at the second KME arrive at the first with their halves exchanged."""

    name = "slave-differs-in-reverse"
    requirements = ("ETSI-014-5.4-01",)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        keys = await inner.get_key_with_ids(caller, master, key_ids)
        status = await inner.get_status(caller, master)
        if status.source_kme < status.target_kme:
            keys = [Key(key.id, _exchanged(key.material)) for key in keys]
        return keys


def _garbled(material: bytes) -> bytes:
    return bytes(byte ^ 0x5A for byte in material)


def _exchanged(material: bytes) -> bytes:
    half = len(material) // 2
    return material[half:] + material[:half]
