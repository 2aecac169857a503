"""Whether pairs are in the Bell state that is reported for them.

A wrong state is wrong at two of the three axes, where its errors rise from few to nearly all. And
whatever the state, F >= f allows no axis more errors than 1 - f, so the errors at any two axes
speak against f without regard to how many there are of each.
"""

from __future__ import annotations

from qonform.ports.entanglement import Axis, Bell
from qonform.statistics.betting import log_average
from qonform.statistics.links.balance import Balance
from qonform.statistics.links.bets import (
    log_e_above,
    more_until_above,
)
from qonform.statistics.links.claim import ALPHA_FAIL, ALPHA_PASS, Claim
from qonform.statistics.links.correlation import PAULI_AXES, breaks, telling_axes
from qonform.statistics.links.fidelity import (
    Fidelity,
    FidelityFromTwoAxes,
    FidelityTest,
)
from qonform.statistics.links.result import Result, Verdict, fewer


class ReportedState(Claim):
    """Of pairs that are reported to be in one Bell state: whether another fits better.

    It holds once the fidelity to the reported state is certainly above 1/2, so that no other state
    can be nearer.

    Args:
        state: the reported one.
        alpha_fail: chance, at the most, that it is ever called wrong though F >= `at_least`.
        alpha_pass: chance, at the most, that it ever holds though F <= 1/2.
        at_least: fidelity to the reported state that pairs have if it is the true one. The default
            takes no more for granted than that it is the nearest; a link's own F_min finds a wrong
            state in fewer pairs, and also one that is merely bad.
        axes: those at which pairs are measured: X, Y and Z, or two of them.
    """

    def __init__(
        self,
        state: Bell,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        at_least: float = 0.5,
        axes: tuple[Axis, ...] = PAULI_AXES,
    ) -> None:
        super().__init__(alpha_fail, alpha_pass)
        self.state = state
        self._most_errors = 1 - at_least
        self._right: FidelityTest = (
            FidelityFromTwoAxes((axes[0], axes[1]), 0.5, alpha_fail, alpha_pass)
            if len(axes) == 2
            else Fidelity(0.5, alpha_fail, alpha_pass)
        )
        self._errors = {axis: Balance((axis,)) for axis in PAULI_AXES}
        self._axes = {other: telling_axes(state, other) for other in Bell if other is not state}

    def see(self, axis: Axis, one: int, other: int) -> None:
        """Takes in a pair: the axis of both ends, one of X, Y and Z, and their outcomes."""
        error = breaks(self.state, axis, one, other)
        self._right.see(axis, error)
        self.holds = self._right.holds
        self._errors[axis].see(axis, error)
        logs = [log_e_above(*self._counts(rival), self._most_errors) for rival in self._axes]
        self.broken = self.broken.at(log_average(logs))

    def _counts(self, rival: Bell) -> tuple[int, int]:
        """Pairs that tell the reported state from this one, and those that speak for this one."""
        told = [self._errors[axis] for axis in self._axes[rival]]
        return sum(one.n for one in told), sum(one.ones for one in told)

    def result(self) -> Result:
        """What it says by now."""
        right = self._right.result()
        nearest = max(self._axes, key=lambda s: log_e_above(*self._counts(s), self._most_errors))
        n, errors = self._counts(nearest)
        share = errors / max(1, n)
        own = self.broken.alpha / len(self._axes)
        more = more_until_above(n, errors, self._most_errors, own, share)
        in_all = None if more is None else -(-3 * more // 2)  # two axes of three tell
        decided = self.verdict is not Verdict.UNDECIDED
        return Result(
            name=f"pairs reported as {self.state.name} are in that state",
            pairs=sum(each.n for each in self._errors.values()),
            holds=self.holds,
            broken=self.broken,
            quantity=f"fidelity to {self.state.name}",
            estimate=right.estimate,
            interval=right.interval,
            interval_alpha=right.interval_alpha,
            more=0 if decided else fewer(right.more, in_all),
            found=f"outcomes fit {nearest.name} better" if self.broken.log_e > 0 else "",
        )


class Labels:
    """All reported states, under one error bound of each side; each state has a quarter of it.

    Args:
        alpha_fail: chance, at the most, that any true state is ever called wrong.
        alpha_pass: chance, at the most, that any wrong state ever holds.
        at_least: fidelity to the reported state that pairs have if it is the true one.
        axes: those at which pairs are measured: X, Y and Z, or two of them.
    """

    def __init__(
        self,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        at_least: float = 0.5,
        axes: tuple[Axis, ...] = PAULI_AXES,
    ) -> None:
        shares = alpha_fail / len(Bell), alpha_pass / len(Bell)
        self._of = {state: ReportedState(state, *shares, at_least, axes) for state in Bell}
        self._seen: set[Bell] = set()

    def see(self, reported: Bell, axis: Axis, one: int, other: int) -> None:
        """Takes in a pair: its reported state, the common axis X, Y or Z, and the outcomes."""
        self._seen.add(reported)
        self._of[reported].see(axis, one, other)

    @property
    def claims(self) -> list[ReportedState]:
        """One for each state that was reported."""
        return [claim for state, claim in self._of.items() if state in self._seen]

    def results(self) -> list[Result]:
        """What it says of each state that was reported."""
        return [claim.result() for claim in self.claims]
