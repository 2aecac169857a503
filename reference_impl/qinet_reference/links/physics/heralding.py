"""Attempts at a pair, most of which fail; a herald tells of one that succeeds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qinet_reference.links.physics.bell import Bell
from qinet_reference.links.physics.chance import Chance, draw
from qinet_reference.links.physics.states import require_probabilities

if TYPE_CHECKING:
    from collections.abc import Mapping


def _both_psi() -> Mapping[Bell, float]:
    return {Bell.PSI_PLUS: 0.5, Bell.PSI_MINUS: 0.5}


@dataclass(frozen=True, slots=True)
class Heralding:
    """Attempts one after the other, independent and alike.

    Raises:
        ValueError: there are no attempts, none can succeed, or the labels have no probabilities.
    """

    attempts_per_second: float
    success_probability: float
    """Of one attempt. Above 0, up to 1."""
    labels: Mapping[Bell, float] = field(default_factory=_both_psi)
    """The probability of each Bell state, given that an attempt succeeds. If absent, the two that
    linear optics tells apart, equally often."""

    def __post_init__(self) -> None:
        if not 0 < self.attempts_per_second < math.inf:
            raise ValueError(f"no rate of attempts: {self.attempts_per_second}")
        if not 0 < self.success_probability <= 1:
            raise ValueError(f"no attempt can succeed: {self.success_probability}")
        require_probabilities(self.labels.values())

    @property
    def attempt_s(self) -> float:
        """How long an attempt takes, with its herald. Unit: s."""
        return 1 / self.attempts_per_second

    @property
    def pairs_per_second(self) -> float:
        """Pairs on average, while attempts go on. Unit: 1/s."""
        return self.attempts_per_second * self.success_probability

    def attempts(self, chance: Chance) -> int:
        """How many attempts until one succeeds, that one included; at least 1.

        More than k with the probability (1 - success_probability)^k.
        """
        if self.success_probability == 1:
            chance.random()
            return 1
        failures = math.log1p(-chance.random()) / math.log1p(-self.success_probability)
        return 1 + math.floor(failures)

    def label(self, chance: Chance) -> Bell:
        """In which Bell state an attempt that succeeds is heralded."""
        bells = tuple(self.labels)
        return bells[draw([self.labels[bell] for bell in bells], chance)]
