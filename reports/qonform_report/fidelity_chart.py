"""The fidelity of pairs and the evidence for and against it, as pairs came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.chart import (
    Chart,
    Curve,
    Mark,
    Tick,
    across,
    band,
    even_ticks,
    finite,
    path,
    plain,
    signed,
    up,
)
from qonform_report.words import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 8
"""Of the course in numbers."""


@dataclass(frozen=True)
class Side:
    """How far the evidence for one verdict has come."""

    look: Look
    words: str


@dataclass(frozen=True)
class FidelityCourse:
    """Two charts over the same pairs, and the same in words and numbers."""

    sentence: str
    sides: tuple[Side, ...]
    charts: tuple[Chart, ...]
    rows: tuple[tuple[str, ...], ...]
    """Pairs, estimate, interval, e-value for pass, e-value for fail; evidence as log10."""


def fidelity_course(course: Mapping[str, Any], place: int) -> FidelityCourse | None:
    """The course of one fidelity; None before the first pair."""
    points = course["points"]
    if not points:
        return None
    last = points[-1]
    estimate = "not known" if last.get("estimate") is None else f"{last['estimate']:.3f}"
    sentence = (
        f"After {last['pairs']:,} pairs the fidelity is {estimate}, between {last['low']:.3f} and "
        f"{last['high']:.3f}. This interval holds at every look but with a chance of at most "
        f"{course['error_bound']:.2g}."
    )
    passes, fails = _sides(course, last)
    return FidelityCourse(
        sentence,
        (passes, fails),
        (
            _estimates(course, sentence, place),
            _evidence(course, f"{passes.words} {fails.words}", place),
        ),
        tuple(_row(point) for point in _chosen(points)),
    )


def _sides(course: Mapping[str, Any], last: Mapping[str, Any]) -> tuple[Side, Side]:
    passed = last["pass_log10"] >= course["passes_at_log10"]
    failed = last["fail_log10"] >= course["fails_at_log10"]
    return (
        Side(
            Look("pass", "pass: reached") if passed else Look("inconclusive", "pass: not reached"),
            f"Against {course['mark']:g} or less: e-value 10^{_power(last['pass_log10'])}, "
            f"which passes from 10^{plain(course['passes_at_log10'])}.",
        ),
        Side(
            Look("fail", "fail: reached")
            if failed
            else Look("not-applicable", "fail: not reached"),
            f"Against {course['asked_for']:g} or more, as was asked for: e-value "
            f"10^{_power(last['fail_log10'])}, which fails from "
            f"10^{plain(course['fails_at_log10'])}.",
        ),
    )


def _power(log10: float) -> str:
    return plain(round(finite(log10), 1) + 0.0)


def _estimates(course: Mapping[str, Any], desc: str, place: int) -> Chart:
    points = course["points"]
    low = min(0.5, course["mark"], *(p["estimate"] or 0.0 for p in points[len(points) // 3 :]))
    low = max(0.0, low)
    x, y = across(0, points[-1]["pairs"]), up(low, 1)
    known = [(p["pairs"], p["estimate"]) for p in points if p.get("estimate") is not None]
    curves = [Curve("first", "estimate", path(known, x, y))] if known else []
    interval = band(
        [(p["pairs"], p["low"]) for p in points], [(p["pairs"], p["high"]) for p in points], x, y
    )
    return Chart(
        f"fidelity-{place}",
        "Fidelity over pairs spent",
        desc,
        "pairs",
        "fidelity",
        _pairs(points, x),
        tuple(Tick(y(v), plain(v)) for v in even_ticks(low, 1)),
        (Curve("first", "interval", interval),),
        tuple(curves),
        (
            Mark("fail", f"asked for: {course['asked_for']:g}", y(course["asked_for"])),
            Mark("pass", f"mark to pass: {course['mark']:g}", y(course["mark"])),
        ),
    )


def _evidence(course: Mapping[str, Any], desc: str, place: int) -> Chart:
    points = course["points"]
    limits = course["passes_at_log10"], course["fails_at_log10"]
    values = [p[side] for p in points for side in ("pass_log10", "fail_log10")]
    low, high = max(-12.0, min(0.0, *values)), min(100.0, max(1.1 * max(limits), *values))
    x, y = across(0, points[-1]["pairs"]), up(low, high)
    return Chart(
        f"evidence-{place}",
        "Evidence over pairs spent",
        desc,
        "pairs",
        "log₁₀ e-value",
        _pairs(points, x),
        tuple(Tick(y(v), plain(v)) for v in even_ticks(low, high)),
        (),
        (
            Curve("pass", "for pass", path([(p["pairs"], p["pass_log10"]) for p in points], x, y)),
            Curve("fail", "for fail", path([(p["pairs"], p["fail_log10"]) for p in points], x, y)),
        ),
        (
            Mark("pass", f"passes from {plain(limits[0])}", y(limits[0])),
            Mark("fail", f"fails from {plain(limits[1])}", y(limits[1])),
        ),
    )


def _pairs(points: list[Mapping[str, Any]], x: Any) -> tuple[Tick, ...]:
    return tuple(Tick(x(v), f"{v:,.0f}") for v in even_ticks(0, max(1, points[-1]["pairs"])))


def _chosen(points: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A few of them, as far apart as may be, with the last."""
    every = -(-len(points) // MOST_ROWS)
    return points[::-1][::every][::-1]


def _row(point: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{point['pairs']:,}",
        "not known" if point.get("estimate") is None else f"{point['estimate']:.3f}",
        f"{point['low']:.3f} to {point['high']:.3f}",
        signed(point["pass_log10"]),
        signed(point["fail_log10"]),
    )
