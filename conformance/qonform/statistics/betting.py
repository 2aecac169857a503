"""E-processes against "these symbols are drawn uniformly and independently".

A mixture of bets is placed on every symbol before it is seen; the capital that it would have won
is the e-value. Under the hypothesis the capital is a martingale of mean 1, so the chance that it
*ever* exceeds 1/alpha is at most alpha (Ville's inequality): one may look after every key, and
stop at any time. The mixtures are those of Krichevsky and Trofimov (Dirichlet, all parameters
1/2), which lose only O(log n) against the best fixed bet, and have a closed form in the counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class UniformityBet:
    """Capital of a gambler who bets that symbols 0 .. alphabet-1 are not uniform."""

    alphabet: int
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * self.alphabet

    def see(self, symbols: Iterable[int]) -> None:
        """Takes in symbols, in any number."""
        for symbol in symbols:
            self.counts[symbol] += 1

    def add(self, counts: Iterable[int]) -> None:
        """Takes in symbols by how often each occurs: their order does not matter."""
        self.counts = [old + new for old, new in zip(self.counts, counts, strict=True)]

    @property
    def n(self) -> int:
        """Symbols seen."""
        return sum(self.counts)

    @property
    def log10_e(self) -> float:
        """Decimal logarithm of the e-value."""
        k, n = self.alphabet, self.n
        mixture = math.lgamma(k / 2) - math.lgamma(n + k / 2)
        mixture += sum(math.lgamma(c + 0.5) for c in self.counts) - k * math.lgamma(0.5)
        return (mixture + n * math.log(k)) / math.log(10)
