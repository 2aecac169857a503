"""Whose the events under one name are: the worlds that are possible for one request key.

A request whose ACK has not come, or never came, is known by nothing. Events under a name that no
ACK has given may be of any such request of that origin. Each is a world, with a life of its own,
and a world is possible until something contradicts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.link_ends import at_the_end, settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.oracles.link_facts import Asked, Told, Violation
    from qonform.oracles.link_life import Life
    from qonform.oracles.link_numbers import PairEnd
    from qonform.ports.entanglement import RequestKey


@dataclass
class World:
    """A world in which the events under a name are of one request."""

    life: Life
    found: list[Violation] = field(default_factory=list)
    """What contradicts it, and was not yet said."""
    judged: bool = False
    """Whether its end was judged."""


@dataclass
class Claim:
    """The events under one name, and the worlds that may explain them."""

    key: RequestKey
    worlds: list[World]
    told: list[Told] = field(default_factory=list)
    owner: Asked | None = None
    """The request to which an ACK gave the name."""
    nobodys: bool = False
    """It was said that no request explains them."""
    reused_s: float | None = None
    """When the name was given again before it was surely free; then nothing else is judged."""

    def take(self, told: Told, end: PairEnd | None) -> None:
        """An event under this name."""
        self.told.append(told)
        for world in self.worlds:
            world.found += world.life.take(told, end)

    def of(self, asked: Asked) -> World | None:
        """The world in which they are of this request."""
        return next((world for world in self.worlds if world.life.asked is asked), None)

    def drop(self, asked: Asked) -> None:
        """They are not of this request."""
        self.worlds = [world for world in self.worlds if world.life.asked is not asked]

    def contradictions(self) -> list[Violation]:
        """What is to be said: that which contradicts the best world, if there is none without."""
        if not self.worlds or not all(world.found for world in self.worlds):
            return []
        best = min(self.worlds, key=lambda world: len(world.found))
        found, best.found = best.found, []
        return found

    def judge_end(self, at_s: float) -> None:
        """Judges, in each world, a request of which nothing more can come."""
        for world in self.worlds:
            if not world.judged and settled(world.life, at_s):
                world.judged = True
                world.found += at_the_end(world.life, self.key)


def without_a_request(claims: Iterable[Claim]) -> list[Claim]:
    """Claims that are one too many: no choice of one request for each leaves them one."""
    taken: dict[int, Claim] = {}

    def place(claim: Claim, tried: set[int]) -> bool:
        possible = [world for world in claim.worlds if not world.found]
        for world in possible or claim.worlds:
            asked = id(world.life.asked)
            if asked in tried:
                continue
            tried.add(asked)
            if asked not in taken or place(taken[asked], tried):
                taken[asked] = claim
                return True
        return False

    return [claim for claim in claims if not place(claim, set())]
