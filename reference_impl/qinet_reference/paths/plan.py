"""What a reference network of paths consists of, before any of it exists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qinet_reference.domain.directory import Enrolment
from qinet_reference.links.domain.terms import Terms
from qinet_reference.links.plan import QuantumNode
from qinet_reference.paths.domain.terms import CircuitTerms
from qinet_reference.plan import Plan, Sae

if TYPE_CHECKING:
    from collections.abc import Sequence


_LINK = Terms(fidelity=0.98, coherence_time=60.0, relaxation_time=600.0)
"""Its memories outlast what applications need to measure, also where clocks go 20 times as fast."""


@dataclass(frozen=True, slots=True)
class PathPlan:
    """Circuits, the nodes at which they end, and applications (an `Sae`'s `kme` is its node).

    `speed`: seconds that the nodes' clocks go on in one second.
    """

    ends: tuple[QuantumNode, ...]
    circuits: tuple[CircuitTerms, ...]
    applications: tuple[Sae, ...]
    host: str = "127.0.0.1"
    speed: float = 1.0

    @property
    def holders(self) -> Plan:
        """Who needs certificates, as the plan of a key network says it."""
        return Plan(kmes=tuple(node.id for node in self.ends), saes=self.applications)

    def enrolment(self) -> Enrolment:
        """Who is where."""
        return Enrolment({one.id: one.kme for one in self.applications if one.enrolled}, ())


def chain(nodes: int) -> CircuitTerms:
    """A circuit over so many nodes, 2 to 5: the first is its head-end.

    Raises:
        ValueError: the chain is shorter or longer.
    """
    if not 2 <= nodes <= 5:
        raise ValueError(f"a chain has 2 to 5 nodes: {nodes}")
    names = tuple(f"node-{letter}" for letter in "abcde"[:nodes])
    return CircuitTerms(
        id=_name(names),
        nodes=names,
        links=(_LINK,) * (nodes - 1),
        pairs_per_second=100.0,
    )


def turned(circuit: CircuitTerms) -> CircuitTerms:
    """The circuit over the same links in the other direction."""
    nodes = circuit.nodes[::-1]
    return replace(circuit, id=_name(nodes), nodes=nodes, links=circuit.links[::-1])


def chain_plan(nodes: int) -> PathPlan:
    """A circuit in either direction over so many nodes, and applications at their ends."""
    terms = chain(nodes)
    head, tail = terms.nodes[0], terms.nodes[-1]
    return PathPlan(
        ends=(QuantumNode(head), QuantumNode(tail)),
        circuits=(terms, turned(terms)),
        applications=(
            Sae("app-1", head, ("creator",)),
            Sae("app-2", tail, ("peer",)),
            Sae("app-3", head, ("second-creator",)),
            Sae("app-4", tail, ("second-peer",)),
            Sae("app-5", head, ("stranger",)),
            Sae("app-6", head, ("unenrolled",), enrolled=False),
        ),
    )


def _name(nodes: Sequence[str]) -> str:
    return f"{nodes[0]}..{nodes[-1]}"
