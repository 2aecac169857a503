"""What one node has told of one request: UNSEEN, RUN(k), DONE, TIMEOUT(k), REJECTED, FAILED(k).

Three choices of the text are left open here. A pair that was declared void may count towards the
number asked for, or be replaced. A request whose pairs were all declared void at once may go on, or
have ended. And that all pairs were delivered may be said, or be left to be counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.ports.entanglement import SEQUENCE_NUMBERS, Void

if TYPE_CHECKING:
    from qonform.oracles.link_facts import Told
    from qonform.oracles.link_numbers import PairEnd


@dataclass
class Side:
    """A request at one of its nodes.

    Args:
        number: pairs asked for.
    """

    number: int
    oks: list[PairEnd] = field(default_factory=list)
    """In the order in which they came."""
    events: list[Told] = field(default_factory=list)
    end: Told | None = None
    """What said that nothing more comes of it."""
    void: set[int] = field(default_factory=set)
    """Positions of pairs that are void and may have been told of."""
    ranges: list[tuple[int, int]] = field(default_factory=list)
    """Positions that were declared void, told of or not."""
    ended_perhaps: bool = False
    """All pairs were declared void at once."""
    replaceable: int = 0
    """Pairs that were declared void before the node said that the request is done."""

    @property
    def unseen(self) -> bool:
        """Whether the node has told nothing of it."""
        return not self.events

    @property
    def full(self) -> bool:
        """Whether no more OKs may come, even if void pairs are replaced."""
        return len(self.oks) - self.replaceable >= self.number

    @property
    def perhaps_done(self) -> bool:
        """Whether it may be done: void pairs count, also those that were never told of."""
        told = {ok.position for ok in self.oks}
        untold = {
            position
            for first, end in self.ranges
            for position in range(first, min(end, first + self.number))
        }
        return len(told | untold) >= self.number

    @property
    def over(self) -> bool:
        """Whether nothing more need come of it."""
        return self.end is not None or self.perhaps_done or self.ended_perhaps

    @property
    def live(self) -> set[int]:
        """Positions of the pairs that were told of and not declared void."""
        return {ok.position for ok in self.oks} - self.void

    def take_ok(self, ok: PairEnd) -> None:
        """A pair was told of."""
        self.oks.append(ok)

    def take_void(self, void: Void, first: int | None, newest: int) -> None:
        """Pairs were declared void.

        Args:
            first: position of the first of the range, if it names one.
            newest: position of the newest pair of the link.
        """
        hit = {
            ok.position
            for ok in self.oks
            if void.covers(ok.position % SEQUENCE_NUMBERS)
            and (first is None or ok.position > newest - SEQUENCE_NUMBERS)
        }
        if self.end is None:
            self.replaceable += len(hit - self.void)
        self.void |= hit
        if first is None or void.first is None or void.end is None:
            self.ended_perhaps = True
        else:
            self.ranges.append((first, first + (void.end - void.first) % SEQUENCE_NUMBERS))

    def declared_void(self, position: int) -> bool:
        """Whether a range of this request named the pair."""
        return any(first <= position < end for first, end in self.ranges)
