"""Links that serve requests otherwise than one would expect."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.variants.variant import LinkVariant

if TYPE_CHECKING:
    from qinet_reference.links.domain.rules import Rules

_LOST = 10


class HeraldsLost(LinkVariant):
    """Of each tenth pair the peer never learns; at the origin it expires, and another is made."""

    name = "heralds-lost"

    def rules(self, rules: Rules) -> Rules:
        heralds = count(1)
        return replace(rules, is_missed=lambda _: next(heralds) % _LOST == 0)


class LastComeFirstServed(LinkVariant):
    """Of two requests with one priority, the one that came last is served first."""

    name = "last-come-first-served"

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, urgency=lambda order: (-order.request.priority, -order.arrival_rank))
