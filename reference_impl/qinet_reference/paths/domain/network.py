"""All circuits of a network, and the passing of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.domain.validation import malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.paths.domain.agenda import Agenda
    from qinet_reference.paths.domain.circuit import Circuit
    from qinet_reference.paths.domain.model import PathNode


class PathNetwork:
    """Circuits, of which some share links, and the nodes at which they end."""

    def __init__(
        self, nodes: Sequence[PathNode], circuits: Sequence[Circuit], agenda: Agenda
    ) -> None:
        self._agenda = agenda
        self.nodes = {node.id: node for node in nodes}
        self._circuits = {circuit.terms.id: circuit for circuit in circuits}

    def between(self, node: PathNode, remote_node: str) -> list[Circuit]:
        """The circuits that have one end at a node, and the other at another."""
        ends = {node.id, remote_node}
        return [
            circuit
            for circuit in self._circuits.values()
            if node.id != remote_node
            and {*circuit.terms.nodes[:: len(circuit.terms.links)]} == ends
        ]

    def circuit(self, node: PathNode, circuit_id: str) -> Circuit:
        """A circuit that ends at a node; refuses any other."""
        circuit = self._circuits.get(circuit_id)
        if circuit is None or circuit.end_of(node) is None:
            raise malformed("circuit_id names no circuit that ends at this node")
        return circuit

    def next_moment(self) -> float | None:
        """When something happens next, unless something is asked before."""
        return self._agenda.next_moment()

    def advance(self, to: float) -> None:
        """Let everything happen that happens until `to`, in the order in which it happens."""
        while (moment := self.next_moment()) is not None and moment <= to:
            self._agenda.do_next()
            self.look_again(moment)

    def look_again(self, now: float) -> None:
        """Begin or stop attempts, for requests or memory have changed."""
        for circuit in self._circuits.values():
            circuit.look_again(now)
