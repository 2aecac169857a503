"""What one check or monitor says of one requirement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qonform.judging.verdict import Verdict


class Undecidable(Exception):  # noqa: N818 - not an error: the check ends here without a verdict
    """Raised by a check, or on its behalf, when it cannot go on: too little key, no such client.

    Every requirement that the check has not decided by then is inconclusive, for this reason.
    """


@dataclass(frozen=True)
class Finding:
    """One judgement. `evidence` holds numbers of the exchange log."""

    requirement: str
    verdict: Verdict
    message: str
    expected: str | None = None
    actual: str | None = None
    evidence: tuple[int, ...] = ()
    examples: int = 1
    """How many cases were judged for it."""
    history: tuple[str, ...] = ()
    """The shortest sequence of steps that shows it, a line each, where it takes several."""
