"""What the two ends of a request have of a pair that was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import BasisChoice, Measured, PairType, Qubit
from qinet_reference.links.domain.outstanding import ORIGIN, PEER

if TYPE_CHECKING:
    import random

    from qinet_reference.links.domain.outstanding import Outstanding
    from qinet_reference.links.domain.physics import Pair, Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bell import Bell


class Halves:
    """Makes pairs, measures the ends that are to be measured, and keeps the others."""

    def __init__(self, terms: Terms, physics: Physics, chance: random.Random, rules: Rules) -> None:
        self._terms = terms
        self._heralding = terms.heralding()
        self._physics = physics
        self._chance = chance
        self._rules = rules

    def new(
        self, order: Outstanding, lower_is_origin: bool, now: float
    ) -> tuple[Bell, tuple[Qubit | Measured, Qubit | Measured]]:
        """The state that was heralded, and the halves of the origin and of the peer.

        Takes the memory that is reserved for the request.
        """
        bell = self._heralding.label(self._chance)
        pair = self._physics.pair(bell, self._terms, now)
        ends = (0, 1) if lower_is_origin else (1, 0)
        request = order.request
        if request.type is PairType.KEEP:
            return bell, (
                self._kept(order, ORIGIN, pair, ends[0]),
                self._kept(order, PEER, pair, ends[1]),
            )
        origin = self._measured(pair, ends[0], request.local_basis, now)
        if request.type is PairType.PREPARE:
            return bell, (origin, self._kept(order, PEER, pair, ends[1]))
        return bell, (origin, self._measured(pair, ends[1], request.remote_basis, now))

    @staticmethod
    def _kept(order: Outstanding, side: int, pair: Pair, end: int) -> Qubit:
        name = order.reserved[side].pop(0)
        order.parties[side].node.memory.put(name, pair, end)
        return Qubit(name)

    def _measured(self, pair: Pair, end: int, choice: BasisChoice | None, now: float) -> Measured:
        basis = self._rules.basis(choice, self._chance)
        return Measured(pair.measure(end, basis, now), basis, now)
