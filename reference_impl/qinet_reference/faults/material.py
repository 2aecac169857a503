"""Lies about key material, told before anybody gets it: both ends have the same (3.1)."""

from __future__ import annotations

import hashlib
import os
import random
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.domain.model import Key
from qinet_reference.faults.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.domain.key_source import KeySource


class _MaterialFault(Fault, ABC):
    """A key source whose material is not what it was drawn as."""

    requirements: ClassVar[tuple[str, ...]] = ("ETSI-014-3.1-02",)

    def source(self, source: KeySource) -> KeySource:
        return _OtherSource(source, self.drawn)

    @abstractmethod
    def drawn(self, source: KeySource, key: Key) -> bytes:
        """The material that is delivered instead of that of `key`, which came from `source`."""


class _SpoiltFault(_MaterialFault, ABC):
    """Material that is spoilt before anybody gets it."""

    def drawn(self, source: KeySource, key: Key) -> bytes:
        del source
        return self.spoilt(key.material)

    @abstractmethod
    def spoilt(self, material: bytes) -> bytes:
        """The material that is delivered instead."""


class _OtherSource:
    def __init__(self, inner: KeySource, drawn: Callable[[KeySource, Key], bytes]) -> None:
        self._inner = inner
        self._drawn = drawn

    def new_key(self, bits: int) -> Key:
        key = self._inner.new_key(bits)
        return Key(key.id, self._drawn(self._inner, key))


class ConstantPrefix(_SpoiltFault):
    """All keys begin with the same four bytes."""

    name = "material-constant-prefix"

    def spoilt(self, material: bytes) -> bytes:
        return b"QKD\x00" + material[4:]


class RepeatedMaterial(_SpoiltFault):
    """Every third key has the same material as the one of its length before."""

    name = "material-repeated"
    requirements = ("ETSI-014-3.1-02", "ETSI-014-5.3-02")
    every: ClassVar[int] = 3

    def __init__(self) -> None:
        self._count = 0
        self._latest: dict[int, bytes] = {}

    def spoilt(self, material: bytes) -> bytes:
        self._count += 1
        length = len(material)
        if self._count % self.every == 0 and length in self._latest:
            return self._latest[length]
        self._latest[length] = material
        return material


class BiasedMaterial(_MaterialFault):
    """Five in eight of all key bits are ones."""

    name = "material-biased"

    def drawn(self, source: KeySource, key: Key) -> bytes:
        bits = 8 * len(key.material)
        more, less = (source.new_key(bits).material for _ in range(2))
        return bytes(a | (b & c) for a, b, c in zip(key.material, more, less, strict=True))


class FewSeeds(_SpoiltFault):
    """Each key is expanded from 16 random bits."""

    name = "material-from-16-bits"

    def spoilt(self, material: bytes) -> bytes:
        return _expanded(material[:2], len(material))


class SeededByTime(_SpoiltFault):
    """Each key is drawn from a generator that is seeded anew with the time in milliseconds."""

    name = "material-seeded-by-time"
    requirements = ("ETSI-014-3.1-02", "ETSI-014-5.3-02")

    def spoilt(self, material: bytes) -> bytes:
        now = time.time_ns() // 1_000_000
        return random.Random(now).randbytes(len(material))  # noqa: S311 - the fault itself


class HashOfId(_MaterialFault):
    """Key material is the SHA-256 of the key ID, expanded: whoever sees the ID has the key."""

    name = "material-hash-of-id"
    seen_in = ("arnika-project/arnika",)

    def drawn(self, source: KeySource, key: Key) -> bytes:
        del source
        digest = hashlib.sha256(key.id.encode()).digest()
        length = len(key.material)
        return digest[:length] if length <= len(digest) else _expanded(digest, length)


class CountedOn(_SpoiltFault):
    """All keys are one secret, to which a counter is added: they differ in their last bits."""

    name = "material-counter"

    def __init__(self) -> None:
        self._secret = os.urandom(1 << 16)
        self._count = 0

    def spoilt(self, material: bytes) -> bytes:
        self._count += 1
        secret = int.from_bytes(self._secret[: len(material)])
        return ((secret + self._count) % (1 << 8 * len(material))).to_bytes(len(material))


class WindowsOverlap(_SpoiltFault):
    """The window on the raw key moves on by half a key: each begins as the one before ended."""

    name = "material-windows-overlap"

    def __init__(self) -> None:
        self._latest: dict[int, bytes] = {}

    def spoilt(self, material: bytes) -> bytes:
        length = len(material)
        half = self._latest.get(length, material)[(length + 1) // 2 :]
        self._latest[length] = half + material[len(half) :]
        return self._latest[length]


class FollowsLast(_MaterialFault):
    """One bit in four of each key is as it was in the key of that length before."""

    name = "material-follows-last"

    def __init__(self) -> None:
        self._latest: dict[int, bytes] = {}

    def drawn(self, source: KeySource, key: Key) -> bytes:
        length = len(key.material)
        one, other = (source.new_key(8 * length).material for _ in range(2))
        latest = self._latest.get(length, key.material)
        self._latest[length] = bytes(
            (old & a & b) | (new & ~(a & b))
            for new, old, a, b in zip(key.material, latest, one, other, strict=True)
        )
        return self._latest[length]


class EveryFiftiethRepeated(RepeatedMaterial):
    """Every fiftieth key has the same material as the one of its length before."""

    name = "material-every-50th-repeated"
    every = 50


class HexText(_SpoiltFault):
    """The bytes of a key are the letters of a hexadecimal text."""

    name = "material-hex-text"

    def spoilt(self, material: bytes) -> bytes:
        return material.hex().encode()[: len(material)]


class SevenBits(_SpoiltFault):
    """The highest bit of each byte is zero, as in text."""

    name = "material-7-bit"

    def spoilt(self, material: bytes) -> bytes:
        return bytes(byte & 0x7F for byte in material)


class OddParity(_SpoiltFault):
    """Each byte has odd parity, as in keys for DES."""

    name = "material-odd-parity"

    def spoilt(self, material: bytes) -> bytes:
        return bytes(byte ^ (byte.bit_count() + 1) % 2 for byte in material)


class SecondHalfCopied(_SpoiltFault):
    """The second half of each key is a copy of the first."""

    name = "material-second-half-copied"

    def spoilt(self, material: bytes) -> bytes:
        half = material[: (len(material) + 1) // 2]
        return (half + half)[: len(material)]


class ZerosAtTheEnd(_MaterialFault):
    """The buffer runs dry now and then: one key in eight ends in eight bytes of zero."""

    name = "material-ends-in-zeros"

    def drawn(self, source: KeySource, key: Key) -> bytes:
        if source.new_key(8).material[0] % 8 or len(key.material) < 16:
            return key.material
        return key.material[:-8] + bytes(8)


class LastByteZero(_SpoiltFault):
    """Each key ends in a byte of zero, as a text in C does."""

    name = "material-last-byte-zero"

    def spoilt(self, material: bytes) -> bytes:
        return material[:-1] + b"\0"


def _expanded(secret: bytes, length: int) -> bytes:
    return hashlib.shake_256(secret).digest(length)
