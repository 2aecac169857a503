"""How often each bit value, and each byte value, occurs."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

from qonform.statistics.betting import UniformityBet, log_average
from qonform.statistics.key_test import KeyTest, Sample
from qonform.statistics.power import GROSS_BIAS, bias_found, symbols_needed

BYTES = 256


class BitBias(KeyTest):
    """Zeros and ones of all keys."""

    id = "bits"
    name = "as many ones as zeros"
    unit = "bit"

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self._bet = UniformityBet(2)

    def see(self, key: Sample) -> None:
        """Counts ones."""
        ones = key.value.bit_count()
        self._bet.add((key.bits - ones, ones))

    @property
    def n(self) -> int:
        """Bits."""
        return self._bet.n

    @property
    def log_e(self) -> float:
        """In nats."""
        return self._bet.log_e

    @property
    def needs(self) -> int:
        """Bits until a gross bias would be found."""
        return max(0, symbols_needed(GROSS_BIAS, self.threshold) - self.n)

    @property
    def finds(self) -> str:
        """The bias that this many bits are enough for."""
        bias = bias_found(self.n, self.threshold) if self.n else None
        return f"ones with a share of {plus_minus(bias)}" if bias else ""

    @property
    def found(self) -> str:
        """How unequal they are."""
        return f"{max(self._bet.counts) / self.n:.3f} of the bits have one value"


class ByteDistribution(KeyTest):
    """Byte values of all keys: their distribution as a whole, and each value beside all others."""

    id = "bytes"
    name = "every byte value as often"
    unit = "bytes"

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self._bet = UniformityBet(BYTES)

    def see(self, key: Sample) -> None:
        """Counts bytes."""
        self._bet.see(key.material)

    @property
    def n(self) -> int:
        """Bytes."""
        return self._bet.n

    @property
    def log_e(self) -> float:
        """In nats: half the capital is on the whole, half on single values."""
        return log_average([self._bet.log_e, self._log_e_of_values()])

    def _log_e_of_values(self) -> float:
        """A 256th of the capital bets on each value alone: that it is rarer, or more frequent."""
        values = Counter(self._bet.counts)
        n = self.n
        each = {count: log_e_of_value(count, n) for count in values}
        highest = max(each.values())
        total = sum(number * math.exp(each[c] - highest) for c, number in values.items())
        return highest + math.log(total / BYTES)

    @property
    def needs(self) -> int:
        """Bytes until one value that never occurs is found for certain."""
        return max(0, _bytes_until_an_absence_shows(self.threshold) - self.n)

    @property
    def finds(self) -> str:
        """An absence, once it would show."""
        return "" if self.needs else "a byte value that never occurs"

    @property
    def found(self) -> str:
        """How unequal they are."""
        counts = self._bet.counts
        return (
            f"the most frequent byte value occurs {max(counts):,} times and the rarest "
            f"{min(counts):,} times, due {self.n / BYTES:,.1f}"
        )


def log_e_of_value(count: int, n: int) -> float:
    """Log capital of a bet on one byte value that came `count` times in n bytes, in nats."""
    rest = (BYTES - 1) / 2
    return (
        math.lgamma(count + 0.5)
        - math.lgamma(0.5)
        + math.lgamma(n - count + rest)
        - math.lgamma(rest)
        - math.lgamma(n + BYTES / 2)
        + math.lgamma(BYTES / 2)
        + count * math.log(BYTES)
        - (n - count) * math.log1p(-1 / BYTES)
    )


@cache
def _bytes_until_an_absence_shows(threshold: float) -> int:
    """Bytes after which a value that never came is enough, whatever the others did."""
    due = threshold + math.log(2 * BYTES)
    few, many = 1, 2
    while log_e_of_value(0, many) < due:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if log_e_of_value(0, middle) >= due else (middle, many)
    return many


def plus_minus(bias: float) -> str:
    """A share and how far it strays, rounded up to what is certain."""
    return f"0.5 ± {math.ceil(bias * 1000) / 1000:.3f}"
