"""A circuit: the nodes of a chain, the sources between them, and the messages on their way."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, Protocol

from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.paths.domain.end import CircuitEnd
from qinet_reference.paths.domain.messages import Order
from qinet_reference.paths.domain.middle import Middle
from qinet_reference.paths.domain.model import Side
from qinet_reference.paths.domain.validation import check_meaning, check_rate, check_reach

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from qinet_reference.paths.domain.agenda import Agenda
    from qinet_reference.paths.domain.messages import Message
    from qinet_reference.paths.domain.model import PathNode, PathNotice, PathRequest
    from qinet_reference.paths.domain.source import LinkPair, Source
    from qinet_reference.paths.domain.terms import CircuitTerms


class Station(Protocol):
    """A node, as its place in a circuit."""

    def room(self, side: Side) -> bool:
        """Whether a pair with the neighbour on this side is wanted."""

    def take(self, side: Side, pair: LinkPair) -> None:
        """A pair with the neighbour on this side was heralded."""

    def receive(self, message: Message, now: float) -> None:
        """A message has come."""


class Circuit:
    """A chain from the head-end to the tail-end, `ends`, over links, `sources`.

    `chance` draws what is random, `tell` passes on what the ends have to tell.
    """

    def __init__(
        self,
        terms: CircuitTerms,
        ends: tuple[PathNode, PathNode],
        sources: Sequence[Source],
        agenda: Agenda,
        chance: random.Random,
        tell: Callable[[PathNotice], None],
    ) -> None:
        self.terms = terms
        self._agenda = agenda
        self._numbers = count(1)
        last = len(terms.links)
        self._head, self._tail = (
            CircuitEnd(side, node, terms, agenda, chance, self._sender(place), tell)
            for side, node, place in zip(Side, ends, (0, last), strict=True)
        )
        middles = [Middle(terms, agenda, chance, self._sender(place)) for place in range(1, last)]
        self._stations: list[Station] = [self._head, *middles, self._tail]
        self._sources = [
            (source, source.new_label(link, self._made)) for link, source in enumerate(sources)
        ]

    def end_of(self, node: PathNode) -> Side | None:
        """At which end a node is."""
        return next((side for side in Side if self._end(side).node is node), None)

    def submit(self, application: str, request: PathRequest, now: float) -> int:
        """Take a request of an application at the head-end; refuses what is not served."""
        check_meaning(request)
        head, tail = self._head, self._tail
        check_reach(request, self.terms, min(head.node.memory.size, tail.node.memory.size))
        if head.node.accepted_by(self.terms.id, request.purpose) != application:
            raise LinkRefusal(LinkError.REJECTED, "the caller has not opened the circuit")
        acceptor = tail.node.acceptor(self.terms.id, request.purpose)
        waiting = [share.order.request for share in head.shares]
        check_rate(request, waiting, self.terms)
        deadline = math.inf if request.max_time is None else now + request.max_time
        order = Order(next(self._numbers), request, (application, acceptor), deadline)
        head.begin(order, now)
        self.look_again(now)
        return order.number

    def close(self, node: PathNode, application: str, purpose: int, now: float) -> None:
        """An application takes part no longer, at its end."""
        side = self.end_of(node)
        if side is not None and node.accepted_by(self.terms.id, purpose) == application:
            node.stop_accepting(application, self.terms.id, purpose)
            self._end(side).close(application, purpose, now)

    def look_again(self, now: float) -> None:
        """Begin or stop attempts, for requests or memory have changed."""
        for source, label in self._sources:
            left, right = self._stations[label.link : label.link + 2]
            source.look_again(label, left.room(Side.TAIL) and right.room(Side.HEAD), now)

    def _end(self, side: Side) -> CircuitEnd:
        return self._head if side is Side.HEAD else self._tail

    def _made(self, pair: LinkPair) -> None:
        """A herald, at both nodes of a link at once."""
        self._stations[pair.name.link].take(Side.TAIL, pair)
        self._stations[pair.name.link + 1].take(Side.HEAD, pair)

    def _sender(self, place: int) -> Callable[[Message, float], None]:
        """Takes messages from a node to its neighbour, in the order in which they are sent."""

        def send(message: Message, now: float) -> None:
            at = place + (1 if message.towards is Side.TAIL else -1)
            self._agenda.at(
                now + self.terms.hop_time, lambda then: self._stations[at].receive(message, then)
            )

        return send
