"""E-processes against "these symbols are drawn uniformly and independently".

Bets are placed on every symbol before it is seen; the capital that they would have won is the
e-value. Under the hypothesis the capital is a martingale of mean 1, so the chance that it *ever*
exceeds 1/alpha is at most alpha (Ville's inequality): one may look after every key, and stop at any
time. An average of such capitals, with weights fixed beforehand, is one more of them.

Each bet is a Dirichlet mixture, which has a closed form in the counts. That of Krichevsky and
Trofimov, with all parameters 1/2, is at home far from uniform, and pays for it with O(log n) near
it; larger parameters look nearer and pay less. An average over a few loses little anywhere.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONCENTRATIONS = (0.5, 8.0, 128.0, 2048.0)
"""Parameters of the Dirichlet mixtures, the same for each symbol of one mixture."""


def log_average(logs: Sequence[float]) -> float:
    """Logarithm of the average of the numbers whose logarithms are given."""
    highest = max(logs)
    if math.isinf(highest):
        return highest
    return highest + math.log(sum(math.exp(each - highest) for each in logs) / len(logs))


def log_e_of_counts(counts: Iterable[int], concentration: float) -> float:
    """Log capital, in nats, of one Dirichlet mixture after symbols with these counts.

    Args:
        counts: how often each symbol of the alphabet has come.
        concentration: the mixture's parameter, the same for each symbol.
    """
    by_count = Counter(counts)
    alphabet = by_count.total()
    n = sum(count * symbols for count, symbols in by_count.items())
    return (
        math.lgamma(alphabet * concentration)
        - math.lgamma(n + alphabet * concentration)
        + sum(
            symbols * (math.lgamma(count + concentration) - math.lgamma(concentration))
            for count, symbols in by_count.items()
        )
        + n * math.log(alphabet)
    )


@dataclass
class UniformityBet:
    """Capital of a gambler who bets that symbols 0 .. alphabet-1 are not uniform."""

    alphabet: int
    concentrations: tuple[float, ...] = CONCENTRATIONS
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
    def log_e(self) -> float:
        """Logarithm of the e-value, in nats."""
        return log_average([log_e_of_counts(self.counts, c) for c in self.concentrations])
