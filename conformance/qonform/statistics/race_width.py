"""How narrow a race a number of bursts catches, and how many bursts a width needs.

A server that checks, and acts a while later, lets two requests pass when the second arrives within
that while after the first. Of n requests whose arrivals are spread over a time r from first to
last, the others at random in between, the second is later than w after the first with probability
(1 - w/r)^(n - 2). So k such bursts all miss a window of width w with that probability to the k.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSED_AT_MOST = 0.01
"""Probability with which a race of the stated width may go unseen."""


def missed(width_s: float, spreads_s: Sequence[float], requests: int) -> float:
    """Probability that bursts miss a window of that width.

    Args:
        width_s: seconds from check to act.
        spreads_s: seconds between the first and the last arrival, of each burst.
        requests: how many each burst has, at least 2.
    """
    return math.prod(
        max(0.0, 1 - width_s / spread) ** (requests - 2) if width_s < spread else 0.0
        for spread in spreads_s
    )


def rounds(width_s: float, spread_s: float, requests: int, at_most: float = MISSED_AT_MOST) -> int:
    """How many bursts of that spread catch a window of that width, but for `at_most`.

    Raises:
        ValueError: no number does: two requests alone always arrive so far apart.
    """
    once = missed(width_s, [spread_s], requests)
    if once >= 1:
        raise ValueError("two requests that arrive a spread apart never meet in less")
    return 1 if once <= at_most else math.ceil(math.log(at_most) / math.log(once))


def caught_width(
    spreads_s: Sequence[float], requests: int, at_most: float = MISSED_AT_MOST
) -> float:
    """The least width in seconds that these bursts miss with probability `at_most` or less."""
    low, high = 0.0, min(spreads_s)
    for _ in range(60):
        middle = (low + high) / 2
        if missed(middle, spreads_s, requests) > at_most:
            low = middle
        else:
            high = middle
    return high
