"""Where key material and key IDs come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qinet_reference.domain.model import Key

Randomness = Callable[[int], bytes]
"""So many bytes, uniformly random."""


class KeySource(Protocol):
    """Makes keys that nobody has seen before."""

    def new_key(self, bits: int) -> Key:
        """A fresh key of `bits` bits under a fresh ID."""


class RandomKeys:
    """Keys of random bits under random UUIDs (version 4)."""

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness

    def new_key(self, bits: int) -> Key:
        """See `KeySource`. Bits that pad the last byte are zero."""
        drawn = self._randomness(16 + (bits + 7) // 8)
        material = drawn[16:]
        if padding := -bits % 8:
            material = material[:-1] + bytes([material[-1] & (0xFF << padding) & 0xFF])
        return Key(uuid4_text(drawn[:16]), material)


def uuid4_text(raw: bytes) -> str:
    """16 random bytes as the text of a version 4 UUID."""
    number = int.from_bytes(raw, "big")
    number = number & ~(0xF000 << 64) | (4 << 76)
    number = number & ~(0xC000 << 48) | (0x8000 << 48)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
