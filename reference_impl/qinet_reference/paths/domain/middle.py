"""A node that swaps: what waits there, what became of it, and the tracking that passes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qinet_reference.links.physics.bell import after_swapping
from qinet_reference.paths.domain.messages import Complete, Expire, Forward, Track
from qinet_reference.paths.domain.model import Side
from qinet_reference.paths.domain.segment import join

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from qinet_reference.links.physics.bell import Bell
    from qinet_reference.paths.domain.agenda import Agenda, Appointment
    from qinet_reference.paths.domain.messages import Message, PairName
    from qinet_reference.paths.domain.source import LinkPair
    from qinet_reference.paths.domain.terms import CircuitTerms


@dataclass(frozen=True, slots=True)
class _Waiting:
    pair: LinkPair
    cutoff: Appointment


@dataclass(frozen=True, slots=True)
class _Swapped:
    """The record of a swap, for one of its pairs: the other one, and what was found."""

    partner: LinkPair
    found: Bell
    time: float


@dataclass(frozen=True, slots=True)
class _Discarded:
    """The record of a cutoff."""

    time: float


class Middle:
    """Swaps the oldest qubits that wait on both sides, at once, and asks nobody (QNP).

    Nobody is told of a swap or of a cutoff: records of both wait for the tracking. `send` passes a
    message on to the neighbour in its direction.
    """

    def __init__(
        self,
        terms: CircuitTerms,
        agenda: Agenda,
        chance: random.Random,
        send: Callable[[Message, float], None],
    ) -> None:
        self._terms = terms
        self._agenda = agenda
        self._chance = chance
        self._send = send
        self._orders: set[int] = set()
        self._waiting: tuple[deque[_Waiting], deque[_Waiting]] = (deque(), deque())
        self._records: dict[PairName, _Swapped | _Discarded] = {}
        self._parked: dict[PairName, Track] = {}

    def room(self, side: Side) -> bool:
        """Whether a pair with the neighbour on this side is wanted."""
        return bool(self._orders) and len(self._waiting[side]) < self._terms.waiting

    def take(self, side: Side, pair: LinkPair) -> None:
        """A pair with that neighbour was heralded."""
        waiting = _Waiting(
            pair,
            self._agenda.at(pair.time + self._terms.cutoff, lambda now: self._discard(side, now)),
        )
        self._waiting[side].append(waiting)
        if all(self._waiting):
            self._swap(pair.time)

    def receive(self, message: Message, now: float) -> None:
        """A message of a neighbour."""
        if isinstance(message, Track):
            self._parked[message.running] = message
            self._pass_on(message.running, now)
            return
        if isinstance(message, Forward):
            self._orders.add(message.order.number)
        elif isinstance(message, Complete):
            self._orders.discard(message.order)
        self._send(message, now)

    def _swap(self, now: float) -> None:
        left, right = (self._waiting[side].popleft() for side in Side)
        for waiting in (left, right):
            waiting.cutoff.cancel()
        found = join(
            left.pair.halves[Side.TAIL],
            right.pair.halves[Side.HEAD],
            self._terms.swap_noise,
            self._chance,
            now,
        )
        self._record(left.pair.name, _Swapped(right.pair, found, now))
        self._record(right.pair.name, _Swapped(left.pair, found, now))

    def _discard(self, side: Side, now: float) -> None:
        """The oldest qubit on a side has waited too long."""
        self._record(self._waiting[side].popleft().pair.name, _Discarded(now))

    def _record(self, name: PairName, record: _Swapped | _Discarded) -> None:
        """Keep what became of a qubit, for as long as tracking may come, and let it pass."""
        self._records[name] = record
        oldest = next(iter(self._records))
        while self._records[oldest].time < record.time - self._terms.records_kept:
            del self._records[oldest]
            oldest = next(iter(self._records))
        self._pass_on(name, record.time)

    def _pass_on(self, name: PairName, now: float) -> None:
        """Let tracking pass, if it is here and it is known what became of its qubit."""
        record = self._records.get(name)
        if record is None or name not in self._parked:
            return
        track = self._parked.pop(name)
        if isinstance(record, _Discarded):
            self._send(Expire(track.towards.other, track.origin), now)
            return
        partner = record.partner
        folded = replace(
            track,
            running=partner.name,
            bell=after_swapping(track.bell, partner.bell, record.found),
            joined=max(track.joined, record.time),
        )
        self._send(folded, now)
