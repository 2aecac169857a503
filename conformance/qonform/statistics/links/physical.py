"""Whether the relations at X, Y and Z are such as a state of two qubits can have.

Some relations no state has. For every state, and for each of the four corners of errors that lie
opposite to the four Bell states, the bits that fit the corner have a mean share over X, Y and Z of
at most 2/3: equal outcomes at all three axes are such a corner, and so is the error at Y alone that
shows where the two ends differ about the sense of Y. Pairs are counted in triples of one reported
state, so that it does not matter how the states were shared out among the axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.statistics.betting import log_average
from qonform.statistics.links.balance import Balance
from qonform.statistics.links.bets import (
    log_e_above,
    log_e_below,
    lower_bound,
    more_until_above,
    more_until_below,
    upper_bound,
)
from qonform.statistics.links.claim import ALPHA_FAIL, ALPHA_PASS, Claim
from qonform.statistics.links.correlation import PAULI_AXES, breaks
from qonform.statistics.links.result import Result, Verdict, fewer

if TYPE_CHECKING:
    from qonform.ports.entanglement import Axis, Bell

MOST_FITTING = 2 / 3
"""Mean share over X, Y and Z, at the most, of bits that fit a corner which is no state."""
EXCLUDED_FITTING = 5 / 6
"""Half way from there to the corner. States themselves are at 2/3, so no less can be excluded."""


_CORNERS: dict[str, tuple[bool, bool, bool]] = {
    "every relation of the reported states is broken": (True, True, True),
    "the relations are broken at X alone": (True, False, False),
    "the relations are broken at Y alone, as if the ends differed about its sense": (
        False,
        True,
        False,
    ),
    "the relations are broken at Z alone": (False, False, True),
}
_ALL_EQUAL = "the outcomes are equal at all three axes, as no state gives them"


class Physical(Claim):
    """Whether the relations at X, Y and Z are such as a state can have.

    Five bets of equal parts: that outcomes are equal at all three axes, whatever state is reported,
    and that errors lie in one of the four corners that are no state. It holds once all five
    certainly fit fewer than 5/6 of the pairs.

    Args:
        alpha_fail: chance, at the most, that pairs in any states are ever called unphysical.
        alpha_pass: chance, at the most, that it ever holds though 5/6 or more fit one.
    """

    name = "the relations at X, Y and Z are those of a physical state"

    def __init__(self, alpha_fail: float = ALPHA_FAIL, alpha_pass: float = ALPHA_PASS) -> None:
        self._fits = {what: Balance(PAULI_AXES) for what in (_ALL_EQUAL, *_CORNERS)}
        super().__init__(alpha_fail, alpha_pass)

    def see(self, reported: Bell, axis: Axis, one: int, other: int) -> None:
        """Takes in a pair: its reported state, the common axis X, Y or Z, and the outcomes."""
        error = breaks(reported, axis, one, other)
        complete = self._fits[_ALL_EQUAL].see(axis, one == other, reported)
        for what, corner in _CORNERS.items():
            self._fits[what].see(axis, error == corner[PAULI_AXES.index(axis)], reported)
        if complete:
            each = [(fits.n, fits.ones) for fits in self._fits.values()]
            above = log_average([log_e_above(*one, MOST_FITTING) for one in each])
            self.broken = self.broken.at(above)
            self.holds = self.holds.at(min(log_e_below(*one, EXCLUDED_FITTING) for one in each))

    def result(self) -> Result:
        """What it says by now."""
        what, most = max(self._fits.items(), key=lambda each: each[1].ones)
        n, ones = most.n, most.ones
        share = ones / max(1, n)
        broken, holds = self.broken.alpha / len(self._fits), self.holds.alpha
        more = fewer(
            more_until_below(n, ones, EXCLUDED_FITTING, holds, share),
            more_until_above(n, ones, MOST_FITTING, broken, share),
        )
        of_five = holds / len(self._fits)
        decided = self.verdict is not Verdict.UNDECIDED
        return Result(
            name=self.name,
            pairs=n,
            holds=self.holds,
            broken=self.broken,
            quantity="share of pairs that fit what no state gives",
            estimate=share if n else None,
            interval=(lower_bound(n, ones, broken), upper_bound(n, ones, of_five)),
            interval_alpha=self.holds.alpha + self.broken.alpha,
            more=0 if decided else most.whole(more),
            found=what if self.broken.log_e > 0 else "",
        )
