"""The bench of checks about paths: who asks, what a circuit offers, and what became of requests.

Nothing here judges. What cannot be had (a client that the manifest lacks, a pair that the budget
does not give) ends the check as undecided, never as failed.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qonform.judging.cost import LinkOffer
from qonform.judging.finding import Undecidable
from qonform.judging.pair_bench import HURRIED_S, LOOK_S, SURELY, PairBench
from qonform.judging.path_episode import PathEpisode, is_over, of
from qonform.judging.path_evidence import PathEvidence
from qonform.ports.entanglement import PairType
from qonform.ports.outcome import Delivered
from qonform.ports.paths import PathRequest
from qonform.target import Role, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.drivers.identity import Identity
    from qonform.drivers.qinet_paths import QinetPathsDriver
    from qonform.judging.cost import Effort
    from qonform.ports.outcome import Outcome
    from qonform.ports.paths import EntanglementPath, Path

_PURPOSES = {Role.SECOND_PEER: 2_000, Role.SECOND_CREATOR: 2_000}
_USUAL_PURPOSE = 1_000
_UNTOLD_S = 60.0
"""Time for a request, on the nodes' clocks, where the circuit tells no rate."""


@dataclass(frozen=True)
class PathUser:
    """One application: who it is, where it asks, and what it can ask there."""

    id: str
    node: str
    identity: Identity
    path: EntanglementPath

    def __str__(self) -> str:
        return f"{self.identity.label} at {self.node}"


