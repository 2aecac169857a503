"""The services of `qinet.entanglement.v1`, as one node answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.links.domain.model import Measured, PairRequest
from qinet_reference.links.domain.terms import LinkView
from qinet_reference.links.domain.validation import check_basis, check_purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.domain.directory import Directory
    from qinet_reference.links.domain.events import EventLog
    from qinet_reference.links.domain.network import LinkNetwork
    from qinet_reference.links.physics.bases import Basis


class LinkLayer(Protocol):
    """What an adapter offers to applications. `caller` is the ID from the certificate.

    `caller` is None when the certificate names nobody. Each method raises `LinkRefusal`, and
    `Refusal` when the caller is not enrolled here.
    """

    def get_link(self, caller: str | None, remote_node: str) -> LinkView:
        """What is offered towards a neighbour."""

    def create(self, caller: str | None, request: PairRequest) -> int:
        """The Create ID of a request for pairs."""

    def accept(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """Accept what a neighbour asks for under a purpose."""

    def stop_accepting(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """Accept it no longer."""

    def events(self, caller: str | None) -> EventLog:
        """What the caller was told."""

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """Measure a qubit, which is gone thereafter."""

    def release(self, caller: str | None, qubit: int) -> None:
        """Give a qubit up."""


class LinkService:
    """A node's answers. `clock` tells the node's time, in s; `changed` is called after each change.

    What was due before a call has happened before it is answered.
    """

    def __init__(
        self,
        node: str,
        directory: Directory,
        network: LinkNetwork,
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._node = network.nodes[node]
        self._directory = directory
        self._network = network
        self._clock = clock
        self._changed = changed

    def get_link(self, caller: str | None, remote_node: str) -> LinkView:
        """See `LinkLayer`."""
        self._enrolled(caller)
        terms = self._network.link(self._node, remote_node).terms
        return LinkView(self._node.id, remote_node, terms, self._node.memory.size, self._clock())

    def create(self, caller: str | None, request: PairRequest) -> int:
        """See `LinkLayer`."""
        caller = self._enrolled(caller)

        def answer() -> int:
            link = self._network.link(self._node, request.remote_node)
            return link.submit(self._node, caller, request, self._now()).create_id

        create_id = self._node.once(caller, request.request_id, answer)
        self._changed()
        return create_id

    def accept(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """See `LinkLayer`."""
        caller = self._named(caller, remote_node, purpose)
        self._node.accept(caller, remote_node, purpose)

    def stop_accepting(self, caller: str | None, remote_node: str, purpose: int) -> None:
        """See `LinkLayer`."""
        caller = self._named(caller, remote_node, purpose)
        self._node.stop_accepting(caller, remote_node, purpose)

    def events(self, caller: str | None) -> EventLog:
        """See `LinkLayer`."""
        return self._node.log(self._enrolled(caller))

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        """See `LinkLayer`."""
        caller = self._enrolled(caller)
        check_basis(basis)
        now = self._now()
        held = self._node.memory.held(qubit, caller)
        outcome = held.pair.measure(held.end, basis, now)
        self._free(qubit, now)
        return Measured(outcome, basis, now)

    def release(self, caller: str | None, qubit: int) -> None:
        """See `LinkLayer`."""
        caller = self._enrolled(caller)
        now = self._now()
        self._node.memory.held(qubit, caller)
        self._free(qubit, now)

    def _free(self, qubit: int, now: float) -> None:
        self._node.memory.give_back(qubit)
        self._network.look_again(now)
        self._changed()

    def _named(self, caller: str | None, remote_node: str, purpose: int) -> str:
        caller = self._enrolled(caller)
        self._network.link(self._node, remote_node)
        check_purpose(purpose)
        return caller

    def _now(self) -> float:
        now = self._clock()
        self._network.advance(now)
        return now

    def _enrolled(self, caller: str | None) -> str:
        return enrolled(self._directory, self._node.id, caller)


def enrolled(directory: Directory, node: str, caller: str | None) -> str:
    """The caller, if it is an application that is enrolled at this very node; refuses others."""
    if caller is None or directory.kme_of(caller) != node:
        message = "the certificate names no application enrolled here"
        raise Refusal(Reason.UNAUTHENTICATED, message)
    return caller
