"""How long things took, as cumulative distributions: one chart, and a table of the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.chart import Chart, Curve, Tick, across, finite, steps, up
from qonform_report.visible import shortened
from qonform_report.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qonform_report.chart import Scale

MOST_CURVES = 4
"""Of one chart: as many as there are dashes that a reader can tell apart."""
QUANTILES = (0.0, 0.5, 0.9, 0.99, 1.0)
HEADS = ("fastest", "half", "0.9", "0.99", "slowest")
_KEYS = ("first", "second", "third", "fourth")
_SHORTEST_S, _LONGEST_S = 1e-6, 1e6
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Waits:
    """A chart of several distributions, and a row of each: name, cases, and the QUANTILES."""

    chart: Chart
    heads: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def waits(members: Sequence[Mapping[str, Any]], id_: str, title: str) -> Waits | None:
    """The chart of these; None where there are none."""
    shown = members[:MOST_CURVES]
    if not shown:
        return None
    seconds = [_bounded(point["s"]) for each in shown for point in each["points"]]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    high = max(high, low + 1)
    x, y = across(low, high), up(0, 1)
    chart = Chart(
        id_,
        title,
        _in_words(shown),
        "time, each line ten times the last",
        "share of cases",
        tuple(Tick(x(power), short_time(10.0**power)) for power in range(low, high + 1)),
        tuple(Tick(y(share / 4), f"{share / 4:g}") for share in range(5)),
        (),
        tuple(_curve(each, key, x, y) for each, key in zip(shown, _KEYS, strict=False)),
        (),
    )
    return Waits(chart, HEADS, tuple(_row(each) for each in members[: 2 * MOST_CURVES]))


def _curve(member: Mapping[str, Any], key: str, x: Scale, y: Scale) -> Curve:
    points = [(math.log10(_bounded(p["s"])), p["share"]) for p in member["points"]]
    return Curve(key, shortened(member["of"], _LONGEST_NAME), steps(points, x, y))


def _row(member: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    name = shortened(member["of"], _LONGEST_NAME)
    return name, f"{member['cases']:,}", tuple(short_time(_at(member, q)) for q in QUANTILES)


def _at(member: Mapping[str, Any], share: float) -> float:
    """The time within which at least that share of the cases was over, as far as it is told."""
    points = member["points"]
    found = next((p["s"] for p in points if p["share"] >= share - 1e-9), points[-1]["s"])
    return float(found)


def _in_words(members: Sequence[Mapping[str, Any]]) -> str:
    told = [
        f"{shortened(each['of'], _LONGEST_NAME)}: half within {short_time(_at(each, 0.5))}, "
        f"0.99 of them within {short_time(_at(each, 0.99))}"
        for each in members
    ]
    return listed(told) + "."


def _bounded(seconds: float) -> float:
    return max(_SHORTEST_S, min(_LONGEST_S, finite(seconds)))


def short_time(seconds: float) -> str:
    """A time with two or three digits: `180 µs`, `2.8 ms`, `12 s`."""
    seconds = finite(seconds)
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= size * 0.9995 or unit == "µs":
            return f"{float(f'{seconds / size:.3g}'):g} {unit}"
    raise AssertionError
