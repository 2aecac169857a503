"""Whole histories of links against the model of the life of requests, made as short as can be."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from qonform.checks.qia_egp.history_machine import History
from qonform.checks.qia_egp.history_player import Broken, Player
from qonform.checks.qia_egp.history_steps import shorter
from qonform.drivers.meter import TargetDown
from qonform.judging import Undecidable, by_effort, judges
from qonform.ports.entanglement import PairType
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.checks.qia_egp.history_steps import Step
    from qonform.judging import Judge, LinkBench, LinkUser

JUDGED = (
    "QIA-EGP-ACK-01",
    "QIA-EGP-ACK-03",
    "QIA-EGP-ATO-01",
    "QIA-EGP-CON-02",
    "QIA-EGP-ERR-02",
    "QIA-EGP-KEP-01",
    "QIA-EGP-KEP-02",
    "QIA-EGP-OK-01",
    "QIA-EGP-OK-02",
    "QIA-EGP-OK-03",
    "QIA-EGP-OK-04",
    "QIA-EGP-OK-09",
    "QIA-EGP-PUR-02",
    "QIA-EGP-PUR-03",
    "QIA-EGP-SEQ-01",
    "QIA-EGP-SEQ-02",
    "QIA-EGP-SEQ-03",
    "QIA-EGP-SYM-02",
    "QIA-EGP-TIM-01",
    "QIA-EGP-TIM-02",
    "QIA-EGP-TIM-03",
)
_MOST_TRIES = (12, 30, 150)
"""Histories that are tried to make one shorter."""
_TO_SHORTEN = (60, 200, 2_000)
"""And with how many pairs."""
_LONGEST_S = (8, 30, 300)
"""And for how long, in seconds."""


class Search:
    """What one search shares: who takes part, what has been found, when to stop."""

    def __init__(self, links: LinkBench) -> None:
        self.links = links
        self.pairs, self.others = _cast(links)
        self.types = [kind for kind in PairType if kind in links.link.types]
        self.most = max(1, links.link.max_number)
        self.histories = 0
        self._left = links.allowance
        self.over: str | None = None
        """Why nothing more is asked, if so."""
        self.broken: Broken | None = None
        self.steps: tuple[Step, ...] = ()
        self.story: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """Nothing more is asked."""
        return self.over is not None or self.broken is not None

    def type(self, kind: int) -> PairType:
        """One of those that the link offers."""
        return self.types[kind % len(self.types)]

    def player(self) -> Player:
        """Of a new history."""
        return Player(self.links, self.pairs, self.others, frozenset(JUDGED), self._pay)

    def _pay(self, pairs: int) -> bool:
        if pairs > self._left:
            return False
        self._left -= pairs
        return True

    def found(self, broken: Broken, steps: list[Step], player: Player) -> None:
        """A history broke something."""
        self.broken, self.steps, self.story = broken, tuple(steps), tuple(player.story)

    def shorten(self, at_most: int, within_s: float) -> None:
        """Leaves out of the history that was found whatever it does not need."""
        self._left = self.links.by_effort(*_TO_SHORTEN)
        until, tries = time.monotonic() + within_s, 0
        candidates = shorter(self.steps)
        while (less := next(candidates, None)) is not None:
            if tries == at_most or time.monotonic() > until:
                return
            tries += 1
            if self._breaks(less):
                candidates = shorter(self.steps)

    def _breaks(self, steps: tuple[Step, ...]) -> bool:
        """Whether the steps, taken anew, break the same; they are then what is shown."""
        player, requirement = None, self.broken and self.broken.requirement
        try:
            player = self.player()
            for step in steps:
                player.take(step)
            player.end()
        except Broken as broken:
            if broken.requirement != requirement:
                return False
            self.found(broken, list(steps), player)  # type: ignore[arg-type]
            return True
        except (Undecidable, TargetDown):
            return False
        finally:
            if player is not None:
                player.close()
        return False


def _cast(
    links: LinkBench,
) -> tuple[list[tuple[LinkUser, LinkUser]], dict[str, LinkUser]]:
    """Who asks whom, and another application at the node of each."""
    creator, peer = links.creator, links.peer
    pairs = [(creator, peer), (peer, creator)]
    others: dict[str, LinkUser] = {}
    for first, role in ((creator, Role.SECOND_CREATOR), (peer, Role.SECOND_PEER)):
        with suppress(Undecidable):
            second = links.user(role)
            others |= {first.id: second, second.id: first}
            if role is Role.SECOND_CREATOR:
                pairs.append((second, peer))
            else:
                pairs.append((creator, second))
    return pairs, others


@judges(
    deepens=JUDGED,
    pairs=by_effort(60, 300, 4_000),
    shortening=by_effort(*_TO_SHORTEN),
    chance=True,
)
def any_history_agrees_with_the_model(links: LinkBench, judge: Judge) -> None:
    """Random histories at both ends at once, held against a model over sets of possible worlds."""
    search = Search(links)
    chosen = settings(
        max_examples=max(2, links.by_effort(4, 16, 200)),
        stateful_step_count=links.by_effort(8, 12, 30),
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Run", (History,), {"search": search})
    with suppress(Broken, Flaky), with_reporter(lambda _text: None):
        run_state_machine_as_test(seed(links.seed)(machine), settings=chosen)
    if search.broken is not None:
        search.shorten(links.by_effort(*_MOST_TRIES), links.by_effort(*_LONGEST_S))
        broken = search.broken
        judge.that(
            broken.requirement,
            False,
            due=broken.due,
            came=broken.came,
            evidence=broken.evidence,
            history=_lines(search.story, broken.due),
        )
        return
    if search.over is not None:
        raise Undecidable(search.over)
    came = f"{search.histories} histories, all as the model allows"
    for requirement in JUDGED:
        judge.that(requirement, True, due="-", came=came, evidence=())


def _lines(story: tuple[str, ...], due: str) -> tuple[str, ...]:
    return (*(f"{place}. {line}" for place, line in enumerate(story, 1)), f"due: {due}")
