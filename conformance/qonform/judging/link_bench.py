"""The bench of checks about entangled links: who asks, what is offered, and what became of it.

Nothing here judges. What cannot be had (a client that the manifest lacks, a pair that the budget
does not give) ends the check as undecided, never as failed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from qonform.judging.burst import Bursts
from qonform.judging.cost import LinkOffer
from qonform.judging.episode import Episode, is_over
from qonform.judging.finding import Undecidable
from qonform.judging.pair_bench import HURRIED_S, SURELY, PairBench
from qonform.judging.pair_evidence import PairEvidence
from qonform.ports.entanglement import Asked, PairRequest, PairType, RequestKey
from qonform.ports.outcome import Delivered
from qonform.target import Role, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.drivers.identity import Identity
    from qonform.drivers.qinet_links import QinetLinksDriver
    from qonform.exchanges import Exchange
    from qonform.judging.cost import Effort
    from qonform.ports.entanglement import (
        Axis,
        EntanglementLink,
        Link,
        LinkEvent,
        Measured,
        Rotation,
    )
    from qonform.ports.fault_port import FaultPort
    from qonform.ports.outcome import Outcome

_PURPOSES = {Role.PEER: 1_000, Role.SECOND_PEER: 2_000, Role.CREATOR: 3_000}
"""Under which purpose each accepts: apart, so that nobody's pairs are taken for another's."""


@dataclass(frozen=True)
class LinkUser:
    """One application: who it is, where it asks, and what it can ask there."""

    id: str
    node: str
    identity: Identity
    link: EntanglementLink

    def __str__(self) -> str:
        return f"{self.identity.label} at {self.node}"


class LinkBench(PairBench[LinkUser]):
    """What a check of links works with.

    Args:
        target: the manifest.
        driver: the transport.
        effort: how much to explore.
        seed: of everything random.
    """

    table = "links"

    def __init__(self, target: Target, driver: QinetLinksDriver, effort: Effort, seed: int) -> None:
        self.driver = driver
        self.evidence = PairEvidence()
        """All pairs of the run by now."""
        super().__init__(target, driver, self.evidence, target.claims.links, effort, seed)
        self._accepted: dict[tuple[str, str], int] = {}
        self._acknowledged: set[RequestKey] = set()
        self._kept: list[Episode] = []
        self._bursts: Bursts | None = None
        self._standing: list[Exchange] = []
        self._records: list[list[Exchange]] = []

    # who asks

    def at(self, node: str, identity: Identity) -> LinkUser:
        """Anybody, asking at a node."""
        return LinkUser(identity.sae_id, node, identity, self.driver.link(node, identity))

    def fault_port(self, user: LinkUser) -> FaultPort | None:
        """The fault port of a user's node; None where the manifest declares none."""
        if not self.target.claims.links.fault_port:
            return None
        return self.driver.fault_port(user.node, user.identity)

    # what is offered

    @cached_property
    def link(self) -> Link:
        """What the creator's node says of the link: asked once. Raises Undecidable."""
        outcome = self.creator.link.get_link(self.peer.node)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"GetLink was not served: {outcome}")
        link = outcome.value
        self._offer = LinkOffer(max(1, link.max_number), link.memory)
        return link

    @property
    def usual_type(self) -> PairType:
        """What requests are for where it makes no difference. Raises Undecidable."""
        return PairType.MEASURE if PairType.MEASURE in self.link.types else PairType.KEEP

    @property
    def memory(self) -> int:
        """Qubits that can be held at once at both ends. Raises Undecidable."""
        outcome = self.peer.link.get_link(self.creator.node)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"GetLink by the peer was not served: {outcome}")
        return min(self.link.memory, outcome.value.memory)

    def making_s(self, number: int) -> float:
        """How long so many pairs may take where there is no limit, in seconds of this world."""
        rate = self.link.pairs_per_second
        surely = number + 6 * math.sqrt(number) + SURELY
        return self.slack_s + (self.seconds(surely / rate) if rate else 60.0)

    # asking

    def purpose(self, by: LinkUser, of: str) -> int:
        """Under which purpose somebody accepts what the node `of` asks for. Raises Undecidable."""
        if (by.id, of) not in self._accepted:
            client = next(c for c in self.target.clients if c.id == by.id)
            number = next((_PURPOSES[r] for r in _PURPOSES if r in client.roles), 4_000)
            outcome = by.link.accept(of, number)
            if not isinstance(outcome, Delivered):
                raise Undecidable(f"Accept by {by} was not served: {outcome}")
            self._accepted[by.id, of] = number
        return self._accepted[by.id, of]

    def request(self, by: LinkUser, to: LinkUser, **members: Any) -> PairRequest:
        """A request that is to be served, but for what `members` say otherwise."""
        known: dict[str, Any] = {"remote_node": to.node, "purpose": self.purpose(to, by.node)}
        known["type"] = self.usual_type
        return PairRequest(**{**known, **members})

    def make(
        self, by: LinkUser | None = None, to: LinkUser | None = None, **members: Any
    ) -> Episode:
        """Asks for pairs, and waits until both ends have heard all that is to come of it.

        Args:
            by: who asks; the creator if None.
            to: who accepts; the peer if None.
            members: of the `PairRequest`.

        Raises:
            Undecidable: the budget does not pay the pairs, or nobody accepts.
        """
        by, to = by or self.creator, to or self.peer
        episode = self.carry_out(by, to, self.request(by, to, **members))
        if "type" not in members:
            for user, qubit in episode.held():
                self.release(user, qubit)
        return episode

    def carry_out(self, by: LinkUser, to: LinkUser, request: PairRequest) -> Episode:
        """The same, for any request."""
        return self.carry_out_all([(by, to, request)])[0]

    def carry_out_all(
        self, asked: Sequence[tuple[LinkUser, LinkUser, PairRequest]]
    ) -> list[Episode]:
        """Makes several requests one right after the other, and waits for all of them."""
        self._pay(sum(request.number for _, _, request in asked))
        if len(asked) > 1:
            self._make_room(sum(r.number for _, _, r in asked if r.type is PairType.KEEP))
        episodes = [self._begin(by, to, request) for by, to, request in asked]
        self._kept += [e for e in episodes if e.request.type is not PairType.MEASURE]
        for episode in episodes:
            self.await_end(episode)
        return episodes

    def begin(self, by: LinkUser, to: LinkUser, request: PairRequest) -> Episode:
        """Makes a request and does not wait for its end. Raises Undecidable: see `make`."""
        self._pay(request.number)
        episode = self._begin(by, to, request)
        self._kept.append(episode)
        return episode

    def ask_at_once(
        self, by: LinkUser, to: LinkUser, request: PairRequest, times: int
    ) -> list[Outcome[int]]:
        """Makes one call many times at one moment, and waits for the end of all that comes of it.

        Raises:
            Undecidable: see `make`; or the manifest does not allow so many calls at once.
        """
        self._pay(times * request.number)
        heard = len(by.link.events()), len(to.link.events())
        asked_s = self.driver.now()
        self._bursts = self._bursts or Bursts(self.driver.meter)
        shots = self._bursts.send([partial(by.link.create, request)] * times)
        answered_s = self.driver.now()
        answers = [shot.outcome for shot in shots]
        made = {answer.value: answer for answer in answers if isinstance(answer, Delivered)}
        for create_id, answer in made.items():
            self._acknowledged.add(RequestKey(by.node, create_id))
            episode = Episode(by, to, request, answer, *heard, asked_s, answered_s)
            self._kept.append(episode)
            self.await_end(episode)
        return answers

    def _make_room(self, qubits: int) -> None:
        """What waits for memory in vain would take that of later checks."""
        if qubits > self.memory:
            raise Undecidable(f"needs {qubits} qubits at once; a node holds {self.memory}")

    def _begin(self, by: LinkUser, to: LinkUser, request: PairRequest) -> Episode:
        before = by.link.events(), to.link.events()
        asked_s = self.driver.now()
        outcome = by.link.create(request)
        answered_s = self.driver.now()
        if isinstance(outcome, Delivered):
            self._acknowledged.add(RequestKey(by.node, outcome.value))
        heard = len(before[0]), len(before[1])
        there_s = None if request.max_time_s is None else self._node_time_s(by, to)
        return Episode(by, to, request, outcome, *heard, asked_s, answered_s, there_s)

    @staticmethod
    def _node_time_s(by: LinkUser, to: LinkUser) -> float | None:
        """What the clock of a node shows, where it tells it."""
        outcome = by.link.get_link(to.node)
        return outcome.value.node_time_s if isinstance(outcome, Delivered) else None

    def await_end(self, episode: Episode) -> None:
        """Waits until both ends have heard all that is to come of a request, or might have.

        Raises:
            Undecidable: nothing has come to an end, and nobody has said by when it would; or so
                much was waited in vain that more would take too long.
        """
        key = episode.key
        if key is None:
            return
        limit = episode.request.max_time_s
        within = self.making_s(episode.request.number)
        if limit is not None:
            within = min(within, self.seconds(limit) + self.slack_s)
        hurried = self._vain_waits <= 0
        if hurried:
            within = min(within, HURRIED_S)
        began_s = self.driver.now()
        over = []
        for user in (episode.by, episode.to):
            left_s = max(0.0, began_s + within - self.driver.now())
            over.append(user.link.wait(lambda events: is_over(_of(events, key)), left_s))
        if all(over) or episode.has_failed:  # of a failure the peer need not be told
            return
        self._vain_waits -= 1
        endless = limit is None and not self.link.pairs_per_second and not any(over)
        if (hurried or endless) and not episode.is_accounted_for:
            raise Undecidable(f"it cannot be told whether more is to come of {key}: {episode}")

    def be_patient(self) -> None:
        """Waits for one more request as if nothing had been waited for in vain."""
        self._vain_waits = max(1, self._vain_waits)

    # what is held

    def measure(self, user: LinkUser, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Measures a qubit of an application."""
        return user.link.measure(qubit, basis)

    def release(self, user: LinkUser, qubit: int) -> Outcome[None] | None:
        """Gives up a qubit of an application; None if it was given up before."""
        if not self.evidence.holds(user.id, user.node, qubit):
            return None
        return user.link.release(qubit)

    def strays(self) -> list[LinkEvent]:
        """Events of requests that nobody was told to have made, at either end."""
        heard = [e for user in (self.creator, self.peer) for e in user.link.events()]
        return [event for event in heard if event.request not in self._acknowledged]

    def give_up(self) -> None:
        """Releases what earlier checks left over."""
        for episode in self._kept:
            for user, qubit in episode.held():
                self.release(user, qubit)
        self._kept.clear()

    @property
    def acknowledged(self) -> frozenset[RequestKey]:
        """The requests of the run that were taken."""
        return frozenset(self._acknowledged)

    def record(self) -> list[Exchange]:
        """A list that takes in all exchanges from now on; first of all who accepts what."""
        record = list(self._standing)
        self._records.append(record)
        return record

    def forget(self, record: list[Exchange]) -> None:
        """Ends a record."""
        self._records = [one for one in self._records if one is not record]

    def _see(self, exchange: Exchange) -> None:
        super()._see(exchange)
        if exchange.profile != self.profile:
            return
        match exchange.call:
            case Asked(operation="GetLink" | "Accept" | "StopAccepting"):
                self._standing.append(exchange)
        for record in self._records:
            record.append(exchange)

    def close(self) -> None:
        """Gives up what is held, and listens no longer."""
        super().close()
        if self._bursts is not None:
            self._bursts.close()


def _of(events: Sequence[LinkEvent], key: RequestKey) -> list[LinkEvent]:
    return [event for event in events if event.request == key]
