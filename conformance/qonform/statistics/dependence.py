"""Whether a bit foretells another: of the same key, or at the same place of an earlier key.

Two bits are compared by whether they are alike. If keys are uniform and independent, each
comparison is a fair coin given all that came before, also where pairs overlap.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Generic, TypeVar

from qonform.statistics.betting import UniformityBet, log_average
from qonform.statistics.key_test import KeyTest, Sample
from qonform.statistics.power import GROSS_BIAS, bias_found, symbols_needed
from qonform.statistics.symbols import plus_minus

LAGS = (1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64, 128, 256)
"""How many bits apart two bits of a key are compared."""

T = TypeVar("T")


class _Comparisons(KeyTest, Generic[T]):
    """Several bets on pairs of bits, an equal part of the capital on each."""

    unit = "bit"

    def __init__(self, threshold: float, kinds: tuple[T, ...]) -> None:
        super().__init__(threshold)
        self._bets = {kind: UniformityBet(2) for kind in kinds}
        self._own_threshold = threshold + math.log(len(kinds))
        """What one of the bets must reach for their average to reach the threshold."""

    def _compare(self, kind: T, one: int, other: int, bits: int) -> None:
        """Compares the lowest `bits` bits of two numbers."""
        unlike = ((one ^ other) & ((1 << bits) - 1)).bit_count()
        self._bets[kind].add((bits - unlike, unlike))

    @property
    def n(self) -> int:
        """Pairs of bits that the bet with the most of them has seen."""
        return max(bet.n for bet in self._bets.values())

    @property
    def log_e(self) -> float:
        """In nats."""
        return log_average([bet.log_e for bet in self._bets.values()])

    @property
    def needs(self) -> int:
        """Pairs until a gross dependence would be found."""
        return max(0, symbols_needed(GROSS_BIAS, self._own_threshold) - self.n)

    def _share(self) -> str:
        """How often two bits must be alike to have been found."""
        bias = bias_found(self.n, self._own_threshold) if self.n else None
        return plus_minus(bias) if bias else ""

    def _strongest(self) -> tuple[T, str]:
        """Which pairs stand out, and how."""
        kind, bet = max(self._bets.items(), key=lambda each: each[1].log_e)
        alike, unlike = bet.counts
        word = "alike" if alike >= unlike else "unlike"
        return (
            kind,
            f"{word} in {max(alike, unlike) / max(1, bet.n):.3f} of {bet.n:,} pairs",
        )


class WithinKeys(_Comparisons[int]):
    """Bits of one key, 1 to 256 places apart."""

    id = "within"
    name = "no bit of a key foretells another"

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold, LAGS)

    def see(self, key: Sample) -> None:
        """Compares the key with itself, moved."""
        for lag in LAGS:
            if key.bits > lag:
                self._compare(lag, key.value, key.value >> lag, key.bits - lag)

    @property
    def finds(self) -> str:
        """For the pairs of which there are most."""
        share = self._share()
        return f"neighbouring bits alike with a share of {share}" if share else ""

    @property
    def found(self) -> str:
        """Which pairs stand out."""
        lag, how = self._strongest()
        return f"bits {lag} apart are {how}"


class BetweenKeys(_Comparisons[str]):
    """Bits at one place of two keys of one length: consecutive ones, or of one link."""

    id = "between"
    name = "no key foretells the next"

    _BEFORE, _TWO_BEFORE, _ON_LINK = "the key before", "the key two before", "its link's key before"

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold, (self._BEFORE, self._TWO_BEFORE, self._ON_LINK))
        self._latest: dict[int, deque[int]] = {}
        self._on_link: dict[tuple[int, str], int] = {}

    def see(self, key: Sample) -> None:
        """Compares the key with those of its length before it."""
        latest = self._latest.setdefault(key.bits, deque(maxlen=2))
        for kind, earlier in zip((self._BEFORE, self._TWO_BEFORE), latest, strict=False):
            self._compare(kind, key.value, earlier, key.bits)
        latest.appendleft(key.value)
        place = key.bits, key.link
        if place in self._on_link:
            self._compare(self._ON_LINK, key.value, self._on_link[place], key.bits)
        self._on_link[place] = key.value

    @property
    def finds(self) -> str:
        """For consecutive keys."""
        share = self._share()
        return f"bits alike in consecutive keys with a share of {share}" if share else ""

    @property
    def found(self) -> str:
        """Which pairs stand out."""
        kind, how = self._strongest()
        return f"bits of a key and of {kind} are {how}"
