"""What one end has of one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qinet_reference.links.domain.refusal import LinkError

if TYPE_CHECKING:
    from qinet_reference.links.domain.memory import Held
    from qinet_reference.links.domain.model import Measured, Qubit
    from qinet_reference.links.physics.bell import Bell
    from qinet_reference.paths.domain.messages import Order, PairName
    from qinet_reference.paths.domain.segment import Half


@dataclass(slots=True, eq=False)
class Item:
    """A half at an end, between its making and its confirmation or end.

    `held` is what memory has of it, if it was delivered before it was confirmed.
    """

    id: int
    name: PairName
    share: Share
    half: Half
    here: Qubit | Measured
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """What the tracking of the other end has told of an item: the pair, its state, since when."""

    joined: float
    pair_id: int
    bell: Bell
    item: Item


@dataclass(slots=True, eq=False)
class Share:
    """A request at one end, and what has become of it there so far.

    It fails at `ends` with `error`. `live` are its items. With a window, `due` are those that are
    whole, and were not looked at yet, `gathered` those that wait for the others.
    """

    order: Order
    ends: float
    error: LinkError = LinkError.TIMEOUT
    confirmed: int = 0
    live: dict[PairName, Item] = field(default_factory=dict)
    due: list[Whole] = field(default_factory=list)
    gathered: list[Whole] = field(default_factory=list)

    @property
    def wants(self) -> bool:
        """Whether one more half can be assigned to it: there are never more than are needed."""
        return self.confirmed + len(self.live) < self.order.request.number

    @property
    def is_complete(self) -> bool:
        """Whether all pairs were confirmed."""
        return self.confirmed == self.order.request.number
