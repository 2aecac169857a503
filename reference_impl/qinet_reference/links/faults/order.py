"""Lies about the order in which requests are served, and when pairs are delivered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import (
    Delivery,
)
from qinet_reference.links.domain.outstanding import PEER
from qinet_reference.links.faults.fault import LinkFault, RequestFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.outstanding import Outstanding
    from qinet_reference.links.domain.rules import Rules


class PriorityReversed(LinkFault):
    """The smaller the priority, the sooner a request is served."""

    name = "priority-reversed"
    requirements = ("QIA-EGP-PRI-01",)
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, urgency=lambda order: (order.request.priority, order.arrival_rank))


class PriorityIgnored(LinkFault):
    """Requests are served as they come, whatever their priority."""

    name = "priority-ignored"
    requirements = ("QIA-EGP-PRI-01",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, urgency=lambda order: (0, order.arrival_rank))


class OneNodeFirst(LinkFault):
    """Requests of the node with the lower ID are served before those of the other."""

    name = "one-origin-starves"
    requirements = ("QIA-EGP-FAI-01",)

    def rules(self, rules: Rules) -> Rules:
        def urgency(order: Outstanding) -> tuple[int, int]:
            is_higher = order.key.origin > order.parties[PEER].node.id
            return int(is_higher), order.arrival_rank

        return replace(rules, urgency=urgency)


class BlocksInterrupted(LinkFault):
    """A request that is to be served as one block is interrupted by more urgent ones."""

    name = "interleaving-ignored"
    requirements = ("QIA-EGP-ATO-01",)
    seen_in = ("QuTech-Delft/squidasm", "SoftwareQuTech/SimulaQron")

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, holds_the_link=lambda _: False)


class AlwaysPerPair(RequestFault):
    """OKs come as pairs are made, also where they are to come all at once."""

    name = "always-per-pair"
    requirements = ("QIA-EGP-CON-02",)
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def taken(self, request: PairRequest) -> PairRequest:
        return replace(request, delivery=Delivery.PER_PAIR)


class AlwaysAtOnce(RequestFault):
    """OKs come when all pairs are made, also where each is to come as its pair is made."""

    name = "always-when-complete"
    requirements = ("QIA-EGP-CON-01",)

    def taken(self, request: PairRequest) -> PairRequest:
        return replace(request, delivery=Delivery.WHEN_COMPLETE)
