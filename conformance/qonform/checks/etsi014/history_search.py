"""Looks for a history that breaks something, and makes it as short as it can be."""

from __future__ import annotations

import time
from itertools import takewhile
from typing import TYPE_CHECKING

from qonform.checks.etsi014.history_cast import Cast
from qonform.checks.etsi014.history_player import Broken, Player
from qonform.checks.etsi014.history_steps import Step, about_the_last, plainer, shorter
from qonform.drivers.meter import TargetDown
from qonform.judging import Bench, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Search(Cast):
    """What one search shares: who takes part, what has been found, when to stop.

    Args:
        benches: of each transport; the answers over the first are judged.
        asked: the requirements that a history may break.
    """

    def __init__(self, benches: tuple[Bench, ...], asked: Iterable[str]) -> None:
        began_bits = benches[0].driver.meter.spent.key_bits
        super().__init__(benches)
        self.asked = set(asked)
        self.known = frozenset(self.asked)
        """All that a history may break; what has been found is no more asked."""
        self._spent_at_most = began_bits + self.judged.allowance_bits
        """In bit: all that is found by then may be made short for `shortening_bits` more."""
        self._shortens = False
        self.fetches = self.across = 0
        """Answers to Get key with key IDs, and deliveries over another transport than Get key."""
        self.late = False
        """Whether something came that a short wait had missed."""
        self.broken: Broken | None = None
        self.over: str | None = None
        """Why nothing more is asked, if so."""
        self.down: str | None = None
        """Why nobody answers any more, if so."""

    @property
    def idle(self) -> bool:
        """Nothing more is asked: budget or patience is out, or the search has what it wants."""
        return self.over is not None or self.broken is not None

    def pay(self, bits: int) -> None:
        """Raises Undecidable when the search has spent its share."""
        self.judged.afford(bits)
        if self.judged.driver.meter.spent.key_bits + bits > self._spent_at_most:
            raise Undecidable("the share of the key budget that histories may use is spent")

    def _may_shorten(self) -> None:
        if not self._shortens:
            self._shortens = True
            left = self.judged.driver.meter.key_bits_left  # others need theirs, too
            self._spent_at_most += min(self.judged.shortening_bits, left // 4)

    def shortest(self, at_most: int, within_s: float) -> Broken | None:
        """The history that was found, without whatever it does not need; None if it is none.

        It may turn out to break another requirement than it seemed to. The one that is shown has
        waited in full for whatever was due.

        Args:
            at_most: how many other histories are tried.
            within_s: for how long, in seconds, however slow the target is.
        """
        first = self.broken
        if first is None:
            return None
        self._may_shorten()
        until = time.monotonic() + within_s
        tries = takewhile(lambda _: time.monotonic() < until, range(at_most))
        steps = first.steps
        if (related := about_the_last(steps)) != steps and self._breaks(related, first):
            steps = related
        for less in (shorter, plainer, shorter):
            steps = self._reduced(steps, less, first, tries)
        last = self._breaks(steps, first, patient=True)
        if last is None and not self.late:
            self.late, self.broken = True, None  # it may have come late: look again, and wait
            return None
        return last or first

    def _reduced(
        self,
        steps: tuple[Step, ...],
        less: Callable[[tuple[Step, ...]], Iterator[tuple[Step, ...]]],
        first: Broken,
        tries: Iterator[int],
    ) -> tuple[Step, ...]:
        """What is left when nothing can be left out any more."""
        while True:
            for candidate in less(steps):
                if next(tries, None) is None:
                    return steps
                if self._breaks(candidate, first):
                    steps = candidate
                    break
            else:
                return steps

    def _breaks(
        self, steps: tuple[Step, ...], first: Broken, *, patient: bool = False
    ) -> Broken | None:
        """Whether the steps, taken anew, lack the same thing at their last one."""
        player = Player(self, self.known, patient=patient)
        try:
            for step in steps:
                player.take(step)
        except Broken as broken:
            same = broken.found.due == first.found.due and len(broken.steps) == len(steps)
            return broken if same else None
        except (Undecidable, TargetDown):
            return None
        return None
