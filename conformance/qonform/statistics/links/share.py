"""Whether bits have the share of ones that they should have: exactly, and at least nearly."""

from __future__ import annotations

from qonform.statistics.betting import CONCENTRATIONS, log_average, log_e_of_counts
from qonform.statistics.links.bets import (
    log_e_above,
    log_e_below,
    lower_bound,
    more_until_above,
    more_until_below,
    upper_bound,
)
from qonform.statistics.links.claim import Claim
from qonform.statistics.links.result import Result, Verdict, fewer

TOLERANCE = 0.15
"""How far a share may stray at the most where it is said to hold."""


def log_e_against(n: int, ones: int, share: float) -> float:
    """Log capital, in nats, against "ones have this share", in favour of any other."""
    if share == 0.5:
        return log_average([log_e_of_counts((n - ones, ones), c) for c in CONCENTRATIONS])
    return log_average([log_e_above(n, ones, share), log_e_below(n, ones, share)])


class Share(Claim):
    """A claim that ones have a certain share.

    It is broken once the share is certainly another, by however little, and holds once it certainly
    strays by less than the tolerance and was not found to stray at all.

    Args:
        name: the claim, in words.
        quantity: what has the share.
        due: the share, from 0 to 1.
        alpha_fail: chance, at the most, that it is ever called broken though the share is right.
        alpha_pass: chance, at the most, that it ever holds though it strays by the tolerance.
        tolerance: how far it may stray at the most where it is said to hold.
    """

    def __init__(
        self,
        name: str,
        quantity: str,
        due: float,
        alpha_fail: float,
        alpha_pass: float,
        tolerance: float = TOLERANCE,
    ) -> None:
        self.name, self.quantity, self.due = name, quantity, due
        self._low, self._high = due - tolerance, due + tolerance
        self.n = 0
        """Bits seen."""
        self.ones = 0
        """Of them ones."""
        super().__init__(alpha_fail, alpha_pass)

    def see(self, bit: bool) -> None:
        """Takes in a bit."""
        self.n += 1
        self.ones += bit
        self.broken = self.broken.at(log_e_against(self.n, self.ones, self.due))
        logs = []
        if self._low > 0:
            logs.append(log_e_above(self.n, self.ones, self._low))
        if self._high < 1:
            logs.append(log_e_below(self.n, self.ones, self._high))
        self.holds = self.holds.at(min(logs, default=0.0))

    @property
    def _more(self) -> int | None:
        if self.verdict is not Verdict.UNDECIDED:
            return 0
        share = self.ones / self.n if self.n else self.due
        of_it, own = (self.n, self.ones), self.broken.alpha / 2
        off = fewer(
            more_until_above(*of_it, self.due, own, share),
            more_until_below(*of_it, self.due, own, share),
        )
        alpha, near = self.holds.alpha, []
        if self._low > 0:
            near.append(more_until_above(*of_it, self._low, alpha, share))
        if self._high < 1:
            near.append(more_until_below(*of_it, self._high, alpha, share))
        known = [each for each in near if each is not None]
        return fewer(off, max(known) if known and len(known) == len(near) else None)

    def result(self) -> Result:
        """What it says by now."""
        own = self.holds.alpha / 2
        return Result(
            name=self.name,
            pairs=self.n,
            holds=self.holds,
            broken=self.broken,
            quantity=self.quantity,
            estimate=self.ones / self.n if self.n else None,
            interval=(lower_bound(self.n, self.ones, own), upper_bound(self.n, self.ones, own)),
            interval_alpha=self.holds.alpha,
            more=self._more,
        )
