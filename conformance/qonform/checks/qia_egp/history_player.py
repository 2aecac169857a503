"""Takes the steps of a history of links, and holds what came against the model."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from qonform.checks.qia_egp.history_steps import Accept, Again, Create, Rest, Stop, Use
from qonform.judging import Undecidable, Verdict
from qonform.monitors.link_life import LinkLife
from qonform.ports.entanglement import Axis, LinkEvent, PairRequest, PairType
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qonform.checks.qia_egp.history_steps import Step
    from qonform.exchanges import Exchange
    from qonform.judging import Episode, Finding, LinkBench, LinkUser
    from qonform.ports.entanglement import RequestKey

_PURPOSE = 4_100
"""Under purposes from here on the applications of histories accept, and nobody else."""


class Broken(Exception):  # noqa: N818 - a judgement
    """A history in which something came that the model does not allow."""

    def __init__(self, requirement: str, due: str, came: str, evidence: Sequence[int]) -> None:
        super().__init__(requirement)
        self.requirement = requirement
        self.due = due
        self.came = came
        self.evidence = tuple(evidence)


class Player:
    """Takes the steps of one history.

    Args:
        links: the bench.
        pairs: who asks whom.
        others: another application at the node of each, by its own ID.
        judged: the requirements that may be broken.
        pays: whether the search has so many pairs left for a request, which are then spent.
    """

    def __init__(
        self,
        links: LinkBench,
        pairs: Sequence[tuple[LinkUser, LinkUser]],
        others: dict[str, LinkUser],
        judged: frozenset[str],
        pays: Callable[[int], bool],
    ) -> None:
        self._links = links
        self._pairs = pairs
        self._others = others
        self._judged = judged
        self._pays = pays
        self._episodes: dict[int, Episode] = {}
        self._waiting: dict[int, Episode] = {}
        self.story: list[str] = []
        self._earlier = links.acknowledged
        self._seen = links.record()
        for pair in range(len(pairs)):
            self._accept(pair)
        self.story.clear()

    def take(self, step: Step) -> None:
        """One more step.

        Raises:
            Broken: its answer contradicts the interface.
            Undecidable: the budget does not allow it, or waiting has been in vain too often.
            TargetDown: nobody answers any more.
        """
        match step:
            case Create():
                self._create(step)
            case Again(name=name):
                self._again(name)
            case Use():
                self._use(step)
            case Stop(pair=pair):
                by, to = self._pairs[pair]
                outcome = to.link.stop_accepting(by.node, _PURPOSE + pair)
                self._say(f"{to} accepts purpose {_PURPOSE + pair} no longer", outcome)
            case Accept(pair=pair):
                self._accept(pair)
            case Rest():
                self._rest()

    def end(self) -> None:
        """Waits for the end of everything, gives up what is held, and judges all that came.

        Raises:
            Broken: the model does not allow what came.
        """
        self._rest()
        for episode in self._episodes.values():
            for user, qubit in episode.held():
                self._links.release(user, qubit)
        self._links.await_quiet()
        found = self._violation()
        if found is not None:
            history = found.history[-6:] if found.history else ()
            raise Broken(
                found.requirement,
                found.expected or "",
                "; ".join((found.actual or "", *history)),
                found.evidence,
            )

    def close(self) -> None:
        """Listens no longer."""
        self._links.forget(self._seen)

    def _violation(self) -> Finding | None:
        """What the model says of this history alone."""
        life = LinkLife({self._links.profile: self._judged})
        life.claims = self._links.target.claims.links
        earlier = self._earlier - {episode.key for episode in self._episodes.values()}
        for exchange in self._seen:
            if not _is_of(exchange, earlier):
                life.see(exchange)
        life.quiet_s = self._links.driver.now()
        failed = (f for f in life.findings(self._links.profile) if f.verdict is Verdict.FAIL)
        return next(failed, None)

    def _create(self, step: Create) -> None:
        by, to = self._pairs[step.pair]
        if step.type is not PairType.MEASURE and self._taken() + step.number > self._links.memory:
            return  # it would wait for memory, and so for nobody's fault
        if not self._pays(step.number):
            return
        request = PairRequest(
            remote_node=to.node,
            purpose=_PURPOSE + step.pair,
            type=step.type,
            number=step.number,
            max_time_s=self._limit_s(step),
            priority=step.priority,
            delivery=step.delivery,
            interleaving=step.interleaving,
            request_id=uuid.uuid4().hex,
        )
        episode = self._links.begin(by, to, request)
        self._episodes[step.name] = self._waiting[step.name] = episode
        limit = "" if request.max_time_s is None else f" within {request.max_time_s:.3g} s"
        told = f"{step.number} to {step.type.value}, {step.delivery.value}{limit}"
        self._say(f"{by} asks {to} for pairs: {told} (r{step.name})", episode.acknowledged)

    def _limit_s(self, step: Create) -> float | None:
        link = self._links.link
        if not step.hurried or not link.pairs_per_second:
            return None
        return max(2 * (link.attempt_time_s or 0.0), step.number / link.pairs_per_second / 2)

    def _taken(self) -> int:
        """Qubits that are held or waited for."""
        waited = sum(
            e.request.number
            for e in self._waiting.values()
            if e.request.type is not PairType.MEASURE
        )
        held = {
            (user.id, qubit)
            for name, e in self._episodes.items()
            if name not in self._waiting
            for user, qubit in e.held()
            if self._links.evidence.holds(user.id, user.node, qubit)
        }
        return waited + len(held)

    def _again(self, name: int) -> None:
        episode = self._episodes.get(name)
        if episode is None or not isinstance(episode.acknowledged, Delivered):
            return
        outcome = episode.by.link.create(episode.request)
        self._say(f"{episode.by} sends r{name} again, with its request_id", outcome)
        if isinstance(outcome, Delivered) and outcome.value != episode.acknowledged.value:
            due = f"Create ID {episode.acknowledged.value}, as before"
            evidence = (episode.acknowledged.exchange, outcome.exchange)
            self._break("QIA-EGP-ACK-01", due, f"Create ID {outcome.value}", evidence)

    def _use(self, step: Use) -> None:
        episode = self._episodes.get(step.name)
        if episode is None or step.name in self._waiting:
            return
        held = episode.held()
        if not held:
            return
        place = step.place % len(held)
        owner, qubit = held[place]
        holds = self._links.evidence.holds(owner.id, owner.node, qubit)
        user = owner if step.by_owner else self._others.get(owner.id)
        if user is None:
            return
        foreign = user is not owner and self._links.evidence.holds(user.id, user.node, qubit)
        if foreign or (not holds and self._waiting):
            return  # the name is another pair's, or may become it at any moment
        outcome = (
            self._links.measure(user, qubit, Axis.Z) if step.measured else user.link.release(qubit)
        )
        does = "measures" if step.measured else "releases"
        self._say(f"{user} {does} qubit {qubit} of r{step.name}", outcome)
        if not isinstance(outcome, Delivered):
            return
        due = f"a refusal: {user} holds no qubit {qubit}"
        if user is not owner:
            self._break("QIA-EGP-PUR-02", due, f"{outcome}", (outcome.exchange,))
        elif not holds:
            self._break("QIA-EGP-KEP-02", due, f"{outcome}", (outcome.exchange,))

    def _accept(self, pair: int) -> None:
        by, to = self._pairs[pair]
        outcome = to.link.accept(by.node, _PURPOSE + pair)
        self._say(f"{to} accepts purpose {_PURPOSE + pair} of {by.node}", outcome)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"Accept by {to} was not served: {outcome}")

    def _rest(self) -> None:
        for episode in self._waiting.values():
            self._links.await_end(episode)
        if self._waiting:
            self.story.append("everybody waits until all of it has come to its end")
        self._waiting.clear()

    def _say(self, what: str, outcome: Any) -> None:
        self.story.append(f"{what} -> {outcome}")

    def _break(self, requirement: str, due: str, came: str, evidence: Sequence[int]) -> None:
        if requirement in self._judged:
            raise Broken(requirement, due, came, evidence)


def _is_of(exchange: Exchange, requests: frozenset[RequestKey | None]) -> bool:
    """Whether an event is of one of these requests: a late one of an earlier history."""
    match exchange.outcome:
        case Delivered(value=LinkEvent() as event):
            return event.request in requests
    return False
