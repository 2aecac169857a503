"""The sequence numbers of one link, with every turn of the counter told apart.

A number means the same pair at both nodes. It comes again after 65536 others, so each is given a
*position*, which does not wrap: the one that lies nearest to the highest seen so far. A step of
half the range or more counts as a step back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Told, Violation
from qonform.ports.entanglement import SEQUENCE_NUMBERS, PairMade, RequestFailed, RequestKey, Void

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class PairEnd:
    """One end of a pair: the OK, and the pair's position."""

    told: Told
    position: int

    @property
    def made(self) -> PairMade:
        """What the OK says."""
        assert isinstance(self.told.event.what, PairMade)  # noqa: S101 - for the type checker
        return self.told.event.what


@dataclass
class Numbers:
    """All pairs of the two nodes of a link, whatever the request."""

    highest: int | None = None
    ends: dict[tuple[str, int], list[PairEnd]] = field(default_factory=dict)
    """By node and position; more than one only if a number was used twice."""
    voids: list[Told] = field(default_factory=list)

    def near(self, sequence: int) -> int:
        """The position of a number."""
        if self.highest is None:
            return sequence
        step = (sequence - self.highest) % SEQUENCE_NUMBERS
        return self.highest + step - (SEQUENCE_NUMBERS if step >= SEQUENCE_NUMBERS // 2 else 0)

    def enter(self, told: Told, made: PairMade) -> PairEnd:
        """An OK takes its place."""
        position = self.near(made.sequence)
        self.highest = position if self.highest is None else max(self.highest, position)
        end = PairEnd(told, position)
        self.ends.setdefault((told.node, position), []).append(end)
        return end

    def twice(self, end: PairEnd) -> Iterator[Violation]:
        """What an OK breaks whose number this node has given before (I4)."""
        for before in self.ends[end.told.node, end.position][:-1]:
            same = before.told.event.request == end.told.event.request
            yield Violation(
                "QIA-EGP-OK-02" if same else "QIA-EGP-SEQ-01",
                "one OK of each pair" if same else "a sequence number of its own for each pair",
                f"{end.made.sequence} at {end.told.node} for {before.told.event.request}, "
                f"and again for {end.told.event.request}",
                (before.told, end.told),
                "I4",
            )
            return

    def at(self, node: str, position: int) -> list[PairEnd]:
        """What a node has told of a pair."""
        return self.ends.get((node, position), [])

    def perhaps_void(self, node: str, position: int, request: RequestKey) -> bool:
        """Whether a range that a node gave for another request covers the pair.

        The interface speaks of pairs of the request, the draft of all in the range.
        """
        return any(
            told.node == node
            and told.event.request != request
            and (void := void_of(told)) is not None
            and void.first is not None
            and void.covers(position % SEQUENCE_NUMBERS)
            for told in self.voids
        )


def void_of(told: Told) -> Void | None:
    """The pairs that an event declares void, if it does."""
    what = told.event.what
    return what.void if isinstance(what, RequestFailed) else None
