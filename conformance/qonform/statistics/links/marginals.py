"""What one end sees by itself, and pairs whose ends measured at different axes.

Bell states, and all mixtures of them, give either outcome with 1/2 at each end and axis, and
outcomes at two different Pauli axes that are equal with 1/2. Axes that nodes draw have the
probabilities that were asked for, and what one end draws foretells nothing of what the other does.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from qonform.statistics.betting import CONCENTRATIONS, log_average, log_e_of_counts
from qonform.statistics.links.claim import ALPHA_FAIL, ALPHA_PASS, Claim
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.result import Result
from qonform.statistics.links.share import TOLERANCE, Share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.ports.entanglement import Axis, Bell


class End(Enum):
    """The two ends of a link."""

    CREATOR = "the creator"
    PEER = "the peer"


class Bias:
    """Outcomes of each end at each of some axes: as many ones as zeros.

    Args:
        axes: at which pairs are measured; ends and axes have equal parts of the error bounds.
        alpha_fail: chance, at the most, that fair outcomes are ever called biased.
        alpha_pass: chance, at the most, that any bias of the tolerance or more ever holds.
        tolerance: bias that is excluded where none is found.
    """

    def __init__(
        self,
        axes: tuple[Axis, ...] = PAULI_AXES,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        tolerance: float = TOLERANCE,
    ) -> None:
        part = len(axes) * len(End)
        self._of = {
            (end, axis): Share(
                f"outcomes of {end.value} at {axis.value} are fair",
                "share of outcome 1",
                0.5,
                alpha_fail / part,
                alpha_pass / part,
                tolerance,
            )
            for end in End
            for axis in axes
        }

    def see(self, end: End, axis: Axis, outcome: int) -> None:
        """Takes in the outcome of one end of a pair. Other axes are left out."""
        if (end, axis) in self._of:
            self._of[end, axis].see(outcome == 1)

    @property
    def claims(self) -> list[Share]:
        """One for each end and axis that has been seen."""
        return [share for share in self._of.values() if share.n]

    def results(self) -> list[Result]:
        """What it says of each end and axis that has been seen."""
        return [claim.result() for claim in self.claims]


class Frequencies:
    """How often one end draws each axis, against the probabilities that were asked for.

    Args:
        end: which.
        asked: probability of each axis; together 1.
        alpha_fail: chance, at the most, that the right probabilities are ever called wrong.
        alpha_pass: chance, at the most, that any deviation of the tolerance or more ever holds.
        tolerance: deviation that is excluded where none is found.
    """

    def __init__(
        self,
        end: End,
        asked: dict[Axis, float],
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        tolerance: float = TOLERANCE,
    ) -> None:
        self._of = {
            axis: Share(
                f"{end.value} draws {axis.value} with probability {probability:g}",
                f"share of {axis.value}",
                probability,
                alpha_fail / len(asked),
                alpha_pass / len(asked),
                tolerance,
            )
            for axis, probability in asked.items()
        }

    def see(self, axis: Axis) -> None:
        """Takes in the axis of a pair at this end; one that was not asked for counts as none."""
        for each, share in self._of.items():
            share.see(each is axis)

    @property
    def claims(self) -> list[Share]:
        """One for each axis."""
        return list(self._of.values())

    def results(self) -> list[Result]:
        """What it says of each axis."""
        return [claim.result() for claim in self.claims]


class Independence(Claim):
    """Whether the axis that one end draws foretells the axis that the other draws.

    The bets foretell the peer's axis from the creator's. Against them stands the best that *any*
    fixed probabilities of the peer could have done, so that none need be known: the capital is
    below that of a bet against the true ones (universal inference). It holds once ends certainly
    have a common axis as often as they should, within the tolerance.

    Args:
        creator: probabilities of the creator's axes that were asked for.
        peer: those of the peer's, at the same axes.
        alpha_fail: chance, at the most, that independent draws are ever called dependent.
        alpha_pass: chance, at the most, that it ever holds though common axes stray by the
            tolerance.
        tolerance: how far their share may stray at the most where it is said to hold.
    """

    name = "the ends draw their axes independently"

    def __init__(
        self,
        creator: dict[Axis, float],
        peer: dict[Axis, float],
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        tolerance: float = TOLERANCE,
    ) -> None:
        super().__init__(alpha_fail, alpha_pass)
        common = sum(probability * peer.get(axis, 0.0) for axis, probability in creator.items())
        self._common = Share(
            self.name, "share of pairs with a common axis", common, alpha_fail, alpha_pass,
            tolerance,
        )  # fmt: skip
        self._counts = {one: dict.fromkeys(peer, 0) for one in creator}

    def see(self, creator: Axis, peer: Axis) -> None:
        """Takes in a pair: the axes of its ends. Axes that were not asked for are left out."""
        if creator not in self._counts or peer not in self._counts[creator]:
            return
        self._counts[creator][peer] += 1
        self._common.see(creator is peer)
        self.holds = self._common.holds
        self.broken = self.broken.at(self._log_e)

    @property
    def _log_e(self) -> float:
        rows = [list(row.values()) for row in self._counts.values()]
        columns = [sum(column) for column in zip(*rows, strict=True)]
        n, axes = sum(columns), len(columns)
        best = math.fsum(count * math.log(axes * count / n) for count in columns if count)
        return math.fsum(_log_e_of_row(row) for row in rows) - best

    def result(self) -> Result:
        """What it says by now."""
        common = self._common.result()
        return Result(
            name=self.name,
            pairs=common.pairs,
            holds=self.holds,
            broken=self.broken,
            quantity=common.quantity,
            estimate=common.estimate,
            interval=common.interval,
            interval_alpha=common.interval_alpha,
            more=0 if self.broken.speaks else common.more,
        )


def _log_e_of_row(counts: Iterable[int]) -> float:
    row = list(counts)
    return log_average([log_e_of_counts(row, concentration) for concentration in CONCENTRATIONS])


class Mismatched:
    """Outcomes of pairs whose ends measured at different axes: equal with 1/2.

    Each Bell state and each order of two axes is looked at by itself, since a node that measures at
    another axis than it says shows with opposite signs in different ones.

    Args:
        alpha_fail: chance, at the most, that uncorrelated outcomes are ever called correlated.
        alpha_pass: chance, at the most, that a correlation of twice the tolerance ever holds.
        tolerance: how far from 1/2 equal outcomes are excluded where nothing is found.
    """

    CELLS = 24
    """Bell states times orders of two different axes: equal parts of the error bounds."""

    def __init__(
        self,
        alpha_fail: float = ALPHA_FAIL,
        alpha_pass: float = ALPHA_PASS,
        tolerance: float = TOLERANCE,
    ) -> None:
        self._alphas = alpha_fail / self.CELLS, alpha_pass / self.CELLS
        self._tolerance = tolerance
        self._of: dict[tuple[Bell, Axis, Axis], Share] = {}

    def see(self, reported: Bell, creator: Axis, peer: Axis, one: int, other: int) -> None:
        """Takes in a pair: reported state, axes, outcomes. Common and other axes are left out."""
        if creator is peer or not {creator, peer} <= set(PAULI_AXES):
            return
        cell = reported, creator, peer
        if cell not in self._of:
            self._of[cell] = Share(
                f"{reported.name}: outcomes at {creator.value} and {peer.value} are uncorrelated",
                "share of equal outcomes",
                0.5,
                *self._alphas,
                self._tolerance,
            )
        self._of[cell].see(one == other)

    @property
    def claims(self) -> list[Share]:
        """One for each state and each two axes that have been seen."""
        return list(self._of.values())

    def results(self) -> list[Result]:
        """What it says of each state and each two axes that have been seen."""
        return [claim.result() for claim in self.claims]
