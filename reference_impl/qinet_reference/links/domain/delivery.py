"""What the nodes tell of pairs that were made, and of pairs that only one of them knows of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import SEQUENCE_NUMBERS, Done, Failed, PairMade, Qubit, Void
from qinet_reference.links.domain.outstanding import ORIGIN, PEER
from qinet_reference.links.domain.refusal import LinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from qinet_reference.links.domain.memory import Held, Memory
    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.domain.outstanding import Made, Outstanding, Side
    from qinet_reference.links.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class _Missed:
    """A pair of which only one `side` learned; `held` is what it has of the pair."""

    side: Side
    order: Outstanding
    number: int
    made: Made
    held: Held | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A qubit in memory, and what it held when it was delivered."""

    memory: Memory
    qubit: int
    held: Held


class Deliveries:
    """Numbers the pairs of one link, hands over what is held, and tells both nodes."""

    def __init__(self, first_sequence: int, rules: Rules, tell: Callable[[Notice], None]) -> None:
        self._first = first_sequence
        self._rules = rules
        self._tell = tell
        self._numbers: Counter[Hashable] = Counter()
        self._missed: list[_Missed] = []
        self._live: dict[int, list[_Place]] = {}

    def deliver(self, order: Outstanding) -> None:
        """Tell both nodes of all pairs that wait; what they hold is now their applications'."""
        for made in order.waiting:
            number = self._new_number(order)
            for side in (ORIGIN, PEER):
                self._tell_of_pair(order, side, number, made)
        order.waiting.clear()

    def deliver_without(self, missing: Side, order: Outstanding, made: Made) -> None:
        """Tell one end alone of a pair, and drop what the end that missed its herald holds."""
        knows = PEER if missing is ORIGIN else ORIGIN
        theirs, ours = made.halves[missing], made.halves[knows]
        if isinstance(theirs, Qubit):
            order.parties[missing].node.memory.give_back(theirs.id)
        number = self._new_number(order)
        self._tell_of_pair(order, knows, number, made)
        memory = order.parties[knows].node.memory
        held = memory.content(ours.id) if isinstance(ours, Qubit) else None
        self._missed.append(_Missed(knows, order, number, made, held))

    def expire(self) -> None:
        """Declare void, where it was told of, each pair of which the other end never learned."""
        for missed in self._missed:
            side, order = missed.side, missed.order
            ours = missed.made.halves[side]
            if isinstance(ours, Qubit) and missed.held is not None:
                order.parties[side].node.memory.void(ours.id, missed.held)
            void = Void(missed.number, (missed.number + 1) % SEQUENCE_NUMBERS)
            self._tell(order.notice(side, Failed(LinkError.EXPIRED, void)))
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
            self._keep_number(number, party.node.memory, half.id)
        told = PairMade(
            sequence=number,
            type=order.request.type,
            bell=made.bell,
            goodness=made.goodness,
            goodness_time=made.time,
            half=half,
        )
        self._tell(order.notice(side, told))

    def skip(self, count: int) -> None:
        """Leave out so many numbers."""
        self._first += count

    def _keep_number(self, number: int, memory: Memory, qubit: int) -> None:
        """Give the number to no other pair while the qubit is held."""
        held = memory.content(qubit)
        self._live = {n: places for n, places in self._live.items() if _is_live(places)}
        if held is not None:
            self._live.setdefault(number, []).append(_Place(memory, qubit, held))

    def _new_number(self, order: Outstanding) -> int:
        """Pairs are numbered as they are delivered, so numbers rise at each node."""
        counter = self._rules.numbered_with(order)
        while True:
            number = (self._first + self._numbers[counter]) % SEQUENCE_NUMBERS
            self._numbers[counter] += 1
            if not self._rules.is_passed_over(_is_live(self._live.get(number, []))):
                return number


def _is_live(places: Sequence[_Place]) -> bool:
    return any(one.memory.content(one.qubit) is one.held for one in places)
