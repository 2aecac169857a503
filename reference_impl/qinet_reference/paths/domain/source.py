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
    """A pair that was heralded; its halves are at the node towards the head-end, and the other.

    Which is the first half makes no difference: all states that links make are symmetric.
    """

    name: PairName
    bell: Bell
    time: float
    halves: tuple[Half, Half]


@dataclass(slots=True, eq=False)
class Label:
    """A circuit, as one of its links knows it: its `link`, and who is told of each pair."""

    link: int
    made: Callable[[LinkPair], None]
    wanted: bool = False


class Source:
    """One link, for all circuits that lead over it, in either direction.

    While pairs are wanted, attempts follow one another. Each pair is for one circuit, by its
    label, in turn, so that no circuit ever has another's.
    """

    def __init__(self, terms: Terms, agenda: Agenda, chance: random.Random) -> None:
        self.terms = terms
        self._heralding = terms.heralding()
        self._agenda = agenda
        self._chance = chance
        self._numbers = count(1)
        self._labels: list[Label] = []
        self._success: Appointment | None = None

    def new_label(self, link: int, made: Callable[[LinkPair], None]) -> Label:
        """Lead a circuit over this link."""
        label = Label(link, made)
        self._labels.append(label)
        return label

    def look_again(self, label: Label, wanted: bool, now: float) -> None:
        """Begin or stop attempts."""
        label.wanted = wanted
        if self._success is None and wanted:
            attempts = self._heralding.attempts(self._chance)
            moment = now + attempts * self.terms.attempt_time
            self._success = self._agenda.at(moment, self._succeed)
        elif self._success is not None and not any(one.wanted for one in self._labels):
            self._success.cancel()
            self._success = None

    def _succeed(self, now: float) -> None:
        self._success = None
        label = next(one for one in self._labels if one.wanted)
        self._labels.remove(label)
        self._labels.append(label)
        bell = self._heralding.label(self._chance)
        first, second = (Half(end, memory(self.terms), now, self._chance) for end in End)
        Segment(PairNoise(self.terms.fidelity, self.terms.errors).state(bell), (first, second))
        name = PairName(label.link, next(self._numbers))
        label.made(LinkPair(name, bell, now, (first, second)))
