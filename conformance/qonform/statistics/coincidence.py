"""Bets on equalities that chance brings once in 2^b comparisons of b bits.

The number of equal pairs, less the number of pairs times 2^-b, is a martingale; scaled by the
test's share of the error bound it is an e-value that reaches the threshold with the first equality.
That holds as long as the number of pairs times 2^-b, which bounds the chance of any equality, is
below the share: from then on such a test takes no more.
"""

from __future__ import annotations

import math

from qonform.statistics.key_test import KeyTest


class Coincidences(KeyTest):
    """Counts pairs compared, and pairs that were equal.

    Args:
        threshold: as for every test; its inverse is the share of the error bound.
        width: bytes of what is compared.
    """

    unit = "pairs"

    def __init__(self, threshold: float, width: int = 8) -> None:
        super().__init__(threshold)
        self._width = width
        self._share = math.exp(-threshold)
        self._chance = 2.0 ** (-8 * width)
        self._pairs = 0
        self._equal = 0

    def _may_compare(self, pairs: int) -> bool:
        """Whether the share allows so many comparisons more."""
        return (self._pairs + pairs) * self._chance < self._share

    @property
    def n(self) -> int:
        """Pairs compared."""
        return self._pairs

    @property
    def chance(self) -> float:
        """Bound on the chance that ideal keys show any equality in what was compared."""
        return self._pairs * self._chance

    @property
    def log_e(self) -> float:
        """In nats."""
        return math.log(1 + (self._equal - self.chance) / self._share)

    @property
    def needs(self) -> int:
        """One pair is enough to be compared."""
        return 0 if self._pairs else 1
