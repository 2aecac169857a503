"""What the benches of links and of paths have in common: who asks, how long, how much, what chance.

Nothing here judges. What cannot be had (a client that the manifest lacks, a pair that the budget
does not give) ends the check as undecided, never as failed.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from qonform.drivers.identity import Identity
from qonform.drivers.meter import Resource, TargetDown
from qonform.judging.cost import LinkOffer
from qonform.judging.finding import Undecidable
from qonform.judging.patience import VAIN_WAITS
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.drivers.qinet_listening import QinetListening
    from qonform.exchanges import Exchange, ExchangeLog
    from qonform.judging.cost import Effort
    from qonform.ports.entanglement import LinkEvent
    from qonform.ports.paths import PathEvent
    from qonform.target import LinkClaims, Target

HURRIED_S = 1.0
"""How long a request is waited for once others were in vain too often, in seconds."""
SURELY = 20
"""Pairs more than are wanted, in whose time those wanted are made but for a chance of 1e-9."""
LOOK_S = 0.05
"""How often one looks whether something has come about, in seconds."""

U = TypeVar("U")
"""An application, and what it can ask at its node."""


class Evidence(Protocol):
    """What the exchanges of a run show of its pairs."""

    def see(self, exchange: Exchange) -> None:
        """Takes in one exchange."""
        ...

    def has_single_ends(self) -> bool:
        """Whether there are pairs that only one end was told of, and that are not void."""
        ...


class PairBench(ABC, Generic[U]):
    """What a check of pairs works with, whatever makes them.

    Args:
        target: the manifest.
        driver: the transport.
        evidence: takes in all exchanges of the run over it.
        claims: what the manifest tells of the nodes' times.
        effort: how much to explore.
        seed: of everything random.
    """

    table: str
    """Which table of a node in the manifest says where it is asked."""

    def __init__(
        self,
        target: Target,
        driver: QinetListening[LinkEvent] | QinetListening[PathEvent],
        evidence: Evidence,
        claims: LinkClaims,
        effort: Effort,
        seed: int,
    ) -> None:
        self.target = target
        self.profile = driver.profile
        self.effort = effort
        self.seed = seed
        self.borrowed: list[int] = []
        """Exchanges that earlier checks caused and that this one's pairs came with."""
        self.allowance = driver.meter.pair_budget
        """What the check that runs draws at most from a target that conforms, in pairs."""
        self._asked = driver
        self._seen = evidence
        self._claims = claims
        self._offer = LinkOffer()
        self._vain_waits = VAIN_WAITS

    # who asks

    def user(self, role: Role) -> U:
        """The client that has the role. Raises Undecidable when there is none."""
        for client in self.target.clients:
            if role in client.roles and self._asked.serves(self.target.node(client.node)):
                return self.at(client.node, Identity.of(client))
        why = f"needs a client with the role `{role}` at a node that has [nodes.{self.table}]"
        raise Undecidable(f"{why}; the manifest has none")

    @abstractmethod
    def at(self, node: str, identity: Identity) -> U:
        """Anybody, asking at a node."""

    @property
    def creator(self) -> U:
        """Who asks for pairs; over paths, at the head-end."""
        return self.user(Role.CREATOR)

    @property
    def peer(self) -> U:
        """Who takes part at the other end."""
        return self.user(Role.PEER)

    # how long, and how much

    @property
    def offer(self) -> LinkOffer:
        """The limits on which costs depend; modest ones as long as they are unknown."""
        return self._offer

    @property
    def slack_s(self) -> float:
        """Longest time in seconds from an event at a node until its application has it."""
        return self._claims.slack_s

    def seconds(self, node_seconds: float) -> float:
        """A time on the nodes' clocks, in seconds of this world."""
        return node_seconds / self._claims.clock_speed

    def await_quiet(self) -> None:
        """Waits, at most for the slack, until both ends have been told of the same pairs."""
        until_s = self._asked.now() + 1.2 * self.slack_s
        while self._seen.has_single_ends() and self._asked.now() < until_s:
            time.sleep(LOOK_S)

    def _pay(self, pairs: int) -> None:
        left = self._asked.meter.left(Resource.PAIRS)
        if pairs > left:
            raise Undecidable(f"needs {pairs} pairs; {left} of the budget are left")

    # the rest of what every bench has

    @abstractmethod
    def give_up(self) -> None:
        """Releases what requests have left over."""

    def by_effort(self, quick: int, standard: int, thorough: int) -> int:
        """One of three numbers, by this run's effort."""
        return self.effort.of(quick, standard, thorough)

    def chance(self, purpose: str) -> random.Random:
        """A source of chance that depends on the run's seed and the purpose alone."""
        return random.Random(f"{self.seed}:{self.profile}:{purpose}")  # noqa: S311 - no secret

    def allow(self, most: int, to_shorten: int) -> None:
        """Says what the check that comes may draw, in pairs; it finds all memory free."""
        del to_shorten
        self.allowance = most
        self.give_up()

    def listen_to(self, log: ExchangeLog) -> None:
        """Sees every exchange from now on."""
        log.listen(self._see)

    def _see(self, exchange: Exchange) -> None:
        if exchange.profile == self.profile:
            self._seen.see(exchange)

    def distrust(self) -> bool:
        """Nothing is handed from check to check."""
        return False

    def close(self) -> None:
        """Gives up what is held, and listens no longer."""
        with suppress(TargetDown):
            self.give_up()
        self._asked.close()
