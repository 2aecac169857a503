"""What a test over pairs says: one shape for all, so that a report shows them alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Whether the claim that a test is about holds."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Evidence:
    """How strongly one side of a claim is refuted."""

    log_e: float
    """Logarithm of the e-value, in nats: the highest once it has spoken, or else that of now."""
    alpha: float
    """Chance, at the most, that it ever speaks though that side is true."""

    @property
    def threshold(self) -> float:
        """The log e-value from which it speaks."""
        return -math.log(self.alpha)

    @property
    def speaks(self) -> bool:
        """Whether it has."""
        return self.log_e >= self.threshold

    def at(self, log_e: float) -> Evidence:
        """The evidence after another look. What has spoken has spoken, whatever comes after."""
        return Evidence(max(log_e, self.log_e) if self.speaks else log_e, self.alpha)


@dataclass(frozen=True)
class Result:
    """What a test says by now.

    A claim may have been proved first and refuted later, of a link that changes: it is then
    broken, which is said wrongly with a chance of at most `broken.alpha`.
    """

    name: str
    """The claim."""
    pairs: int
    """Pairs that were used."""
    holds: Evidence
    """Against "it does not hold"."""
    broken: Evidence
    """Against "it holds"."""
    quantity: str
    """What is estimated."""
    estimate: float | None
    """None before the first pair, or where nothing but bounds can be had."""
    interval: tuple[float, float]
    """What the quantity lies between, at every look."""
    interval_alpha: float
    """Chance, at the most, that it ever does not."""
    more: int | None
    """Pairs still needed if it goes on as by now; 0 if decided, None if no end is foreseen."""
    found: str = ""
    """What stands out, in words."""

    @property
    def verdict(self) -> Verdict:
        """The decision, if there is one."""
        return decided(self.holds, self.broken)


def decided(holds: Evidence, broken: Evidence) -> Verdict:
    """The decision, if there is one. What is proved and refuted is refuted."""
    if broken.speaks:
        return Verdict.BROKEN
    return Verdict.HOLDS if holds.speaks else Verdict.UNDECIDED


def fewer(one: int | None, other: int | None) -> int | None:
    """The smaller of two numbers, of which either may be unknown."""
    return min((each for each in (one, other) if each is not None), default=None)
