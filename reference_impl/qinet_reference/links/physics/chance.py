"""Where chance comes from, and how one of several things is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


ROUNDING = 1e-12
"""Probabilities below this are what rounding leaves of 0."""


class Chance(Protocol):
    """Uniform numbers, such as `random.Random`."""

    def random(self) -> float:
        """From 0 up to but without 1."""
        ...


def draw(weights: Sequence[float], chance: Chance) -> int:
    """Which of several things: place i with a probability in proportion to `weights[i]`.

    What has a weight below `ROUNDING` never comes.
    """
    places = [place for place, weight in enumerate(weights) if weight > ROUNDING]
    left = chance.random() * sum(weights[place] for place in places)
    for place in places:
        left -= weights[place]
        if left < 0:
            return place
    return places[-1]  # rounding has used up what was left
