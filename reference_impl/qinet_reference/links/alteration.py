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
    from qinet_reference.links.domain.events import EventLog
    from qinet_reference.links.domain.memory import Memory
    from qinet_reference.links.domain.model import Measured, Notice, PairRequest
    from qinet_reference.links.domain.physics import Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.physics.bases import Basis
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

    def memory(self, memory: Memory, node: str) -> Memory:
        """Where one node keeps its qubits."""
        del node
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


class AltersService(LinkAlteration):
    """An alteration of what nodes answer, method by method. Unless overridden, forwards.

    `inner` is what would answer otherwise, `node` whose answer it is.
    """

    def service(self, service: LinkLayer, node: str) -> LinkLayer:
        """See `LinkAlteration`."""
        return _AlteredService(self, service, node)

    def caller(self, caller: str | None, node: str) -> str | None:
        """For whom a caller is taken."""
        del node
        return caller

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        """See `LinkLayer`."""
        del node
        return inner.create(caller, request)

    def accept(self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int) -> None:
        """See `LinkLayer`."""
        inner.accept(caller, remote_node, purpose)

    def stop_accepting(
        self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int
    ) -> None:
        """See `LinkLayer`."""
        inner.stop_accepting(caller, remote_node, purpose)

    def events(self, inner: LinkLayer, caller: str | None) -> EventLog:
        """See `LinkLayer`."""
        return inner.events(caller)

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """See `LinkLayer`."""
        return inner.measure(caller, qubit, basis)

    def release(self, inner: LinkLayer, caller: str | None, qubit: int) -> None:
        """See `LinkLayer`."""
        inner.release(caller, qubit)


class _AlteredService:
    def __init__(self, by: AltersService, inner: LinkLayer, node: str) -> None:
        self._by = by
        self._inner = inner
        self._node = node

    def get_link(self, caller: str | None, remote_node: str) -> LinkView:
        return self._inner.get_link(self._taken_for(caller), remote_node)

    def create(self, caller: str | None, request: PairRequest) -> int:
        return self._by.create(self._inner, self._node, self._taken_for(caller), request)

    def accept(self, caller: str | None, remote_node: str, purpose: int) -> None:
        self._by.accept(self._inner, self._taken_for(caller), remote_node, purpose)

    def stop_accepting(self, caller: str | None, remote_node: str, purpose: int) -> None:
        self._by.stop_accepting(self._inner, self._taken_for(caller), remote_node, purpose)

    def events(self, caller: str | None) -> EventLog:
        return self._by.events(self._inner, self._taken_for(caller))

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        return self._by.measure(self._inner, self._taken_for(caller), qubit, basis)

    def release(self, caller: str | None, qubit: int) -> None:
        self._by.release(self._inner, self._taken_for(caller), qubit)

    def _taken_for(self, caller: str | None) -> str | None:
        return self._by.caller(caller, self._node)
