"""Whether pairs of one group have no less fidelity than those of another.

Both groups are measured at X, Y and Z, and compared in complete sets, one pair of each axis and
group, of one reported state. At each axis the difference D of the two errors is -1, 0 or 1, and its
mean over the axes is 2/3 of what the first group's fidelity falls short by. A gambler bets the same
fractions of the capital on every difference; since none ever changes, the bound holds for the mean
over all differences (see `bets`). Groups that are measured side by side may drift together.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from qonform.statistics.betting import log_average
from qonform.statistics.links.claim import ALPHA_FAIL, ALPHA_PASS, Claim
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.result import Result, Verdict
from qonform.statistics.links.share import TOLERANCE

if TYPE_CHECKING:
    from qonform.ports.entanglement import Axis, Bell

_FRACTIONS = tuple(0.01 * 99 ** (step / 23) for step in range(24))
_HALVINGS = 40


def log_e_mean_above(counts: dict[int, int], null: float) -> float:
    """Log capital, in nats, against "the mean is at most `null`", from -1 to 1.

    Args:
        counts: how often each of -1, 0 and 1 came.
    """
    return log_average(
        [
            math.fsum(
                count * math.log1p(fraction * (value - null) / (1 + null))
                for value, count in counts.items()
                if count
            )
            for fraction in _FRACTIONS
        ]
    )


def _turned_round(counts: dict[int, int]) -> dict[int, int]:
    return {-value: count for value, count in counts.items()}


class NoLess(Claim):
    """The fidelity of the first group is no less than that of the second.

    It is broken once it certainly is less, by however little, and holds once it certainly falls
    short by less than the tolerance.

    Args:
        alpha_fail: chance, at the most, that it is ever called broken though it is so.
        alpha_pass: chance, at the most, that it ever holds though it falls short by the tolerance.
        name: the claim, in words.
    """

    def __init__(
        self, alpha_fail: float = ALPHA_FAIL, alpha_pass: float = ALPHA_PASS, name: str = ""
    ) -> None:
        self.name = name or "the first group's fidelity is no less"
        self._waiting: dict[Bell | None, dict[tuple[bool, Axis], deque[bool]]] = {}
        self._counts = {-1: 0, 0: 0, 1: 0}
        super().__init__(alpha_fail, alpha_pass)

    def see(self, first: bool, axis: Axis, error: bool, reported: Bell | None = None) -> None:
        """Takes in a pair.

        Args:
            first: whether it is of the first group.
            axis: X, Y or Z, of both ends.
            error: whether the outcomes break the relation of the reported state.
            reported: that state.
        """
        kinds = [(group, each) for group in (True, False) for each in PAULI_AXES]
        waiting = self._waiting.setdefault(reported, {kind: deque() for kind in kinds})
        waiting[first, axis].append(error)
        if not all(waiting.values()):
            return
        for each in PAULI_AXES:
            self._counts[waiting[True, each].popleft() - waiting[False, each].popleft()] += 1
        self.broken = self.broken.at(log_e_mean_above(self._counts, 0.0))
        most = 2 * TOLERANCE / 3
        self.holds = self.holds.at(log_e_mean_above(_turned_round(self._counts), -most))

    def result(self) -> Result:
        """What it says by now."""
        n = sum(self._counts.values())
        own = self.holds.alpha / 2
        return Result(
            name=self.name,
            pairs=2 * n,
            holds=self.holds,
            broken=self.broken,
            quantity="fidelity that is lost",
            estimate=1.5 * (self._counts[1] - self._counts[-1]) / n if n else None,
            interval=(
                1.5 * _lower_bound(self._counts, own),
                -1.5 * _lower_bound(_turned_round(self._counts), own),
            ),
            interval_alpha=self.holds.alpha,
            more=None if self.verdict is Verdict.UNDECIDED else 0,
        )


def _lower_bound(counts: dict[int, int], alpha: float) -> float:
    """The greatest mean that is refuted as a bound from above."""
    low, high = -1.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        refuted = log_e_mean_above(counts, middle) >= -math.log(alpha)
        low, high = (middle, high) if refuted else (low, middle)
    return low
