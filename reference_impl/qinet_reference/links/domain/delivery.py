"""What the nodes tell of pairs that were made, and of pairs that only one of them knows of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import SEQUENCE_NUMBERS, Done, Failed, PairMade, Qubit, Void
from qinet_reference.links.domain.outstanding import ORIGIN, PEER
from qinet_reference.links.domain.refusal import LinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from qinet_reference.links.domain.memory import Held
    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.domain.outstanding import Made, Outstanding
    from qinet_reference.links.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class _Missed:
    """A pair of which only the origin learned; `held` is what the origin has of it."""

    order: Outstanding
    number: int
    made: Made
    held: Held | None


class Deliveries:
    """Numbers the pairs of one link, hands over what is held, and tells both nodes."""

    def __init__(self, first_sequence: int, rules: Rules, tell: Callable[[Notice], None]) -> None:
        self._first = first_sequence
        self._rules = rules
        self._tell = tell
        self._numbers: Counter[Hashable] = Counter()
        self._missed: list[_Missed] = []

    def deliver(self, order: Outstanding) -> None:
        """Tell both nodes of all pairs that wait; what they hold is now their applications'."""
        for made in order.waiting:
            number = self._new_number(order)
            for side in (ORIGIN, PEER):
                self._tell_of_pair(order, side, number, made)
        order.waiting.clear()

    def deliver_to_origin(self, order: Outstanding, made: Made) -> None:
        """Tell the origin alone of a pair, and drop what the peer holds of it."""
        theirs, ours = made.halves[PEER], made.halves[ORIGIN]
        if isinstance(theirs, Qubit):
            order.parties[PEER].node.memory.give_back(theirs.id)
        number = self._new_number(order)
        self._tell_of_pair(order, ORIGIN, number, made)
        memory = order.parties[ORIGIN].node.memory
        held = memory.content(ours.id) if isinstance(ours, Qubit) else None
        self._missed.append(_Missed(order, number, made, held))

    def expire(self) -> None:
        """Declare void, at the origin, each pair of which the peer never learned."""
        for missed in self._missed:
            ours, order = missed.made.halves[ORIGIN], missed.order
            if isinstance(ours, Qubit) and missed.held is not None:
                order.parties[ORIGIN].node.memory.void(ours.id, missed.held)
            void = Void(missed.number, (missed.number + 1) % SEQUENCE_NUMBERS)
            self._tell(order.notice(ORIGIN, Failed(LinkError.EXPIRED, void)))
        self._missed.clear()

    def tell_end(self, order: Outstanding, what: Done | Failed) -> None:
        """Tell both nodes how a request has ended."""
        self.expire()
        for side in (ORIGIN, PEER):
            self._tell(order.notice(side, what))

    def _tell_of_pair(self, order: Outstanding, side: int, number: int, made: Made) -> None:
        party, half = order.parties[side], made.halves[side]
        if isinstance(half, Qubit):
            party.node.memory.hand_over(half.id, party.application)
        told = PairMade(
            sequence=number,
            type=order.request.type,
            bell=made.bell,
            goodness=made.goodness,
            goodness_time=made.time,
            half=half,
        )
        self._tell(order.notice(side, told))

    def _new_number(self, order: Outstanding) -> int:
        """Pairs are numbered as they are delivered, so numbers rise at each node."""
        counter = self._rules.numbered_with(order)
        number = self._first + self._numbers[counter]
        self._numbers[counter] += 1
        return number % SEQUENCE_NUMBERS
