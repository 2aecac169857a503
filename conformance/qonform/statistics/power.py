"""What a test would have found by now, and how much more it takes: the other side of a pass.

Exact bounds, no approximations: a count of n symbols strays from its mean by more than t n with a
chance of at most exp(-2 n t^2) (Hoeffding's inequality).
"""

from __future__ import annotations

import math
from functools import cache

from qonform.statistics.betting import UniformityBet

POWER = 0.99
"""Chance, at the least, with which what is said to be found would be found."""
GROSS_BIAS = 0.075
"""A bit that is 1 with 0.5 plus or minus this is grossly biased: a pass says that there is none."""


def alarm(n: int, threshold: float) -> int | None:
    """The smallest count of one of two symbols, among n, whose e-value reaches the threshold.

    Args:
        n: symbols seen.
        threshold: logarithm of the e-value, in nats.

    Returns:
        A count above n / 2; None if not even n alike symbols are enough.
    """
    low, high = n // 2, n
    if UniformityBet(2, counts=[0, n]).log_e < threshold:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if UniformityBet(2, counts=[n - middle, middle]).log_e >= threshold:
            high = middle
        else:
            low = middle
    return high


def bias_found(n: int, threshold: float) -> float | None:
    """The bias d that n symbols are enough for: one of 0.5 ± d is found with POWER or more."""
    count = alarm(n, threshold)
    if count is None:
        return None
    bias = count / n - 0.5 + math.sqrt(-math.log(1 - POWER) / (2 * n))
    return bias if bias <= 0.5 else None


@cache
def symbols_needed(bias: float, threshold: float) -> int:
    """How many symbols are enough for a bias of 0.5 ± `bias`."""
    few, many = 1, 2
    while not _enough(many, bias, threshold):
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if _enough(middle, bias, threshold) else (middle, many)
    return many


def _enough(n: int, bias: float, threshold: float) -> bool:
    found = bias_found(n, threshold)
    return found is not None and found <= bias
