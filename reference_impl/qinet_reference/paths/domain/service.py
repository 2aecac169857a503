"""The network layer of `qinet.entanglement.v1`, as one node answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.links.domain.model import Measured
from qinet_reference.links.domain.validation import check_basis, check_purpose, unsupported
from qinet_reference.paths.domain.model import Side
from qinet_reference.paths.domain.terms import PathView

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.domain.directory import Directory
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.paths.domain.circuit import Circuit
    from qinet_reference.paths.domain.model import PathLog, PathRequest
    from qinet_reference.paths.domain.network import PathNetwork


class NetworkLayer(Protocol):
    """What an adapter offers to applications. `caller` is the ID from the certificate.

    `caller` is None when the certificate names nobody. Each method raises `LinkRefusal`, and
    `Refusal` when the caller is not enrolled here.
    """

    def get_paths(self, caller: str | None, remote_node: str) -> list[PathView]:
        """The circuits between this node and another."""

    def get_path(self, caller: str | None, circuit: str) -> PathView:
        """What a circuit offers."""

    def open(self, caller: str | None, circuit: str, purpose: int) -> None:
        """Take part in a circuit under a purpose."""

    def close(self, caller: str | None, circuit: str, purpose: int) -> None:
        """Take part no longer."""

    def request(self, caller: str | None, request: PathRequest) -> int:
        """The number of a request for pairs."""

    def events(self, caller: str | None) -> PathLog:
        """What the caller was told."""

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """Measure a qubit, which is gone thereafter."""

    def release(self, caller: str | None, qubit: int) -> None:
        """Give a qubit up."""


class PathService:
    """A node's answers. `clock` tells the node's time, in s; `changed` is called after each change.

    What was due before a call has happened before it is answered.
    """

    def __init__(
        self,
        node: str,
        directory: Directory,
        network: PathNetwork,
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._node = network.nodes[node]
        self._directory = directory
        self._network = network
        self._clock = clock
        self._changed = changed

    def get_paths(self, caller: str | None, remote_node: str) -> list[PathView]:
        """See `NetworkLayer`."""
        self._enrolled(caller)
        return [self._view(each) for each in self._network.between(self._node, remote_node)]

    def get_path(self, caller: str | None, circuit: str) -> PathView:
        """See `NetworkLayer`."""
        self._enrolled(caller)
        return self._view(self._network.circuit(self._node, circuit))

    def open(self, caller: str | None, circuit: str, purpose: int) -> None:
        """See `NetworkLayer`."""
        caller = self._enrolled(caller)
        self._network.circuit(self._node, circuit)
        check_purpose(purpose)
        self._node.accept(caller, circuit, purpose)

    def close(self, caller: str | None, circuit: str, purpose: int) -> None:
        """See `NetworkLayer`."""
        caller = self._enrolled(caller)
        closed = self._network.circuit(self._node, circuit)
        check_purpose(purpose)
        closed.close(self._node, caller, purpose, self._now())
        self._changed()

    def request(self, caller: str | None, request: PathRequest) -> int:
        """See `NetworkLayer`."""
        caller = self._enrolled(caller)

        def answer() -> int:
            circuit = self._network.circuit(self._node, request.circuit)
            if circuit.end_of(self._node) is not Side.HEAD:
                raise unsupported("requests are made at the head-end")
            return circuit.submit(caller, request, self._now())

        number = self._node.once(caller, request.request_id, answer)
        self._changed()
        return number

    def events(self, caller: str | None) -> PathLog:
        """See `NetworkLayer`."""
        return self._node.log(self._enrolled(caller))

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """See `NetworkLayer`."""
        caller = self._enrolled(caller)
        check_basis(basis)
        now = self._now()
        held = self._node.memory.held(qubit, caller)
        outcome = held.pair.measure(held.end, basis, now)
        self._free(qubit, now)
        return Measured(outcome, basis, now)

    def release(self, caller: str | None, qubit: int) -> None:
        """See `NetworkLayer`."""
        caller = self._enrolled(caller)
        now = self._now()
        self._node.memory.held(qubit, caller)
        self._free(qubit, now)

    def _view(self, circuit: Circuit) -> PathView:
        return PathView(circuit.terms, self._node.memory.size, self._clock())

    def _free(self, qubit: int, now: float) -> None:
        self._node.memory.give_back(qubit)
        self._network.look_again(now)
        self._changed()

    def _now(self) -> float:
        now = self._clock()
        self._network.advance(now)
        return now

    def _enrolled(self, caller: str | None) -> str:
        """Only applications that are enrolled at this very node are served."""
        if caller is None or self._directory.kme_of(caller) != self._node.id:
            message = "the certificate names no application enrolled here"
            raise Refusal(Reason.UNAUTHENTICATED, message)
        return caller
