"""What answers applications: a core in this process, or a node's line to one elsewhere."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from qinet_reference.links.domain.events import EventLog
    from qinet_reference.links.domain.model import Measured, PairRequest
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.physics.bases import Basis

T = TypeVar("T")


class HoldsQubits(Protocol):
    """What holds qubits for applications; see `LinkLayer`. Some answers may take their time."""

    def events(self, caller: str | None) -> object:
        """What the caller was told."""

    def measure(
        self, caller: str | None, qubit: int, basis: Basis
    ) -> Measured | Awaitable[Measured]:
        """Measure a qubit, which is gone thereafter."""

    def release(self, caller: str | None, qubit: int) -> Awaitable[None] | None:
        """Give a qubit up."""


class Answering(HoldsQubits, Protocol):
    """A `LinkLayer`, some of whose answers may take their time."""

    def get_link(self, caller: str | None, remote_node: str) -> LinkView | Awaitable[LinkView]:
        """What is offered towards a neighbour."""

    def create(self, caller: str | None, request: PairRequest) -> int | Awaitable[int]:
        """The Create ID of a request for pairs."""

    def accept(self, caller: str | None, remote_node: str, purpose: int) -> Awaitable[None] | None:
        """Accept what a neighbour asks for under a purpose."""

    def stop_accepting(
        self, caller: str | None, remote_node: str, purpose: int
    ) -> Awaitable[None] | None:
        """Accept it no longer."""

    def events(self, caller: str | None) -> EventLog:
        """What the caller was told."""


class Disturbing(Protocol):
    """A `Disturbance`, whose answers may take their time."""

    def miss_heralds(self, remote_node: str, count: int) -> Awaitable[None] | None:
        """Let the node miss heralds, while the neighbour hears them."""

    def skip_numbers(self, remote_node: str, count: int) -> Awaitable[None] | None:
        """Let the counter of sequence numbers go on, as if pairs had been made."""


async def settled(answer: T | Awaitable[T]) -> T:
    """An answer, once it is there."""
    return cast("T", await answer if isawaitable(answer) else answer)
