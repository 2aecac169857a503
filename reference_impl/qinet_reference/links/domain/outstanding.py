"""A request between its ACK and its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from qinet_reference.links.domain.model import Delivery, Interleaving, Notice, Qubit
from qinet_reference.links.domain.validation import holding

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import Measured, PairRequest, RequestKey, What
    from qinet_reference.links.domain.node import Node
    from qinet_reference.links.physics.bell import Bell

Side: TypeAlias = Literal[0, 1]
"""One end of a request."""

ORIGIN: Side = 0
PEER: Side = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A pair that was made, at `time`; halves of the origin and of the peer."""

    bell: Bell
    goodness: float
    time: float
    halves: tuple[Qubit | Measured, Qubit | Measured]


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a request: a node, and the application that takes part there."""

    node: Node
    application: str


@dataclass(slots=True, eq=False)
class Outstanding:
    """A request that was acknowledged, and what has become of it so far.

    `parties` are the origin and the peer. `reserved` are the qubits that are kept for it at
    each, `waiting` the pairs that were made and not delivered, `made` how many were made at all.
    """

    key: RequestKey
    request: PairRequest
    parties: tuple[Party, Party]
    arrival: float
    arrival_rank: int
    deadline: float | None
    reserved: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    waiting: list[Made] = field(default_factory=list)
    made: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all pairs were made."""
        return self.made == self.request.number

    @property
    def delivers_at_once(self) -> bool:
        """Whether OKs wait until all pairs are made."""
        return self.request.delivery is Delivery.WHEN_COMPLETE

    @property
    def is_block(self) -> bool:
        """Whether nothing else may be served now that it was begun."""
        return self.made > 0 and self.request.interleaving is Interleaving.FORBIDDEN

    @property
    def has_room(self) -> bool:
        """Whether its next pair finds memory at both nodes."""
        return all(
            not holds or reserved or party.node.memory.free >= self._at_once
            for holds, reserved, party in zip(
                holding(self.request.type), self.reserved, self.parties, strict=True
            )
        )

    def reserve(self) -> None:
        """Take the memory of the next pair; before the first, that of all delivered at once."""
        for holds, reserved, party in zip(
            holding(self.request.type), self.reserved, self.parties, strict=True
        ):
            if holds and not reserved:
                reserved += [party.node.memory.take() for _ in range(self._at_once)]

    @property
    def _at_once(self) -> int:
        return self.request.number if self.delivers_at_once else 1

    def abandon(self) -> None:
        """Give back all memory that was not delivered."""
        for side, party in enumerate(self.parties):
            halves = (made.halves[side] for made in self.waiting)
            held = [half.id for half in halves if isinstance(half, Qubit)]
            for qubit in (*self.reserved[side], *held):
                party.node.memory.give_back(qubit)

    def notice(self, side: int, what: What) -> Notice:
        """What one side is told of it."""
        party, other = self.parties[side], self.parties[1 - side]
        return Notice(
            node=party.node.id,
            application=party.application,
            request=self.key,
            remote_node=other.node.id,
            purpose=self.request.purpose,
            what=what,
        )
