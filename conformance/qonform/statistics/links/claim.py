"""What a sequential test over pairs is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from qonform.statistics.links.result import Evidence, decided

if TYPE_CHECKING:
    from qonform.statistics.links.result import Result, Verdict

ALPHA_FAIL = 1e-6
"""Chance, at the most, that a true claim is ever called broken."""
ALPHA_PASS = 1e-3
"""Chance, at the most, that a false claim is ever said to hold."""


class Claim(ABC):
    """A claim about pairs, with evidence against either side.

    Args:
        alpha_fail: chance, at the most, that it is ever called broken though it is true.
        alpha_pass: chance, at the most, that it is ever said to hold though it is false.
    """

    def __init__(self, alpha_fail: float, alpha_pass: float) -> None:
        self.holds = Evidence(0.0, alpha_pass)
        """Against "it does not hold", by now."""
        self.broken = Evidence(0.0, alpha_fail)
        """Against "it holds", by now."""

    @property
    def verdict(self) -> Verdict:
        """That of `result`, for less work."""
        return decided(self.holds, self.broken)

    @abstractmethod
    def result(self) -> Result:
        """What it says by now, in full."""
