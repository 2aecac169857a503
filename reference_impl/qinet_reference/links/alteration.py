"""The seams of a network of links: each is a function that a fault or a variant may wrap.

The composition passes every part through every alteration, in the order they were named.
The parts themselves know nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.links.adapters.link_wire import LinkWire
    from qinet_reference.links.domain.memory import Memory
    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.domain.physics import Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.plan import LinkPlan


class LinkAlteration:
    """A way in which a network differs from the plain one. Unless overridden, in none."""

    name: ClassVar[str]

    def plan(self, plan: LinkPlan) -> LinkPlan:
        """What the network consists of; also decides what the manifest says."""
        return plan

    def physics(self, physics: Physics) -> Physics:
        """Which pairs the links make."""
        return physics

    def memory(self, memory: Memory) -> Memory:
        """Where one node keeps its qubits."""
        return memory

    def rules(self, rules: Rules) -> Rules:
        """What the links decide."""
        return rules

    def told(self, notice: Notice) -> Iterable[Notice]:
        """What is told instead of a notice: to whom it says."""
        yield notice

    def service(self, service: LinkLayer, node: str) -> LinkLayer:
        """What one node answers."""
        del node
        return service

    def wire(self, wire: LinkWire) -> LinkWire:
        """How the interface is read and written."""
        return wire

    def tls(self, tls: ServerTls) -> ServerTls:
        """What a server demands of connections."""
        return tls
