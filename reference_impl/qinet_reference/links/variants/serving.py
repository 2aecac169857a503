"""Links that serve requests otherwise than one would expect."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.alteration import AltersService
from qinet_reference.links.domain.model import Failed, Notice, RequestKey
from qinet_reference.links.domain.outstanding import PEER
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.variants.variant import LinkVariant

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.service import LinkLayer

_LOST = 10
_CAUTION = 0.9


class HeraldsLost(LinkVariant):
    """Of each tenth pair the peer never learns; at the origin it expires, and another is made."""

    name = "heralds-lost"

    def rules(self, rules: Rules) -> Rules:
        heralds = count(1)
        return replace(rules, missed_by=lambda _: None if next(heralds) % _LOST else PEER)


class LastComeFirstServed(LinkVariant):
    """Of two requests with one priority, the one that came last is served first."""

    name = "last-come-first-served"

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, urgency=lambda order: (-order.request.priority, -order.arrival_rank))


class CautiousGoodness(LinkVariant):
    """The goodness of pairs is estimated with caution: 0.9 of what it is."""

    name = "goodness-cautious"

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, goodness=lambda _, terms: _CAUTION * terms.fidelity)


class RejectsLate(LinkVariant, AltersService):
    """A purpose that nobody accepts is acknowledged, and the request rejected thereafter."""

    name = "rejects-late"

    def __init__(self) -> None:
        self._ids = count(1_000_000)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        try:
            return inner.create(caller, request)
        except LinkRefusal as refusal:
            if refusal.error is not LinkError.REJECTED or caller is None:
                raise
        key = RequestKey(node, next(self._ids))
        rejected = Failed(LinkError.REJECTED)
        told = Notice(node, caller, key, request.remote_node, request.purpose, rejected)
        inner.events(caller).append(told)
        return key.create_id
