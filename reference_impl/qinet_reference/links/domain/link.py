"""The engine of one link: makes pairs as time passes, for the requests of both its nodes."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from qinet_reference.links.domain.delivery import Deliveries
from qinet_reference.links.domain.halves import Halves
from qinet_reference.links.domain.model import Done, Failed, Notice, PairRequest, RequestKey
from qinet_reference.links.domain.outstanding import ORIGIN, PEER, Made, Outstanding, Party
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.domain.rules import Rules
from qinet_reference.links.domain.validation import check_meaning, check_reach

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from qinet_reference.links.domain.node import Node
    from qinet_reference.links.domain.outstanding import Side
    from qinet_reference.links.domain.physics import Physics
    from qinet_reference.links.domain.terms import Terms


class Link:
    """A link between two nodes. While a request can be served, attempts follow one another.

    `chance` draws what is random, `tell` passes on what the nodes have to tell. `due` is when
    something happens next, unless something is asked before; infinite if nothing does.
    """

    def __init__(
        self,
        ends: tuple[Node, Node],
        terms: Terms,
        physics: Physics,
        chance: random.Random,
        tell: Callable[[Notice], None],
        rules: Rules | None = None,
    ) -> None:
        self.ends = ends
        self.terms = terms
        self._heralding = terms.heralding()
        self._chance = chance
        self._rules = rules or Rules()
        self._halves = Halves(terms, physics, chance, self._rules)
        self._deliveries = Deliveries(terms.first_sequence, self._rules, tell)
        self._to_miss: Counter[str] = Counter()
        self._queue: list[Outstanding] = []
        self._next_success = math.inf
        self._arrivals = 0
        self.due = math.inf

    def other(self, node: Node) -> Node:
        """The node at the other end."""
        return self.ends[1] if node is self.ends[0] else self.ends[0]

    def submit(self, node: Node, application: str, request: PairRequest, now: float) -> RequestKey:
        """Take a request of an application at `node`; refuses what is not served."""
        peer = self.other(node)
        check_meaning(request)
        check_reach(request, self.terms, (node.memory.size, peer.memory.size))
        acceptor = peer.acceptor(node.id, request.purpose)
        if len(self._queue) >= self.terms.max_waiting:
            raise LinkRefusal(LinkError.NO_TIME, "too many requests are waiting")
        self._arrivals += 1
        order = Outstanding(
            key=RequestKey(node.id, node.new_create_id()),
            request=request,
            parties=(Party(node, application), Party(peer, acceptor)),
            arrival=now,
            arrival_rank=self._arrivals,
            deadline=self._rules.deadline(request, now),
        )
        self._queue.append(order)
        self._queue.sort(key=self._rules.urgency)
        self.look_again(now)
        return order.key

    def miss_heralds(self, node: Node, count: int) -> None:
        """Let a node miss the next heralds of pairs that are delivered one by one."""
        self._to_miss[node.id] = count

    def skip_numbers(self, count: int) -> None:
        """Leave out so many sequence numbers."""
        self._deliveries.skip(count)

    def advance(self, to: float) -> None:
        """Let everything happen until `to`. What is complete at its deadline has not failed."""
        while (moment := self.due) <= to:
            if moment == self._next_success:
                self._succeed(moment)
            else:
                self._time_out(moment)
            self.look_again(moment)

    def look_again(self, now: float) -> None:
        """Begin or stop attempts, for requests or memory have changed.

        Where nothing can be served, what one node alone has learned of takes no place any longer.
        """
        if next(self._servable(), None) is None:
            self._deliveries.expire()
        if next(self._servable(), None) is None:
            self._next_success = math.inf
        elif self._next_success == math.inf:
            attempts = self._heralding.attempts(self._chance)
            self._next_success = now + attempts * self.terms.attempt_time
        self.due = min(self._next_success, self._next_deadline())

    def _servable(self) -> Iterator[Outstanding]:
        """The requests that the next success may serve, the most urgent first."""
        block = next(filter(self._rules.holds_the_link, self._queue), None)
        candidates = self._queue if block is None else [block]
        here = all(node.is_here for node in self.ends)
        return (order for order in candidates if here and order.has_room)

    def _succeed(self, now: float) -> None:
        """A herald: a pair for the most urgent request that had arrived before the attempt."""
        self._next_success = math.inf
        self._deliveries.expire()
        for order in self._servable():
            if order.arrival + self.terms.attempt_time <= now:
                self._serve(order, now)
                return

    def _serve(self, order: Outstanding, now: float) -> None:
        order.reserve()
        bell, halves = self._halves.new(order, self._lower_is_origin(order), now)
        made = Made(bell, self._rules.goodness(order, self.terms), now, halves)
        missing = None if order.delivers_at_once else self._missed_by(order)
        if missing is not None:
            self._deliveries.deliver_without(missing, order, made)
            return
        order.waiting.append(made)
        order.made += 1
        if order.is_complete or not order.delivers_at_once:
            self._deliveries.deliver(order)
        if order.is_complete:
            self._end(order, Done())

    def _missed_by(self, order: Outstanding) -> Side | None:
        for side in (ORIGIN, PEER):
            node = order.parties[side].node
            if self._to_miss[node.id] > 0:
                self._to_miss[node.id] -= 1
                return side
        return self._rules.missed_by(order)

    def _next_deadline(self) -> float:
        deadlines = (order.deadline for order in self._rules.watched(self._queue))
        return min((one for one in deadlines if one is not None), default=math.inf)

    def _time_out(self, now: float) -> None:
        """End each request whose deadline has come, and tell both nodes."""
        for order in list(self._rules.watched(self._queue)):
            if order.deadline is not None and order.deadline <= now:
                order.abandon()
                self._end(order, Failed(LinkError.TIMEOUT))

    def _end(self, order: Outstanding, what: Done | Failed) -> None:
        self._queue.remove(order)
        order.parties[ORIGIN].node.outstanding.discard(order.key.create_id)
        self._deliveries.tell_end(order, what)

    def _lower_is_origin(self, order: Outstanding) -> bool:
        return order.parties[ORIGIN].node is min(self.ends, key=lambda node: node.id)
