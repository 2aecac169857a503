"""The machine that makes histories of links: everybody asks for anything, at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from qonform.checks.qia_egp.history_player import Broken
from qonform.checks.qia_egp.history_steps import Accept, Again, Create, Rest, Stop, Use
from qonform.drivers.meter import TargetDown
from qonform.judging import Undecidable
from qonform.ports.entanglement import Delivery, Interleaving

if TYPE_CHECKING:
    from qonform.checks.qia_egp.histories import Search
    from qonform.checks.qia_egp.history_player import Player
    from qonform.checks.qia_egp.history_steps import Step

_MOST = 4
"""Pairs of one request."""


class History(RuleBasedStateMachine):
    """Creates from both ends, what is done with qubits, and who accepts what."""

    search: Search

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.player: Player | None = None
        if not self.search.idle:
            try:
                self.player = self.search.player()
            except (Undecidable, TargetDown) as reason:
                self.search.over = str(reason)

    @initialize(pair=st.integers(0, 3), kind=st.integers(0, 2))
    def begin(self, pair: int, kind: int) -> None:
        """A history without a request tells nothing."""
        self._take(Create(0, pair % len(self.search.pairs), self.search.type(kind)))

    @rule(
        pair=st.integers(0, 3),
        kind=st.integers(0, 2),
        number=st.integers(1, _MOST),
        delivery=st.sampled_from(Delivery),
        interleaving=st.sampled_from(Interleaving),
        priority=st.integers(0, 7),
        hurried=st.sampled_from([False, False, False, True]),
    )
    def create(
        self,
        pair: int,
        kind: int,
        number: int,
        delivery: Delivery,
        interleaving: Interleaving,
        priority: int,
        *,
        hurried: bool,
    ) -> None:
        """An application asks for pairs, at either end."""
        self._take(
            Create(
                len(self.steps),
                pair % len(self.search.pairs),
                self.search.type(kind),
                min(number, self.search.most),
                delivery,
                interleaving,
                priority,
                hurried,
            )
        )

    @rule(back=st.integers(0, 4))
    def again(self, back: int) -> None:
        """A call is sent again: nobody knows whether the first arrived."""
        if names := self._names():
            self._take(Again(names[-1 - back % len(names)]))

    @rule(
        back=st.integers(0, 4),
        place=st.integers(0, 7),
        measured=st.booleans(),
        by_owner=st.sampled_from([True, True, False]),
    )
    def use(self, back: int, place: int, *, measured: bool, by_owner: bool) -> None:
        """Somebody measures or releases a qubit."""
        if names := self._names():
            self._take(Rest())
            self._take(Use(names[-1 - back % len(names)], place, measured, by_owner))

    @rule(pair=st.integers(0, 3), on=st.booleans())
    def accept(self, pair: int, *, on: bool) -> None:
        """A purpose is accepted, or no longer."""
        pair %= len(self.search.pairs)
        self._take(Accept(pair) if on else Stop(pair))

    @rule()
    def rest(self) -> None:
        """Everybody waits."""
        self._take(Rest())

    def teardown(self) -> None:
        """All that was asked for comes to its end, and is held against the model."""
        if self.player is None:
            return
        self._take(None)
        self.player.close()

    def _names(self) -> list[int]:
        return [step.name for step in self.steps if isinstance(step, Create)]

    def _take(self, step: Step | None) -> None:
        """One step more; None is the end."""
        if self.player is None or self.search.idle:
            return
        try:
            if step is None:
                self.player.end()
                self.search.histories += 1
            else:
                self.steps.append(step)
                self.player.take(step)
        except Broken as broken:
            self.search.found(broken, self.steps, self.player)
            raise
        except (Undecidable, TargetDown) as reason:
            self.search.over = str(reason)
