"""Networks without a transport, and how fast they make pairs: the physics and the book-keeping."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from qinet_reference.links.core import new_core
from qinet_reference.links.domain.model import PairMade, PairRequest, PairType, Qubit
from qinet_reference.links.domain.service import LinkService
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.plan import LinkPlan, PlannedLink, QuantumNode
from qinet_reference.paths.core import new_core as new_path_core
from qinet_reference.paths.domain.model import PathRequest
from qinet_reference.paths.domain.service import PathService
from qinet_reference.paths.plan import PathPlan, chain
from qinet_reference.plan import Sae

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 1_000
"""Pairs of one request."""

PURPOSE = 1
_FOREVER = 1e12


class Links:
    """A row of nodes, each with a link to the next, and an application at each of its ends."""

    def __init__(self, links: int, seed: int = 1) -> None:
        names = [f"node-{index:03}" for index in range(links + 1)]
        ends = list(pairwise(names))
        plan = LinkPlan(
            nodes=tuple(map(QuantumNode, names)),
            links=tuple(map(PlannedLink, ends)),
            applications=tuple(Sae(f"at-{name}", name, ()) for name in names),
        )
        self.network = new_core(plan, [], random.Random(seed))
        self.now = 0.0
        self._ends = ends
        self._seen = dict.fromkeys(names, 0)
        self.services = {
            name: LinkService(name, plan.enrolment(), self.network, lambda: self.now, lambda: None)
            for name in names
        }
        for here, there in ends:
            self.services[there].accept(f"at-{there}", here, PURPOSE)

    def ask(self, pairs: int, kind: PairType = PairType.MEASURE) -> None:
        """One request for so many pairs on each link."""
        for here, there in self._ends:
            request = PairRequest(there, PURPOSE, kind, pairs)
            self.services[here].create(f"at-{here}", request)

    def make(self, pairs: int) -> None:
        """Make so many pairs on each link, whose outcomes are told as they come."""
        for left in range(pairs, 0, -AT_ONCE):
            self.ask(min(AT_ONCE, left))
            self.network.advance(_FOREVER)

    def keep(self, pairs: int) -> None:
        """Make so many pairs on each link, each held at both ends and measured there."""
        for left in range(pairs, 0, -AT_ONCE):
            self.ask(min(AT_ONCE, left), PairType.KEEP)
            while (moment := self.network.next_moment()) is not None:
                self.now = moment
                self.network.advance(moment)
                for name, service in self.services.items():
                    self._measure(name, service)

    def _measure(self, name: str, service: LinkService) -> None:
        """Measure each qubit that the node has told of since it was looked at."""
        application = f"at-{name}"
        for event in service.events(application).after(self._seen[name]):
            self._seen[name] = event.number
            made = event.notice.what
            if isinstance(made, PairMade) and isinstance(made.half, Qubit):
                service.measure(application, made.half.id, Axis.Z)


class Chain:
    """A circuit over a chain of nodes, and an application at each of its ends."""

    def __init__(self, nodes: int, seed: int = 1) -> None:
        self._terms = replace(chain(nodes), pairs_per_second=_FOREVER)
        head, tail = self._terms.nodes[0], self._terms.nodes[-1]
        plan = PathPlan(
            ends=(QuantumNode(head), QuantumNode(tail)),
            circuits=(self._terms,),
            applications=(Sae("at-head", head, ()), Sae("at-tail", tail, ())),
        )
        self.network = new_path_core(plan, random.Random(seed))
        self._head, self._tail = (
            PathService(name, plan.enrolment(), self.network, lambda: 0.0, lambda: None)
            for name in (head, tail)
        )
        self._head.open("at-head", self._terms.id, PURPOSE)
        self._tail.open("at-tail", self._terms.id, PURPOSE)

    def make(self, pairs: int) -> None:
        """Make so many pairs between the ends of the chain."""
        for left in range(pairs, 0, -AT_ONCE):
            number = min(AT_ONCE, left)
            request = PathRequest(self._terms.id, PURPOSE, PairType.MEASURE, number)
            self._head.request("at-head", request)
            self.network.advance(_FOREVER)


def pairs_per_second(make: Callable[[int], None], pairs: int) -> float:
    """How many of these pairs are made in a second of one core, after a warm-up of a tenth.

    On an idle machine that is a second of this world: a core does nothing but compute.
    """
    make(max(1, pairs // 10))
    began = time.process_time()
    make(pairs)
    return pairs / (time.process_time() - began)
