"""What measured pairs show of a link, in counts: correlations, and the fidelity as pairs come.

Never judged, and never a pair by itself: no outcome can be read from what is told.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from qonform.monitors.pair_statistics import asked_for, at_common_axes
from qonform.ports.entanglement import Axis, Bell, PairType
from qonform.statistics.links.bets import lower_bound, upper_bound
from qonform.statistics.links.fidelity import Fidelity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.judging import Sampled
    from qonform.statistics.links.result import Evidence

ERROR = 0.05
"""Chance, at the most, that the interval of a correlation ever misses it."""
FEWEST = 5
"""Pairs of which a correlation is told: fewer would tell nearly what each of them gave."""
POINTS = 40
"""Of the course of a fidelity, at the most."""
_MOST_LOG10 = 300.0
_DIRECTIONS: dict[Axis, tuple[float, float, float]] = {
    Axis.X: (1, 0, 0),
    Axis.Y: (0, 1, 0),
    Axis.Z: (0, 0, 1),
    Axis.Z_PLUS_X: (math.sqrt(0.5), 0, math.sqrt(0.5)),
    Axis.Z_MINUS_X: (-math.sqrt(0.5), 0, math.sqrt(0.5)),
}
"""Along X, Y and Z."""

Cell = tuple[PairType, Bell, Axis, Axis]


def correlations(sample: Iterable[Sampled]) -> list[dict[str, Any]]:
    """The mean product of outcomes (+1 or -1), by type, reported state and both axes.

    Pairs that were measured at other axes than those that have a name are left out.
    """
    pairs: Counter[Cell] = Counter()
    equal: Counter[Cell] = Counter()
    for pair in sample:
        one, other = pair.outcomes
        kind, axes = pair.origin.made.type, (one.basis, other.basis)
        if kind is None or not {one.outcome, other.outcome} <= {0, 1}:
            continue
        if isinstance(axes[0], Axis) and isinstance(axes[1], Axis):
            cell = kind, pair.bell_state, axes[0], axes[1]
            pairs[cell] += 1
            equal[cell] += one.outcome == other.outcome
    order = {each: place for kind in (PairType, Bell, Axis) for place, each in enumerate(kind)}
    cells = sorted(
        (c for c in pairs if pairs[c] >= FEWEST), key=lambda cell: [order[each] for each in cell]
    )
    return [_correlation(cell, pairs[cell], equal[cell]) for cell in cells]


def _correlation(cell: Cell, pairs: int, equal: int) -> dict[str, Any]:
    kind, state, one, other = cell
    low, high = lower_bound(pairs, equal, ERROR / 2), upper_bound(pairs, equal, ERROR / 2)
    return {
        "type": kind.value,
        "bell_state": state.name,
        "axes": [one.value, other.value],
        "pairs": pairs,
        "equal": equal,
        "estimate": round(2 * equal / pairs - 1, 4),
        "low": round(2 * low - 1, 4),
        "high": round(2 * high - 1, 4),
        "error_bound": ERROR,
        "ideal": round(ideal(state, one, other), 4) + 0.0,
    }


def ideal(state: Bell, one: Axis, other: Axis) -> float:
    """The mean product of outcomes at two axes, of a pair that is perfectly in that state."""
    return sum(
        sign * a * b
        for sign, a, b in zip(state.value, _DIRECTIONS[one], _DIRECTIONS[other], strict=True)
    )


def fidelity_course(sample: Iterable[Sampled], step: float, expected: float | None) -> list[Any]:
    """How estimate, interval and e-values went as pairs came; of those asked for with the most.

    Args:
        sample: all pairs that were measured at both ends.
        step: how far below what is expected a fidelity is to be certified.
        expected: what the link says that pairs have; None if it does not.

    Returns:
        One entry; none where no pair was measured at a common axis.
    """
    common = [  # what has no meaning is asked for on purpose, and some nodes serve it
        each
        for each in asked_for(at_common_axes(sample), PairType.MEASURE, 0.0)
        if 0 <= each.min_fidelity <= 1
    ]
    if not common:
        return []
    least = max(each.min_fidelity for each in common)
    mark = max(0.0, min(least, (least if expected is None else expected) - step))
    common = [each for each in common if each.min_fidelity >= least]
    asked, certified = Fidelity(least), Fidelity(mark)
    every = max(1, -(-len(common) // POINTS))
    points = []
    for place, each in enumerate(common, 1):
        for test in (asked, certified):
            test.see(each.axis, each.breaks)
        if place % every == 0 or place == len(common):
            points.append(_point(asked, certified))
    by_pairs = {point["pairs"]: point for point in points if point["pairs"]}
    return [
        {
            "asked_for": least,
            "mark": mark,
            "fails_at_log10": round(asked.broken.threshold / math.log(10), 3),
            "passes_at_log10": round(certified.holds.threshold / math.log(10), 3),
            "error_bound": asked.broken.alpha + asked.holds.alpha,
            "points": list(by_pairs.values()),
        }
    ]


def _point(asked: Fidelity, certified: Fidelity) -> dict[str, Any]:
    result = asked.result()
    low, high = result.interval
    return {
        "pairs": result.pairs,
        "estimate": None if result.estimate is None else round(result.estimate, 4),
        "low": round(low, 4),
        "high": round(min(1.0, high), 4),
        "fail_log10": _log10(asked.broken),
        "pass_log10": _log10(certified.holds),
    }


def _log10(evidence: Evidence) -> float:
    return round(max(-_MOST_LOG10, min(_MOST_LOG10, evidence.log_e / math.log(10))), 3)
