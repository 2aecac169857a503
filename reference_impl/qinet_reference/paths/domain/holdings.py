"""What one end of a circuit holds, and what it tells its applications of it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Measured, PairType, Qubit
from qinet_reference.links.domain.rules import basis as drawn
from qinet_reference.paths.domain.model import (
    Confirmation,
    Confirmed,
    ConfirmedPair,
    Delivered,
    Expired,
    PathNode,
    PathNotice,
    Side,
    What,
)
from qinet_reference.paths.domain.share import Item, Share, Whole

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from qinet_reference.paths.domain.messages import PairName
    from qinet_reference.paths.domain.source import LinkPair
    from qinet_reference.paths.domain.terms import CircuitTerms


class Holdings:
    """The halves at one end that are not confirmed yet, by the names of their links' pairs."""

    def __init__(
        self,
        side: Side,
        node: PathNode,
        terms: CircuitTerms,
        chance: random.Random,
        tell: Callable[[PathNotice], None],
    ) -> None:
        self._side = side
        self._node = node
        self._terms = terms
        self._chance = chance
        self._tell_notice = tell
        self._items: dict[PairName, Item] = {}
        self._half_ids = count(1)

    def find(self, name: PairName) -> Item | None:
        """The half of a pair, unless it was confirmed or has expired."""
        return self._items.get(name)

    def room(self, share: Share) -> bool:
        """Whether a further half for a request finds memory, if it needs any."""
        return share.order.request.type is not PairType.KEEP or self._node.memory.free > 0

    def take(self, share: Share, pair: LinkPair) -> None:
        """Keep or measure the half of a pair that was heralded, for a request."""
        half, request = pair.halves[self._side], share.order.request
        here: Qubit | Measured
        if request.type is PairType.KEEP:
            here = Qubit(self._node.memory.take())
            self._node.memory.put(here.id, half, self._side)
        else:
            choice = (request.local_basis, request.remote_basis)[self._side]
            basis = drawn(choice, self._chance)
            here = Measured(half.measure(self._side, basis, pair.time), basis, pair.time)
        item = Item(next(self._half_ids), pair.name, share, half, here)
        share.live[pair.name] = self._items[pair.name] = item
        if request.confirmation is Confirmation.LATER:
            self._deliver(item, None)

    def confirm(self, whole: Whole, now: float) -> None:
        """A half belongs to a pair: deliver it, or tell of that if it was delivered before."""
        item, bell = whole.item, whole.bell
        share, wanted = item.share, item.share.order.request.final_state
        self._forget(item)
        share.confirmed += 1
        if wanted is not None and self._side is Side.HEAD:
            item.half.turn(bell, wanted)
        fidelity = item.half.fidelity(bell, now)
        pair = ConfirmedPair(whole.pair_id, wanted or bell, fidelity, now)
        if share.order.request.confirmation is Confirmation.LATER:
            self.tell(share, Confirmed(item.id, pair))
        else:
            self._deliver(item, pair)

    def expire(self, item: Item) -> None:
        """A half belongs to no pair: free its memory, and tell of that if it was delivered."""
        self._forget(item)
        if isinstance(item.here, Qubit):
            if item.held is None:
                self._node.memory.give_back(item.here.id)
            else:
                self._node.memory.void(item.here.id, item.held)
        if item.share.order.request.confirmation is Confirmation.LATER:
            self.tell(item.share, Expired(item.id))

    def tell(self, share: Share, what: What) -> None:
        """Tell the application here of its request."""
        order = share.order
        notice = PathNotice(
            node=self._node.id,
            application=order.applications[self._side],
            circuit=self._terms.id,
            request=order.number,
            remote_node=self._terms.nodes[0 if self._side is Side.TAIL else -1],
            purpose=order.request.purpose,
            what=what,
        )
        self._tell_notice(notice)

    def _deliver(self, item: Item, pair: ConfirmedPair | None) -> None:
        if isinstance(item.here, Qubit):
            self._node.memory.hand_over(item.here.id, item.share.order.applications[self._side])
            item.held = self._node.memory.content(item.here.id)
        self.tell(item.share, Delivered(item.id, item.here, pair))

    def _forget(self, item: Item) -> None:
        del self._items[item.name]
        del item.share.live[item.name]
