"""Whether a place of a key always has the same bit.

Each place has a bet of its own, on few bits. The odds are against it: a place keeps most of its
capital aside and bets a 256th (further along the key, less), so that the places that are as they
should be cost next to nothing, and one that is stuck shows soon. Given all earlier keys the bits of
a key are independent, so the product of what the places have is again a martingale.
"""

from __future__ import annotations

import math
from collections import Counter

from qonform.statistics.betting import log_e_of_counts
from qonform.statistics.key_test import KeyTest, Sample

_FIRST = 256
"""Places that bet the same part of their capital."""
_LAST = 2048
"""Places further along a key are not looked at."""


class Positions(KeyTest):
    """Each place of a key, counted from its first bit, over all keys that have it."""

    id = "positions"
    name = "no place of a key is stuck"
    unit = "keys"

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self._ones: list[int] = []
        self._keys: list[int] = []

    def see(self, key: Sample) -> None:
        """Counts the ones at each place."""
        bits = "".join(f"{byte:08b}" for byte in key.material[: _LAST // 8])
        longer = len(bits) - self.length
        self._ones += [0] * longer
        self._keys += [0] * longer
        for place, bit in enumerate(bits):
            self._keys[place] += 1
            self._ones[place] += bit == "1"

    @property
    def n(self) -> int:
        """Keys."""
        return self._keys[0] if self._keys else 0

    @property
    def log_e(self) -> float:
        """In nats."""
        alike = Counter(
            (ones, keys, staked(place))
            for place, (ones, keys) in enumerate(zip(self._ones, self._keys, strict=True))
        )
        return sum(
            places * log_e_of_place(ones, keys, stake)
            for (ones, keys, stake), places in alike.items()
        )

    @property
    def needs(self) -> int:
        """Keys until a stuck first bit is found for certain."""
        return max(0, self._keys_needed(staked(0)) - self.n)

    @property
    def finds(self) -> str:
        """How far along the key a stuck bit would be found."""
        needed = {stake: self._keys_needed(stake) for stake in set(map(staked, range(self.length)))}
        enough = sum(keys >= needed[staked(place)] for place, keys in enumerate(self._keys))
        return f"a bit that never changes, at any of the first {enough:,} places" if enough else ""

    @property
    def length(self) -> int:
        """How many places have been seen."""
        return len(self._keys)

    def _keys_needed(self, stake: float) -> int:
        """Keys after which one stuck place is enough, whatever the other places did."""
        spent = sum(math.log1p(-staked(place)) for place in range(max(_FIRST, self.length)))
        keys = 1
        while log_e_of_place(0, keys, stake) + spent < self.threshold:
            keys += 1
        return keys

    @property
    def found(self) -> str:
        """How many places stand out, and the first of them."""
        odd = [
            place
            for place, (ones, keys) in enumerate(zip(self._ones, self._keys, strict=True))
            if log_e_of_place(ones, keys, staked(place)) > math.log(2)
        ]
        if not odd:
            return "no place stands out alone"
        count = "1 place has" if len(odd) == 1 else f"{len(odd):,} places have"
        return f"{count} nearly always the same bit, first bit {odd[0] + 1} of a key"


def staked(place: int) -> float:
    """The part of its capital that a place bets: 1/256, from place 256 on halved each octave."""
    return 2.0 ** -max(8, place.bit_length())


def log_e_of_place(ones: int, keys: int, stake: float) -> float:
    """Log capital of one place, in nats."""
    bet = log_e_of_counts((ones, keys - ones), 0.5)
    aside = math.log1p(-stake)
    staked_now = math.log(stake) + bet
    high, low = max(aside, staked_now), min(aside, staked_now)
    return high + math.log1p(math.exp(low - high))
