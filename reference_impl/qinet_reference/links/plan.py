"""What a reference network of entangled links consists of, before any of it exists."""

from __future__ import annotations

from dataclasses import dataclass, field

from qinet_reference.domain.directory import Enrolment
from qinet_reference.links.domain.terms import Terms
from qinet_reference.plan import Plan, Sae


@dataclass(frozen=True, slots=True)
class QuantumNode:
    """A node, and how many qubits it can hold at once."""

    id: str
    memory: int = 10


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """Two neighbours, and what the link between them can do."""

    ends: tuple[str, str]
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """Nodes, links, and applications (an `Sae`'s `kme` is then its node).

    `speed`: seconds that the nodes' clocks go on in one second. `fault_port`: whether nodes offer
    to bring about what happens seldom.
    """

    nodes: tuple[QuantumNode, ...]
    links: tuple[PlannedLink, ...]
    applications: tuple[Sae, ...]
    host: str = "127.0.0.1"
    speed: float = 1.0
    fault_port: bool = True

    @property
    def holders(self) -> Plan:
        """Who needs certificates, as the plan of a key network says it."""
        return Plan(kmes=tuple(node.id for node in self.nodes), saes=self.applications)

    def enrolment(self) -> Enrolment:
        """Who is where."""
        return Enrolment({one.id: one.kme for one in self.applications if one.enrolled}, ())


def default_link_plan() -> LinkPlan:
    """The network that the suite judges when it is given none: a - b - c."""
    return LinkPlan(
        nodes=(QuantumNode("node-a"), QuantumNode("node-b"), QuantumNode("node-c")),
        links=(PlannedLink(("node-a", "node-b")), PlannedLink(("node-b", "node-c"))),
        applications=(
            Sae("app-1", "node-a", ("creator",)),
            Sae("app-2", "node-b", ("peer",)),
            Sae("app-3", "node-a", ("second-creator",)),
            Sae("app-4", "node-b", ("second-peer",)),
            Sae("app-5", "node-a", ("stranger",)),
            Sae("app-6", "node-a", ("unenrolled",), enrolled=False),
        ),
    )