class PathBench(PairBench[PathUser]):
    """What a check of paths works with.

    Args:
        target: the manifest.
        driver: the transport.
        effort: how much to explore.
        seed: of everything random.
    """

    table = "paths"

    def __init__(self, target: Target, driver: QinetPathsDriver, effort: Effort, seed: int) -> None:
        self.driver = driver
        self.evidence = PathEvidence()
        """What was told of pairs in the whole run."""
        super().__init__(target, driver, self.evidence, target.claims.paths, effort, seed)
        self._opened: set[tuple[str, str, int]] = set()
        self._kept: list[PathEpisode] = []

    # who asks

    def at(self, node: str, identity: Identity) -> PathUser:
        """Anybody, asking at a node."""
        return PathUser(identity.sae_id, node, identity, self.driver.path(node, identity))

    # what is offered

    @cached_property
    def path(self) -> Path:
        """The circuit from the creator's node to the peer's: asked once. Raises Undecidable."""
        creator, peer = self.creator, self.peer
        outcome = creator.path.get_paths(peer.node)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"GetPaths was not served: {outcome}")
        ends = (creator.node, peer.node)
        path = next((p for p in outcome.value if (p.head_node, p.tail_node) == ends), None)
        if path is None:
            raise Undecidable(f"no circuit leads from {creator.node} to {peer.node}")
        self._offer = LinkOffer(max(1, path.max_number), path.memory)
        return path

    @property
    def back(self) -> Path | None:
        """The circuit from the peer's node to the creator's, if there is one."""
        outcome = self.peer.path.get_paths(self.creator.node)
        ends = (self.path.tail_node, self.path.head_node)
        found = outcome.value if isinstance(outcome, Delivered) else ()
        return next((p for p in found if (p.head_node, p.tail_node) == ends), None)

    @property
    def usual_type(self) -> PairType:
        """What requests are for where it makes no difference. Raises Undecidable."""
        return PairType.MEASURE if PairType.MEASURE in self.path.types else PairType.KEEP

    @property
    def memory(self) -> int:
        """Qubits that can be held at once at both ends. Raises Undecidable."""
        outcome = self.peer.path.get_path(self.path.circuit)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"GetPath by the peer was not served: {outcome}")
        return min(self.path.memory, outcome.value.memory)

    def time_for(self, number: int) -> float:
        """A `max_time` in which so many pairs are surely made, in seconds on the nodes' clocks."""
        rate = self.path.pairs_per_second
        surely = (number + 6 * math.sqrt(number) + SURELY) / rate if rate else _UNTOLD_S
        return max(surely, self.path.shortest_time_s or 0.0)

    # asking

    def open(self, user: PathUser, purpose: int | None = None) -> int:
        """Under which purpose somebody takes part, at its end. Raises Undecidable."""
        if purpose is None:
            client = next(c for c in self.target.clients if c.id == user.id)
            purpose = next((_PURPOSES[r] for r in _PURPOSES if r in client.roles), _USUAL_PURPOSE)
        if (user.id, user.node, purpose) not in self._opened:
            outcome = user.path.open(self.path.circuit, purpose)
            if not isinstance(outcome, Delivered):
                raise Undecidable(f"OpenCircuit by {user} was not served: {outcome}")
            self._opened.add((user.id, user.node, purpose))
        return purpose

    def close_circuit(self, user: PathUser, purpose: int) -> Outcome[None]:
        """Takes part no longer."""
        self._opened.discard((user.id, user.node, purpose))
        return user.path.close(self.path.circuit, purpose)

    def request(self, **members: Any) -> PathRequest:
        """A request that is to be served, but for what `members` say otherwise."""
        known: dict[str, Any] = {"circuit": self.path.circuit, "purpose": _USUAL_PURPOSE}
        known |= {"type": self.usual_type, "max_time_s": self.time_for(members.get("number", 1))}
        return PathRequest(**{**known, **members})

    def make(self, **members: Any) -> PathEpisode:
        """Asks for pairs, and waits until both ends have heard all that is to come of it.

        Raises:
            Undecidable: the budget does not pay the pairs, or nobody takes part.
        """
        by, to = self.creator, self.peer
        self.open(by)
        self.open(to)
        return self.carry_out(by, to, self.request(**members))

    def carry_out(self, by: PathUser, to: PathUser, request: PathRequest) -> PathEpisode:
        """The same, for any request."""
        return self.carry_out_all([(by, to, request)])[0]

    def carry_out_all(
        self, asked: Sequence[tuple[PathUser, PathUser, PathRequest]]
    ) -> list[PathEpisode]:
        """Makes several requests one right after the other, and waits for all of them."""
        episodes = self.begin_all(asked)
        total = sum(request.number for _, _, request in asked)
        for episode in episodes:
            self.await_end(episode, total)
        return episodes

    def begin_all(
        self, asked: Sequence[tuple[PathUser, PathUser, PathRequest]]
    ) -> list[PathEpisode]:
        """Makes several requests, and waits for none. Raises Undecidable."""
        self._pay(sum(request.number for _, _, request in asked))
        for user in {user for by, to, _ in asked for user in (by, to)}:
            user.path.events()  # whoever takes part listens, before anything can happen
        episodes = []
        for by, to, request in asked:
            asked_s = self.driver.now()
            outcome = by.path.request(request)
            now_s = self.driver.now()
            episodes.append(PathEpisode(by, to, request, outcome, asked_s, now_s))
        self._kept += [e for e in episodes if e.request.type is not PairType.MEASURE]
        return episodes

    def await_end(self, episode: PathEpisode, pairs: int) -> None:
        """Waits until both ends have heard what is to come of a request, or should have.

        Args:
            pairs: how many the circuit has to make until then, for this request and others.
        """
        key = episode.key
        if key is None:
            return
        within = self.seconds(episode.request.max_time_s or self.time_for(pairs)) + self.slack_s
        if self._vain_waits <= 0:
            within = min(within, HURRIED_S)
        until_s = self.driver.now() + within
        for user in (episode.by, episode.to):
            left_s = max(0.0, until_s - self.driver.now())
            user.path.wait(lambda events: is_over(of(events, key)), left_s)
        if not episode.is_over:
            self._vain_waits -= 1

    def await_deadline(self, episode: PathEpisode) -> None:
        """Waits until a request's time is over by the clocks of both ends, and told everywhere.

        A clock may go slower than the manifest says, where a simulator has too much to do.
        """
        limit = episode.request.max_time_s
        if limit is None or episode.is_over:
            return
        for user in (episode.by, episode.to):
            over = self._node_time_s(user)
            moment = None if over is None else over + limit
            until_s = self.driver.now() + 4 * (self.seconds(limit) + self.slack_s)
            while not episode.is_over_at(user) and self.driver.now() < until_s:
                shown = self._node_time_s(user)
                if moment is None or shown is None or shown > moment:
                    break
                time.sleep(LOOK_S)
            user.path.wait(lambda events: is_over(of(events, episode.key)), self.slack_s)

    def _node_time_s(self, user: PathUser) -> float | None:
        """What the clock of a node shows, where it tells it."""
        outcome = user.path.get_path(self.path.circuit)
        return outcome.value.node_time_s if isinstance(outcome, Delivered) else None

    def held(self) -> list[tuple[PathUser, int]]:
        """Qubits that requests have left over, and whose they are."""
        return [
            (user, qubit)
            for episode in self._kept
            for user, qubit in episode.held()
            if self.evidence.holds(user.id, user.node, qubit)
        ]

    def give_up(self) -> None:
        """Releases what requests have left over."""
        for user, qubit in dict.fromkeys(self.held()):
            user.path.release(qubit)
        self._kept.clear()
