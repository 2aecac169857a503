"""How much of a clause a run decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.words import DECIDED, LOOKS, VERDICTS, Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Share:
    """A stretch of a bar: `n` requirements with one look, from `start` on."""

    look: Look
    start: int
    n: int


@dataclass(frozen=True)
class Coverage:
    """What became of the *shall* of a clause; those not applicable are counted apart."""

    decided: int
    total: int
    shares: tuple[Share, ...]

    @property
    def words(self) -> str:
        """Such as `12 of 13 shall decided`."""
        if not self.total:
            return "no shall applies"
        return f"{self.decided} of {self.total} shall decided"

    @property
    def details(self) -> str:
        """Such as `11 pass, 1 fail, 1 not tested`."""
        return ", ".join(f"{share.n} {share.look.word}" for share in self.shares)


def coverage_of(requirements: Iterable[Mapping[str, Any]]) -> Coverage:
    """The coverage of the *shall* among `requirements`."""
    counts = Counter(each["verdict"] for each in requirements if each["level"] == "shall")
    shares = []
    start = 0
    for verdict in VERDICTS:
        if counts[verdict]:
            shares.append(Share(LOOKS[verdict], start, counts[verdict]))
            start += counts[verdict]
    total = counts.total() - counts["not_applicable"]
    return Coverage(sum(counts[each] for each in DECIDED), total, tuple(shares))
