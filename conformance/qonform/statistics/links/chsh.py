"""The CHSH game: one end measures at (Z+X)/sqrt2 or (Z-X)/sqrt2, the other at X or Z.

A pair wins if its outcomes are related as its Bell state makes likelier. Outcomes that were fixed
beforehand win with 3/4 at the most, as the mean over the four combinations; quantum mechanics
allows (2 + sqrt 2)/4 = 0.854. In terms of the CHSH value, S = 8 p - 4. As for the fidelity, pairs
are counted in complete sets, one of each combination, of one reported state.

A fidelity of F or more to the state implies wins as well. With e_X and e_Z, the shares of pairs
that break its relation at X and at Z, S = 2 sqrt 2 (1 - e_X - e_Z) for any state of two qubits, and
e_X + e_Z is at most 2 (1 - F), which is all that can be wrong at X, Y and Z together. Who measures
other axes than it says wins less.

It is no Bell test without loopholes: outcomes and axes are taken as the nodes report them.
"""

from __future__ import annotations

import math
from abc import abstractmethod

from qonform.ports.entanglement import Axis, Bell
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
from qonform.statistics.links.correlation import sign
from qonform.statistics.links.result import Result, Verdict, fewer

CLASSICAL = 0.75
"""Share of wins, at the most, without entanglement: S = 2."""
QUANTUM = (2 + math.sqrt(2)) / 4
"""Share of wins, at the most, with entanglement: S = 2 sqrt 2."""
TURNED = (Axis.Z_PLUS_X, Axis.Z_MINUS_X)
STRAIGHT = (Axis.X, Axis.Z)


def wins(state: Bell, turned: Axis, straight: Axis, one: int, other: int) -> bool:
    """Whether outcomes are related as the state makes likelier.

    Where (Z ± X)/sqrt2 meets Z, that is the sign of ZZ; where it meets X, it is ± the sign of XX.
    Which end measures which makes no difference, for Bell states are the same from both ends.

    Args:
        state: the reported one.
        turned: one end's axis, of `TURNED`.
        straight: the other end's axis, X or Z.
        one: an outcome, 0 or 1.
        other: the other end's.
    """
    likelier = sign(state, straight)
    if turned is Axis.Z_MINUS_X and straight is Axis.X:
        likelier = -likelier
    return (one == other) == (likelier > 0)


def least_wins(fidelity: float) -> float:
    """Share of wins, at the least, of pairs with this fidelity to the state that is reported."""
    return 0.5 + (2 * fidelity - 1) * math.sqrt(2) / 4


class _Game(Claim):
    """Pairs in complete sets of the four combinations.

    Args:
        alpha_fail: see `Claim`.
        alpha_pass: see `Claim`.
    """

    name: str

    def __init__(self, alpha_fail: float = ALPHA_FAIL, alpha_pass: float = ALPHA_PASS) -> None:
        self._won = Balance((one, other) for one in TURNED for other in STRAIGHT)
        super().__init__(alpha_fail, alpha_pass)

    @property
    @abstractmethod
    def _proof(self) -> float:
        """Share of wins above which it holds."""

    @abstractmethod
    def _look(self, n: int, won: int) -> float:
        """Log capital against the claim."""

    @abstractmethod
    def _more_to_break(self, n: int, won: int, share: float) -> int | None:
        """Pairs until it is broken, if wins go on coming with this share."""

    def see(self, state: Bell, one_axis: Axis, other_axis: Axis, one: int, other: int) -> None:
        """Takes in a pair: its reported state, axes and outcomes; either end may be the turned one.

        Pairs of other axes are left out.
        """
        turned, straight = (one_axis, other_axis) if one_axis in TURNED else (other_axis, one_axis)
        if turned not in TURNED or straight not in STRAIGHT:
            return
        won_it = wins(state, turned, straight, one, other)
        if self._won.see((turned, straight), won_it, state):
            n, won = self._won.n, self._won.ones
            self.holds = self.holds.at(log_e_above(n, won, self._proof))
            self.broken = self.broken.at(self._look(n, won))

    def result(self) -> Result:
        """What it says by now."""
        n, won = self._won.n, self._won.ones
        share, own = won / max(1, n), self.holds.alpha / 2
        more = fewer(
            more_until_above(n, won, self._proof, self.holds.alpha, share),
            self._more_to_break(n, won, share),
        )
        decided = self.verdict is not Verdict.UNDECIDED
        return Result(
            name=self.name,
            pairs=n,
            holds=self.holds,
            broken=self.broken,
            quantity="CHSH value S",
            estimate=8 * share - 4 if n else None,
            interval=(8 * lower_bound(n, won, own) - 4, 8 * upper_bound(n, won, own) - 4),
            interval_alpha=self.holds.alpha,
            more=0 if decided else self._won.whole(more),
        )


class Chsh(_Game):
    """Whether pairs violate S <= 2; that they do not is no fault.

    It is broken only by more wins than any state allows.

    Args:
        alpha_fail: chance, at the most, that it is ever broken though S <= 2 sqrt 2.
        alpha_pass: chance, at the most, that it ever holds though S <= 2.
    """

    name = "pairs violate the CHSH inequality"
    _proof = CLASSICAL

    def _look(self, n: int, won: int) -> float:
        return log_e_above(n, won, QUANTUM)

    def _more_to_break(self, n: int, won: int, share: float) -> int | None:
        return more_until_above(n, won, QUANTUM, self.broken.alpha, share)


class TurnedAxes(_Game):
    """Whether ends that say (Z ± X)/sqrt2 measure there, of pairs with a certain fidelity.

    It is broken by fewer wins than the fidelity implies, and holds once wins are certainly more
    than half of the way to that from a toss, which is what Z and X instead of them come to. One
    axis instead of both comes to S = 2 at the most: that takes more pairs, or `Chsh`.

    Args:
        min_fidelity: more than 1/2.
        alpha_fail: chance, at the most, that it is ever broken though it is so.
        alpha_pass: chance, at the most, that it ever holds though wins are less than half the way.
        end: whose axes, in words.
    """

    def __init__(
        self,
        min_fidelity: float,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        end: str = "an end",
    ) -> None:
        self.name = f"{end} measures between Z and X where it says so"
        self._least = least_wins(min_fidelity)
        super().__init__(alpha_fail, alpha_pass)

    @property
    def _proof(self) -> float:
        return (0.5 + self._least) / 2

    def _look(self, n: int, won: int) -> float:
        return log_e_below(n, won, self._least)

    def _more_to_break(self, n: int, won: int, share: float) -> int | None:
        return more_until_below(n, won, self._least, self.broken.alpha, share)
