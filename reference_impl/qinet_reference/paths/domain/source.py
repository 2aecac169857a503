"""The pairs of one link, as its physical layer heralds them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.physics.noise import PairNoise
from qinet_reference.links.physics.states import End
from qinet_reference.paths.domain.fidelity import memory
from qinet_reference.paths.domain.messages import PairName
from qinet_reference.paths.domain.segment import Half, Segment

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bell import Bell
    from qinet_reference.paths.domain.agenda import Agenda, Appointment


@dataclass(frozen=True, slots=True)
class LinkPair:
    """A pair that was heralded; its halves are at the node towards the head-end, and the other."""

    name: PairName
    bell: Bell
    time: float
    halves: tuple[Half, Half]


class Source:
    """While pairs are wanted, attempts follow one another; `made` is told of each pair."""

    def __init__(
        self,
        link: int,
        terms: Terms,
        agenda: Agenda,
        chance: random.Random,
        made: Callable[[LinkPair], None],
    ) -> None:
        self._link = link
        self._terms = terms
        self._heralding = terms.heralding()
        self._agenda = agenda
        self._chance = chance
        self._made = made
        self._numbers = count(1)
        self._success: Appointment | None = None

    def look_again(self, wanted: bool, now: float) -> None:
        """Begin or stop attempts."""
        if not wanted and self._success is not None:
            self._success.cancel()
            self._success = None
        elif wanted and self._success is None:
            attempts = self._heralding.attempts(self._chance)
            moment = now + attempts * self._terms.attempt_time
            self._success = self._agenda.at(moment, self._succeed)

    def _succeed(self, now: float) -> None:
        self._success = None
        bell = self._heralding.label(self._chance)
        first, second = (Half(end, memory(self._terms), now, self._chance) for end in End)
        Segment(PairNoise(self._terms.fidelity, self._terms.errors).state(bell), (first, second))
        name = PairName(self._link, next(self._numbers))
        self._made(LinkPair(name, bell, now, (first, second)))
