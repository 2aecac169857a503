"""Faults that show when heralds are missed, when the counter begins again, or in a race."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import SEQUENCE_NUMBERS, Failed, Notice, PairMade
from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.links.faults.fault import LinkFault, PairFault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.service import LinkLayer

_WINDOW_S = 0.005


class NumberOfHeldPair(LinkFault):
    """When the counter comes round, a pair gets the number of one that is still held."""

    name = "number-of-held-pair"
    requirements = ("QIA-EGP-SEQ-04",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, is_passed_over=lambda _: False)


class CounterNeverEnds(PairFault):
    """After 65535 sequence numbers go on with 65536."""

    name = "counter-never-ends"
    requirements = ("QIA-EGP-SEQ-01",)

    def __init__(self) -> None:
        self._before: dict[str, int] = {}
        self._turns: dict[str, int] = {}

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        """See `PairFault`."""
        node = notice.node
        if made.sequence < self._before.get(node, 0):
            self._turns[node] = self._turns.get(node, 0) + 1
        self._before[node] = made.sequence
        number = made.sequence + self._turns.get(node, 0) * SEQUENCE_NUMBERS
        yield replace(notice, what=replace(made, sequence=number))


class PeerCountsTo65534(PairFault):
    """The peer's counter begins again after 65534, one number before the origin's."""

    name = "peer-counts-to-65534"
    requirements = ("QIA-EGP-OK-03",)
    at_origin = False

    def __init__(self) -> None:
        self._before = 0
        self._turns = 0

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        """See `PairFault`."""
        if made.sequence == SEQUENCE_NUMBERS - 1 or made.sequence < self._before:
            self._turns += self._before < SEQUENCE_NUMBERS - 1
        self._before = made.sequence
        number = (made.sequence + self._turns) % SEQUENCE_NUMBERS
        yield replace(notice, what=replace(made, sequence=number))


class LossUntoldAtPeer(LinkFault):
    """The peer is not told that a pair is void of which the origin did not learn."""

    name = "loss-untold-at-peer"
    requirements = ("QIA-EGP-OK-01", "QIA-EGP-OK-09")

    def told(self, notice: Notice) -> Iterable[Notice]:
        """See `LinkAlteration`."""
        what = notice.what
        lost = isinstance(what, Failed) and what.error is LinkError.EXPIRED
        if not lost or notice.at_origin:
            yield notice


class RequestIdRaced(ServiceFault):
    """Calls with one request_id within 5 ms of the first are requests of their own."""

    name = "request-id-raced"
    requirements = ("QIA-EGP-ACK-01",)

    def __init__(self) -> None:
        self._first: dict[tuple[str | None, str], float] = {}

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        """See `AltersService`."""
        del node
        now = time.monotonic()
        first = self._first.setdefault((caller, request.request_id), now)
        if 0 < now - first < _WINDOW_S:
            request = replace(request, request_id="")
        return inner.create(caller, request)
