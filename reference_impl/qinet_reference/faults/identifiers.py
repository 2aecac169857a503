"""Lies about key IDs (3.1, 6.3)."""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from qinet_reference.domain.key_source import uuid4_text
from qinet_reference.domain.model import Key, KeyRequest
from qinet_reference.faults.fault import Fault, ServiceFault, SlaveFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource


class _RenamingFault(ServiceFault, ABC):
    """A KME that tells other IDs than it keeps; of two keys under one ID it knows the latest."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    @abstractmethod
    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        """What the IDs of one Get key are told as."""

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        told = self.renamed([key.id for key in keys])
        self._real.update((name, key.id) for name, key in zip(told, keys, strict=True))
        return [Key(name, key.material) for name, key in zip(told, keys, strict=True)]

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        told = {self._real.get(key_id, key_id): key_id for key_id in key_ids}
        keys = await inner.get_key_with_ids(caller, master, list(told))
        return [Key(told.get(key.id, key.id), key.material) for key in keys]


class IdNotUuid(_RenamingFault):
    """Key IDs are not UUIDs."""

    name = "id-not-uuid"
    requirements = ("ETSI-014-6.3-03",)

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        return [f"key_{key_id}" for key_id in ids]


class IdsJoined(_RenamingFault):
    """A key that is put together from several blocks has their UUIDs, joined by `+`, for an ID."""

    name = "id-several-uuids-joined"
    requirements = ("ETSI-014-6.3-03",)
    seen_in = ("JarryChou/etsi-qkd-api",)

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        return [f"{key_id}+{uuid4()}" for key_id in ids]


class IdWithoutHyphens(_RenamingFault):
    """Key IDs are UUIDs without their hyphens."""

    name = "id-without-hyphens"
    requirements = ("ETSI-014-6.3-03",)

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        return [key_id.replace("-", "") for key_id in ids]


class IdReused(_RenamingFault):
    """Every second Get key issues the first ID of the Get key before once more."""

    name = "id-reused"
    requirements = ("ETSI-014-3.1-01",)

    def __init__(self) -> None:
        super().__init__()
        self._previous: str | None = None

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        first, *others = ids
        reused, self._previous = self._previous, None if self._previous else first
        return [reused or first, *others]


class IdsStartAgain(_RenamingFault):
    """IDs are counted in a worker that is replaced after 100 Get keys, and start again there."""

    name = "id-reused-after-restart"
    requirements = ("ETSI-014-3.1-01",)
    lifetime = 100

    def __init__(self) -> None:
        super().__init__()
        self._requests = 0
        self._issued = 0
        self._worker = uuid4().int

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        if self._requests == self.lifetime:
            self._requests = self._issued = 0
        self._requests += 1
        first, self._issued = self._issued, self._issued + len(ids)
        return [str(UUID(int=self._worker ^ number)) for number in range(first, first + len(ids))]


class IdsByTheClock(_RenamingFault):
    """IDs are the time in milliseconds and a number in the batch: under load they collide."""

    name = "id-collides-under-load"
    requirements = ("ETSI-014-3.1-01",)

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        now = time.time_ns() // 1_000_000
        return [str(UUID(int=now << 64 | number)) for number, _ in enumerate(ids)]


class IdsOfTwelveBits(_RenamingFault):
    """There are but 4096 key IDs, of which each Get key takes some at random."""

    name = "id-from-4096"
    requirements = ("ETSI-014-3.1-01",)

    def renamed(self, ids: Sequence[str]) -> Sequence[str]:
        return [str(UUID(int=0x40008 << 60 | n)) for n in random.sample(range(4096), len(ids))]


class BothKmesAlike(Fault):
    """Both KMEs hand out the keys of one file from its beginning, under the same IDs."""

    name = "kmes-issue-the-same"
    requirements = ("ETSI-014-3.1-01", "ETSI-014-5.3-02")
    seen_in = ("JarryChou/etsi-qkd-api",)

    def __init__(self) -> None:
        self._file = random.getrandbits(64)

    def source(self, source: KeySource) -> KeySource:
        del source
        return _FileSource(self._file)


class _FileSource:
    def __init__(self, file: int) -> None:
        self._file = file
        self._read = 0

    def new_key(self, bits: int) -> Key:
        record = random.Random(f"{self._file}/{self._read}")  # noqa: S311 - it stands for a file
        self._read += 1
        return Key(uuid4_text(record.randbytes(16)), record.randbytes(-(-bits // 8)))


class IdsCollide(ServiceFault):
    """All keys of one container have the ID of the first."""

    name = "id-collides-in-container"
    requirements = ("ETSI-014-6.3-05",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        return [Key(keys[0].id, key.material) for key in keys]


class IdChangedAtSlave(SlaveFault):
    """The slave gets the keys asked for under other IDs."""

    name = "id-changed-at-slave"
    requirements = ("ETSI-014-6.4-03", "ETSI-014-5.4-01")

    def changed(self, keys: list[Key]) -> list[Key]:
        return [Key(str(uuid4()), key.material) for key in keys]
