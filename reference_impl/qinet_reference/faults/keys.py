"""Lies about key IDs, key material, and its encoding (3.1, 6.3)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64decode, b64encode, encodebytes, urlsafe_b64encode
from typing import TYPE_CHECKING
from uuid import uuid4

from qinet_reference.domain.model import Key, KeyRequest
from qinet_reference.faults.fault import Fault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qinet_reference.adapters.rest_wire import Document, RestWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource


class IdNotUuid(ServiceFault):
    """Key IDs are not UUIDs."""

    name = "id-not-uuid"
    requirements = ("ETSI-014-6.3-03",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        return [Key(f"key_{key.id}", key.material) for key in keys]

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        plain = [key_id.removeprefix("key_") for key_id in key_ids]
        keys = await inner.get_key_with_ids(caller, master, plain)
        return [Key(f"key_{key.id}", key.material) for key in keys]


class IdReused(ServiceFault):
    """Every second Get key issues the first ID of the Get key before once more."""

    name = "id-reused"
    requirements = ("ETSI-014-3.1-01",)

    def __init__(self) -> None:
        self._previous: str | None = None
        self._real: dict[str, str] = {}

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        first, *others = await inner.get_key(caller, slave, request)
        if self._previous is None:
            self._previous = first.id
            return [first, *others]
        reused, self._previous = self._previous, None
        self._real[reused] = first.id
        return [Key(reused, first.material), *others]

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        real = [self._real.get(key_id, key_id) for key_id in key_ids]
        keys = await inner.get_key_with_ids(caller, master, real)
        told = dict(zip(real, key_ids, strict=True))
        return [Key(told.get(key.id, key.id), key.material) for key in keys]


class IdsCollide(ServiceFault):
    """All keys of one container have the ID of the first."""

    name = "id-collides-in-container"
    requirements = ("ETSI-014-6.3-05",)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        return [Key(keys[0].id, key.material) for key in keys]


class IdChangedAtSlave(ServiceFault):
    """The slave gets the keys asked for under other IDs."""

    name = "id-changed-at-slave"
    requirements = ("ETSI-014-6.4-03", "ETSI-014-5.4-01")

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        keys = await inner.get_key_with_ids(caller, master, key_ids)
        return [Key(str(uuid4()), key.material) for key in keys]


class _MaterialFault(Fault, ABC):
    """A key source whose material is spoilt before anybody gets it."""

    def source(self, source: KeySource) -> KeySource:
        return _SpoiltSource(source, self.spoilt)

    @abstractmethod
    def spoilt(self, source: KeySource, key: Key) -> bytes:
        """The material that is delivered instead."""


class _SpoiltSource:
    def __init__(self, inner: KeySource, spoilt: Callable[[KeySource, Key], bytes]) -> None:
        self._inner = inner
        self._spoilt = spoilt

    def new_key(self, bits: int) -> Key:
        key = self._inner.new_key(bits)
        return Key(key.id, self._spoilt(self._inner, key))


class ConstantPrefix(_MaterialFault):
    """All keys begin with the same four bytes."""

    name = "material-constant-prefix"
    requirements = ("ETSI-014-3.1-02",)

    def spoilt(self, source: KeySource, key: Key) -> bytes:
        del source
        return b"QKD\x00" + key.material[4:]


class RepeatedMaterial(_MaterialFault):
    """Every third key has the same material as the one of its length before."""

    name = "material-repeated"
    requirements = ("ETSI-014-3.1-02",)

    def __init__(self) -> None:
        self._count = 0
        self._latest: dict[int, bytes] = {}

    def spoilt(self, source: KeySource, key: Key) -> bytes:
        del source
        self._count += 1
        length = len(key.material)
        if self._count % 3 == 0 and length in self._latest:
            return self._latest[length]
        self._latest[length] = key.material
        return key.material


class BiasedMaterial(_MaterialFault):
    """Five in eight of all key bits are ones."""

    name = "material-biased"
    requirements = ("ETSI-014-3.1-02",)

    def spoilt(self, source: KeySource, key: Key) -> bytes:
        bits = 8 * len(key.material)
        more, less = (source.new_key(bits).material for _ in range(2))
        return bytes(a | (b & c) for a, b, c in zip(key.material, more, less, strict=True))


class _EncodingFault(Fault, ABC):
    """A REST wire that writes key material in another way."""

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(container=self._rewritten)

    def _rewritten(self, container: Document) -> Document:
        keys = [
            {**entry, "key": self.encoded(b64decode(entry["key"]))} for entry in container["keys"]
        ]
        return {**container, "keys": keys}

    @abstractmethod
    def encoded(self, material: bytes) -> str:
        """The text that stands for the material."""


class Base64Url(_EncodingFault):
    """Keys are encoded in the URL-safe alphabet of base64."""

    name = "base64-url-alphabet"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return urlsafe_b64encode(material).decode("ascii")


class Base64Newline(_EncodingFault):
    """Base64 is broken into lines, and the last ends in a line break."""

    name = "base64-newline"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return encodebytes(material).decode("ascii")


class Base64Unpadded(_EncodingFault):
    """Base64 lacks its padding."""

    name = "base64-unpadded"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return b64encode(material).decode("ascii").rstrip("=")


class HexMaterial(_EncodingFault):
    """Keys are encoded in hexadecimal digits."""

    name = "material-hex"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")

    def encoded(self, material: bytes) -> str:
        return material.hex()
