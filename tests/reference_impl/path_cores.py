"""The core of a chain of nodes, with a clock that stands still until it is moved."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qinet_reference.links.domain.model import Measured, PairType, Qubit
from qinet_reference.links.domain.terms import Terms
from qinet_reference.links.plan import QuantumNode
from qinet_reference.paths.core import new_core
from qinet_reference.paths.domain.model import (
    Confirmed,
    ConfirmedPair,
    Delivered,
    Expired,
    PathRequest,
    What,
)
from qinet_reference.paths.domain.service import PathService
from qinet_reference.paths.plan import PathPlan, chain, turned
from qinet_reference.plan import Sae

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.paths.domain.network import PathNetwork
    from qinet_reference.paths.domain.terms import CircuitTerms

BEGINNING = 1.7e9
"""As real clocks are: s since 1970."""
PURPOSE = 3
HEAD, TAIL = "alice", "bob"

EXACT = Terms(fidelity=1.0, coherence_time=1e12, relaxation_time=1e12)
"""No noise, and memories that keep."""


def links(*fidelities: float, **terms: Any) -> tuple[Terms, ...]:
    """Links with these fidelities, and memories that keep."""
    return tuple(replace(EXACT, fidelity=one, **terms) for one in fidelities)


@dataclass(frozen=True, slots=True)
class Half:
    """What one end has of a confirmed pair."""

    here: Qubit | Measured
    pair: ConfirmedPair


@dataclass
class Chain:
    """Two applications, each at an end of a circuit; `told` by the names of both."""

    terms: CircuitTerms
    network: PathNetwork
    services: dict[str, PathService] = field(default_factory=dict)
    now: float = BEGINNING

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.network.advance(self.now)

    def back(self) -> Chain:
        """The circuit in the other direction, from bob to alice, with the clock of this one."""
        return replace(self, terms=turned(self.terms))

    def until_quiet(self, at_most: float = 1_000.0) -> None:
        """Until nothing more can happen."""
        end = self.now + at_most
        while (moment := self.network.next_moment()) is not None:
            assert moment < end, "it never becomes quiet"
            self.now = max(self.now, moment)
            self.network.advance(self.now)

    def ask(self, caller: str = HEAD, **fields: Any) -> int:
        plain: dict[str, Any] = {
            "circuit": self.terms.id,
            "purpose": PURPOSE,
            "type": PairType.MEASURE,
            "number": 1,
        }
        return self.services[caller].request(caller, PathRequest(**{**plain, **fields}))

    def told(self, caller: str, request: int | None = None) -> list[What]:
        log = self.services[caller].events(caller)
        notices = [event.notice for event in log.after(0)]
        here = [one for one in notices if one.circuit == self.terms.id]
        return [one.what for one in here if request in {None, one.request}]

    def confirmed(self, caller: str, request: int | None = None) -> dict[int, Half]:
        """By pair ID."""
        delivered: dict[int, Qubit | Measured] = {}
        halves = {}
        for what in self.told(caller, request):
            if isinstance(what, Delivered):
                assert what.half_id not in delivered
                delivered[what.half_id] = what.half
            if isinstance(what, Delivered | Confirmed) and what.pair is not None:
                assert what.pair.id not in halves
                halves[what.pair.id] = Half(delivered[what.half_id], what.pair)
        return halves

    def both(self, request: int | None = None) -> list[tuple[Half, Half]]:
        """Both ends of each confirmed pair: they are the same pairs, in the same states."""
        heads, tails = self.confirmed(HEAD, request), self.confirmed(TAIL, request)
        assert heads.keys() == tails.keys()
        pairs = [(heads[one], tails[one]) for one in heads]
        assert all(one.pair.bell is other.pair.bell for one, other in pairs)
        return pairs

    def ends(self, caller: str) -> list[What]:
        """How requests ended."""
        halves = (Delivered, Confirmed, Expired)
        return [what for what in self.told(caller) if not isinstance(what, halves)]

    def free(self) -> list[int]:
        """Free qubits, end by end."""
        return [node.memory.free for node in self.network.nodes.values()]


def new_chain(
    nodes: int = 3,
    seed: int = 1,
    memory: int = 8,
    links: Sequence[Terms] | None = None,
    **terms: Any,
) -> Chain:
    """Both ends have opened the circuit; carol and dora are at the ends too, and have not."""
    plain = chain(nodes)
    circuit = replace(plain, links=tuple(links or plain.links), **terms)
    head, tail = circuit.nodes[0], circuit.nodes[-1]
    plan = PathPlan(
        ends=(QuantumNode(head, memory), QuantumNode(tail, memory)),
        circuits=(circuit, turned(circuit)),
        applications=(
            Sae(HEAD, head, ()),
            Sae("carol", head, ()),
            Sae(TAIL, tail, ()),
            Sae("dora", tail, ()),
        ),
    )
    network = new_core(plan, random.Random(seed))
    made = Chain(circuit, network)
    homes = {HEAD: head, "carol": head, TAIL: tail, "dora": tail}
    for name, home in homes.items():
        made.services[name] = PathService(
            home, plan.enrolment(), network, lambda: made.now, lambda: None
        )
    for name in (HEAD, TAIL):
        made.services[name].open(name, circuit.id, PURPOSE)
        made.services[name].open(name, turned(circuit).id, PURPOSE)
    return made
