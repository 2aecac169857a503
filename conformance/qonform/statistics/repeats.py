"""Whether 64 bits ever come again, in the same key or in another.

Two blocks of b uniform bits, at different places, are equal with a chance of exactly 2^-b, also
where they overlap. The number of equal pairs, less the number of pairs times 2^-b, is therefore a
martingale; scaled by this test's share of the error bound it is an e-value that reaches the
threshold with the first repeat. That holds as long as the number of pairs times 2^-b, which bounds
the chance of any repeat, is below the share: from then on, after some 50 million bits of key, the
test takes no more.
"""

from __future__ import annotations

import math

from qonform.statistics.key_test import KeyTest, Sample


class RepeatedBlocks(KeyTest):
    """Compares each block of 8 bytes, at any byte, with all blocks before that began a word.

    Any 15 bytes that come again are found, however they are aligned.

    Args:
        threshold: as for every test; its inverse is the share of the error bound.
        width: bytes of a block.
    """

    id = "repeats"
    name = "no 64 bits come again"
    unit = "pair"

    def __init__(self, threshold: float, width: int = 8) -> None:
        super().__init__(threshold)
        self._width = width
        self._share = math.exp(-threshold)
        self._chance = 2.0 ** (-8 * width)
        self._pairs = 0
        self._equal = 0
        self._stored: dict[bytes, list[int]] = {}
        """For each block that began a word, the exchanges that brought it."""
        self._blocks = 0
        self._first: tuple[int, ...] = ()

    def see(self, key: Sample) -> None:
        """Compares the key's blocks with those before, and keeps its words."""
        windows = len(key.material) - self._width + 1
        if windows < 1 or (self._pairs + self._new_pairs(windows)) * self._chance >= self._share:
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
    def n(self) -> int:
        """Pairs of blocks compared."""
        return self._pairs

    @property
    def chance(self) -> float:
        """Bound on the chance that ideal keys show any repeat in what was compared."""
        return self._pairs * self._chance

    @property
    def log_e(self) -> float:
        """In nats."""
        return math.log(1 + (self._equal - self.chance) / self._share)

    @property
    def needs(self) -> int:
        """One pair is enough to be compared."""
        return 0 if self._pairs else 1

    @property
    def finds(self) -> str:
        """Certain, and how sure one may be that it is none by chance."""
        if not self._pairs:
            return ""
        return f"any repeat, which ideal keys show here with a chance below {self.chance:.0e}"

    @property
    def found(self) -> str:
        """How many."""
        times = "once" if self._equal == 1 else f"{self._equal:,} times"
        return f"{8 * self._width} bits of a key came again {times}, in the same key or another"

    @property
    def exchanges(self) -> tuple[int, ...]:
        """Those that delivered the first block that came again."""
        return self._first
