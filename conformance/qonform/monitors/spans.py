"""How long things took: a distribution in few numbers, and time that several spans cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARES = (0.0, *(step / 20 for step in range(1, 20)), 0.98, 0.99, 1.0)
"""At which a distribution is told."""


def distribution(of: str, profile: str, seconds: Iterable[float]) -> dict[str, Any] | None:
    """A cumulative distribution as results.json has it; None of nothing.

    Args:
        of: what took so long, in words.
        profile: over which it was asked.
        seconds: a time a case, in any order.
    """
    ordered = sorted(seconds)
    if not ordered:
        return None
    last = len(ordered) - 1
    points = [
        {"share": share, "s": round(ordered[round(share * last)], 6)} for share in _told(last + 1)
    ]
    return {"of": of, "profile": profile, "cases": last + 1, "points": points}


def _told(cases: int) -> tuple[float, ...]:
    """No more shares than there are cases to tell them apart."""
    return SHARES if cases > len(SHARES) else tuple(n / max(1, cases - 1) for n in range(cases))


def covered_s(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the spans, each from its start to its end."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
