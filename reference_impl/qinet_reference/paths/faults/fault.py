"""What a seeded fault of a path is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.paths.alteration import AltersPaths, PathAlteration
from qinet_reference.paths.domain.model import Confirmed, ConfirmedPair, Delivered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.paths.domain.model import PathNotice
    from qinet_reference.paths.plan import PathPlan


class PathFault(PathAlteration):
    """A lie that a network can tell; the docstring of each subclass says which.

    `requirements` are the ids, in the suite's catalogue, of what it breaks. `seen_in` names
    public implementations that are known to have it. `beside` names the variants without which
    it does not show.
    """

    requirements: ClassVar[tuple[str, ...]]
    seen_in: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()


class PathServiceFault(PathFault, AltersPaths):
    """A lie in what a node answers."""


class AtTheTail(PathFault, ABC):
    """A lie of the tail-end about what it tells, whatever the other end tells."""

    _tails: frozenset[tuple[str, str]] = frozenset()

    def plan(self, plan: PathPlan) -> PathPlan:
        """Learns which nodes are tail-ends."""
        self._tails = frozenset((one.id, one.nodes[-1]) for one in plan.circuits)
        return plan

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        """See `PathAlteration`."""
        if (notice.circuit, notice.node) in self._tails:
            yield from self.instead(notice)
        else:
            yield notice

    @abstractmethod
    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        """What the tail-end tells instead of a notice."""


def pair_of(notice: PathNotice) -> ConfirmedPair | None:
    """The pair that a notice tells of, if it tells of one that is confirmed."""
    what = notice.what
    return what.pair if isinstance(what, Delivered | Confirmed) else None


def with_pair(notice: PathNotice, pair: ConfirmedPair) -> PathNotice:
    """The notice, as if it told of another pair."""
    assert isinstance(notice.what, Delivered | Confirmed)  # noqa: S101 - as it has a pair
    return replace(notice, what=replace(notice.what, pair=pair))
