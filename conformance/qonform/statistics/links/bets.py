"""E-processes against "this share is at most so much", for bits that come one after the other.

A gambler bets the same fraction of the capital on every bit: on a fraction c, a one multiplies the
capital by 1 + c (1 - p) / p and a zero by 1 - c, which is fair where ones have the share p and a
loss where they are rarer. An average over a geometric grid of fractions, fixed beforehand, finds
any share above p at a price of at most ln 24 = 3.2 nats. The chance that such a capital ever
exceeds 1/alpha is at most alpha (Ville's inequality): one may look at any time.

More holds, because no fraction ever changes. Where bit i is a one with chance p_i, the capital of a
fraction is a martingale of mean 1 times the product of all 1 + c (p_i - p) / p, and that product
is at most 1 whenever the *mean* of the p_i is at most p: a geometric mean is no greater than an
arithmetic mean. So the bound holds for the mean over the bits seen, though their chances differ.
"""

from __future__ import annotations

import math
from functools import lru_cache

from qonform.statistics.betting import log_average

_FRACTIONS = tuple(0.01 * 99 ** (step / 23) for step in range(24))
"""Of the capital that are bet: from 1 % to 99 %."""
_LOSSES = tuple(math.log1p(-fraction) for fraction in _FRACTIONS)
_FAR = 10_000_000
"""Bits beyond which nothing is foreseen."""
_HALVINGS = 50
"""Of the interval in which a bound is sought."""


@lru_cache(maxsize=256)
def _gains(null: float) -> tuple[float, ...]:
    return tuple(math.log1p(fraction * (1 - null) / null) for fraction in _FRACTIONS)


def log_e_above(n: float, ones: float, null: float) -> float:
    """Log capital, in nats, against "the share of ones is at most `null`".

    Args:
        n: bits seen; like `ones`, need not be whole.
        ones: of them ones.
        null: from 0 to 1.
    """
    if null <= 0 < ones:
        return math.inf
    gains = _gains(null) if null > 0 else _LOSSES  # with no ones, it does not matter
    return log_average(
        [ones * gain + (n - ones) * loss for gain, loss in zip(gains, _LOSSES, strict=True)]
    )


def log_e_below(n: float, ones: float, null: float) -> float:
    """Log capital, in nats, against "the share of ones is at least `null`"."""
    return log_e_above(n, n - ones, 1 - null)


def lower_bound(n: int, ones: int, alpha: float) -> float:
    """The share of ones that is certain: the greatest that the capital refutes.

    The chance that it ever exceeds the true share, at any look, is at most alpha.
    """
    low, high = 0.0, ones / max(1, n)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        refuted = log_e_above(n, ones, middle) >= -math.log(alpha)
        low, high = (middle, high) if refuted else (low, middle)
    return low


def upper_bound(n: int, ones: int, alpha: float) -> float:
    """What the share of ones certainly does not exceed, but with a chance of at most alpha."""
    return 1 - lower_bound(n, n - ones, alpha)


def more_until_above(n: float, ones: float, null: float, alpha: float, share: float) -> int | None:
    """Bits until "at most `null`" is refuted, if ones go on coming with this share.

    None if they would not refute it, or only after very many.
    """
    threshold = -math.log(alpha)
    if log_e_above(n, ones, null) >= threshold:
        return 0
    few, many = 0, 1
    while log_e_above(n + many, ones + many * share, null) < threshold:
        few, many = many, 2 * many
        if many > _FAR:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        enough = log_e_above(n + middle, ones + middle * share, null) >= threshold
        few, many = (few, middle) if enough else (middle, many)
    return many


def more_until_below(n: float, ones: float, null: float, alpha: float, share: float) -> int | None:
    """Bits until "at least `null`" is refuted, if ones go on coming with this share."""
    return more_until_above(n, n - ones, 1 - null, alpha, 1 - share)
