"""Whether the fidelity of pairs, as their mean, is at least what was asked for.

With e_X, e_Y and e_Z, the shares of pairs that break their Bell state's relation at an axis, any
state of two qubits has the fidelity F = 1 - (e_X + e_Y + e_Z) / 2. So F >= F_min is a statement
about the mean share of errors over the three axes, and pairs are counted in complete triples, one
pair of each axis: whatever order and whatever surplus the axes come in, and however e_X, e_Y and
e_Z differ, neither side's error bound is touched (see `bets` and `balance`).

What decides the axes must not know the outcomes, and a node that knows the axis of a pair before
it makes the pair could make one that is good at this axis alone: no test of this kind can see it.
"""

from __future__ import annotations

from abc import abstractmethod
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
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.cost import error_share
from qonform.statistics.links.result import Result, Verdict, fewer

if TYPE_CHECKING:
    from qonform.ports.entanglement import Axis, Bell


class FidelityTest(Claim):
    """Both sides of F >= F_min at once.

    Args:
        min_fidelity: F_min, from 0 to 1.
        alpha_fail: chance, at the most, that it ever fails though F >= F_min.
        alpha_pass: chance, at the most, that it ever passes though F <= F_min.
        name: the claim, in words.
    """

    axes: tuple[Axis, ...]

    def __init__(
        self,
        min_fidelity: float,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        name: str = "",
    ) -> None:
        self.min_fidelity = min_fidelity
        self.name = name or f"the fidelity is at least {min_fidelity:g}"
        self._counted = Balance(self.axes)
        super().__init__(alpha_fail, alpha_pass)

    @property
    @abstractmethod
    def _most_errors(self) -> float:
        """The share of errors in complete sets, above which F >= F_min is not certain."""

    def see(self, axis: Axis, error: bool, reported: Bell | None = None) -> None:
        """Takes in a pair. Pairs of other axes are left out.

        Args:
            axis: of both ends.
            error: whether the outcomes break the relation of the reported state.
            reported: that state. Where links report several, sets are made of pairs of one, so that
                nothing depends on which axes which states were measured at.
        """
        if self._counted.see(axis, error, reported):
            n, errors = self._counted.n, self._counted.ones
            self.holds = self.holds.at(log_e_below(n, errors, self._most_errors))
            self._look()

    @abstractmethod
    def _look(self) -> None:
        """Renews the evidence against F >= F_min."""

    @property
    def _more_to_hold(self) -> int | None:
        n, errors = self._counted.n, self._counted.ones
        alpha, share = self.holds.alpha, errors / max(1, n)
        more = more_until_below(n, errors, self._most_errors, alpha, share)
        return self._counted.whole(more)

    def _said(
        self,
        pairs: int,
        estimate: float | None,
        interval: tuple[float, float],
        more_to_fail: int | None,
    ) -> Result:
        decided = self.verdict is not Verdict.UNDECIDED
        return Result(
            name=self.name,
            pairs=pairs,
            holds=self.holds,
            broken=self.broken,
            quantity="fidelity",
            estimate=estimate,
            interval=(max(0.0, interval[0]), max(0.0, interval[1])),
            interval_alpha=self.holds.alpha + self.broken.alpha,
            more=0 if decided else fewer(self._more_to_hold, more_to_fail),
        )


class Fidelity(FidelityTest):
    """From pairs at X, Y and Z. A surplus of an axis waits for the others.

    It passes exactly when its interval has been above F_min, and fails when it has been below.
    """

    axes = PAULI_AXES

    @property
    def _most_errors(self) -> float:
        return error_share(self.min_fidelity)

    def _look(self) -> None:
        n, errors = self._counted.n, self._counted.ones
        self.broken = self.broken.at(log_e_above(n, errors, self._most_errors))

    def result(self) -> Result:
        """What it says by now."""
        n, errors = self._counted.n, self._counted.ones
        low = 1 - 1.5 * upper_bound(n, errors, self.holds.alpha)
        high = 1 - 1.5 * lower_bound(n, errors, self.broken.alpha)
        share, alpha = errors / max(1, n), self.broken.alpha
        more = self._counted.whole(more_until_above(n, errors, self._most_errors, alpha, share))
        return self._said(n, max(0.0, 1 - 1.5 * share) if n else None, (low, high), more)


class FidelityFromTwoAxes(FidelityTest):
    """From pairs at two axes, which tell bounds of F: 1 - e_1 - e_2 <= F <= 1 - max(e_1, e_2).

    It passes by the lower one and fails by the upper one. Between them it stays undecided, however
    many pairs come.

    Args:
        axes: the two.
    """

    def __init__(
        self,
        axes: tuple[Axis, Axis],
        min_fidelity: float,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        name: str = "",
    ) -> None:
        self.axes = axes
        super().__init__(min_fidelity, alpha_fail, alpha_pass, name)
        self._each = {axis: Balance((axis,)) for axis in axes}

    @property
    def _most_errors(self) -> float:
        return (1 - self.min_fidelity) / 2

    def see(self, axis: Axis, error: bool, reported: Bell | None = None) -> None:
        """Takes in a pair: see `FidelityTest.see`."""
        if axis in self._each:
            self._each[axis].see(axis, error)
            super().see(axis, error, reported)
            self._look()  # also where no set is complete: one axis may be enough

    def _look(self) -> None:
        null = 1 - self.min_fidelity
        logs = [log_e_above(one.n, one.ones, null) for one in self._each.values()]
        self.broken = self.broken.at(log_average(logs))

    def result(self) -> Result:
        """What it says by now."""
        share_of_alpha = self.broken.alpha / 2
        each = tuple(self._each.values())
        low = 1 - 2 * upper_bound(self._counted.n, self._counted.ones, self.holds.alpha)
        high = 1 - max(lower_bound(one.n, one.ones, share_of_alpha) for one in each)
        more: int | None = None
        for one in each:
            share = one.ones / max(1, one.n)
            null = 1 - self.min_fidelity
            of_axis = more_until_above(one.n, one.ones, null, share_of_alpha, share)
            more = fewer(more, None if of_axis is None else 2 * of_axis)
        return self._said(sum(one.n for one in each), None, (low, high), more)
