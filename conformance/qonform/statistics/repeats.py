"""Whether 64 bits ever come again, in the same key or in another.

Two blocks of b uniform bits, at different places, are equal with a chance of exactly 2^-b, also
where they overlap. With ideal keys the share of the error bound lasts for some 50 million bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qonform.statistics.coincidence import Coincidences

if TYPE_CHECKING:
    from qonform.statistics.key_test import Sample


class RepeatedBlocks(Coincidences):
    """Compares each block of 8 bytes, at any byte, with all blocks before that began a word.

    Any 15 bytes that come again are found, however they are aligned.

    Args:
        threshold: as for every test; its inverse is the share of the error bound.
        width: bytes of a block.
    """

    id = "repeats"
    name = "no 64 bits come again"

    def __init__(self, threshold: float, width: int = 8) -> None:
        super().__init__(threshold, width)
        self._stored: dict[bytes, list[int]] = {}
        """For each block that began a word, the exchanges that brought it."""
        self._blocks = 0
        self._first: tuple[int, ...] = ()

    def see(self, key: Sample) -> None:
        """Compares the key's blocks with those before, and keeps its words."""
        windows = len(key.material) - self._width + 1
        if windows < 1 or not self._may_compare(self._new_pairs(windows)):
            return
        for place in range(windows):
            block = key.material[place : place + self._width]
            before = self._stored.get(block, ())
            self._pairs += self._blocks
            self._equal += len(before)
            if before and not self._first:
                self._first = tuple(dict.fromkeys((before[0], key.exchange)))
            if place % self._width == 0:
                self._stored.setdefault(block, []).append(key.exchange)
                self._blocks += 1

    def _new_pairs(self, windows: int) -> int:
        own = sum(-(-place // self._width) for place in range(windows))
        return windows * self._blocks + own

    @property
    def finds(self) -> str:
        """Certain; and how unlikely it would be by chance."""
        if not self._pairs:
            return ""
        power = math.ceil(math.log10(self.chance))
        return f"any repeat, which ideal keys show here with a chance below 10^{power}"

    @property
    def found(self) -> str:
        """How many."""
        times = "once" if self._equal == 1 else f"{self._equal:,} times"
        return f"{8 * self._width} bits of a key came again {times}, in the same key or another"

    @property
    def exchanges(self) -> tuple[int, ...]:
        """Those that delivered the first block that came again."""
        return self._first
