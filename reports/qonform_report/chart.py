"""Small line charts as geometry: pure functions from numbers to what a template draws.

A chart is 360 by 220 units, so that its letters can be read where a telephone shows it whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 46.0, 350.0, 12.0, 180.0
"""Where the plot lies within the chart."""
MOST_POINTS = 120
"""Of a curve; of more, some are left out."""
_LARGEST = 1e12
_TICKS = 5

Scale = Callable[[float], float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A place on an axis, and what is written there."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """A line or a band: a key for colour and dash, a name, and its path."""

    key: str
    name: str
    path: str


@dataclass(frozen=True)
class Mark:
    """A level across the chart, with its name."""

    key: str
    name: str
    at: float


@dataclass(frozen=True)
class Chart:
    """All that is drawn. `desc` says in words what the picture shows."""

    id: str
    title: str
    desc: str
    across: str
    up: str
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    bands: tuple[Curve, ...]
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]


def finite(value: float) -> float:
    """A number that can be drawn: what is no number is 0, and what is too large is cut."""
    return 0.0 if math.isnan(value) else max(-_LARGEST, min(_LARGEST, value))


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """From `low` to `high`, evenly, between two places; beyond them it stays at the end."""
    width = high - low or 1.0

    def place(value: float) -> float:
        share = max(0.0, min(1.0, (finite(value) - low) / width))
        return round(start + (end - start) * share, 1)

    return place


def across(low: float, high: float) -> Scale:
    """Along the plot."""
    return linear(low, high, LEFT, RIGHT)


def up(low: float, high: float) -> Scale:
    """From the bottom of the plot to its top."""
    return linear(low, high, BOTTOM, TOP)


def even_ticks(low: float, high: float) -> list[float]:
    """A few round numbers from `low` to `high`: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / _TICKS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) + 0.0 for n in range(first, math.floor(high / step + 1e-9) + 1)]


def path(points: Iterable[Point], x: Scale, y: Scale) -> str:
    """A line through points."""
    return "M" + "L".join(f"{x(a):g} {y(b):g}" for a, b in thinned(list(points)))


def steps(points: Iterable[Point], x: Scale, y: Scale) -> str:
    """A line that goes across first, and up where the next point lies."""
    (first, *others) = thinned(list(points))
    drawn = [f"M{x(first[0]):g} {y(first[1]):g}"]
    return "".join([*drawn, *(f"H{x(a):g}V{y(b):g}" for a, b in others)])


def band(lows: Sequence[Point], highs: Sequence[Point], x: Scale, y: Scale) -> str:
    """The area between two lines."""
    return path([*thinned(list(highs)), *reversed(thinned(list(lows)))], x, y) + "Z"


def thinned(points: list[Point]) -> list[Point]:
    """No more than MOST_POINTS of them or so, with the first and the last."""
    every = -(-len(points) // MOST_POINTS)
    return points if every <= 1 else [*points[:-1:every], points[-1]]


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, and a true minus."""
    shown = f"{finite(value):+.{digits}f}"
    return shown.replace("-", "\u2212")


def plain(value: float) -> str:
    """A number for an axis."""
    return f"{value:g}".replace("-", "\u2212")
