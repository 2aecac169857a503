"""The verdict lattice, in one place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from qonform.catalogue import Level

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What is said of one requirement, in the words of ISO/IEC 9646."""

    PASS = "pass"  # noqa: S105 - no password
    """Seen to hold."""
    FAIL = "fail"
    """Seen not to hold."""
    INCONCLUSIVE = "inconclusive"
    """Not enough key, pairs, time or reach to decide."""
    NOT_APPLICABLE = "not_applicable"
    """Its condition is not met, or it is not claimed."""
    WAIVED = "waived"
    """Failed, with a dated reason in the manifest."""
    NOT_TESTED = "not_tested"
    """Not selected, or no check can exist."""


class Overall(StrEnum):
    """What is said of an implementation."""

    CONFORMING = "conforming"
    NON_CONFORMING = "non_conforming"
    INCONCLUSIVE = "inconclusive"


_WORST_FIRST = (
    Verdict.FAIL,
    Verdict.WAIVED,
    Verdict.INCONCLUSIVE,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """What several checks say of one requirement together: the worst of it; of none, not tested."""
    said = set(verdicts)
    return next((v for v in _WORST_FIRST if v in said), Verdict.NOT_TESTED)


def overall(rows: Iterable[tuple[Level, Verdict]]) -> Overall:
    """What the rows of the claimed profiles say of the implementation.

    One failed *shall* is non-conforming. Else one undecided *shall* forbids the word
    "conforming", and so does a run in which no *shall* was decided at all. *Should* and *may*
    never decide. A *shall* that cannot be tested from outside is no part of the claim.
    """
    shall = {verdict for level, verdict in rows if level is Level.SHALL}
    if Verdict.FAIL in shall:
        return Overall.NON_CONFORMING
    if Verdict.INCONCLUSIVE in shall or not shall & {Verdict.PASS, Verdict.WAIVED}:
        return Overall.INCONCLUSIVE
    return Overall.CONFORMING
