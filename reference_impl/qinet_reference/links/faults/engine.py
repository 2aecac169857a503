"""Lies that the engine of a link tells: numbers, deadlines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.faults.fault import LinkFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.rules import Rules


class NumberedByPurpose(LinkFault):
    """Pairs are numbered apart for each purpose, so two pairs of the nodes share a number."""

    name = "sequence-per-purpose"
    requirements = ("QIA-EGP-SEQ-01",)
    seen_in = ("SoftwareQuTech/SimulaQron",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, numbered_with=lambda order: order.request.purpose)


class OnlyTheHeadTimesOut(LinkFault):
    """Only the request that is served next times out; those that wait behind it do not."""

    name = "timeout-head-only"
    requirements = ("QIA-EGP-TIM-06", "QIA-EGP-TIM-01", "QIA-EGP-TIM-02")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, watched=lambda queue: queue[:1])


class ServedAfterTheDeadline(LinkFault):
    """A request is served for four times as long as it may take before it times out."""

    name = "ok-after-deadline"
    requirements = ("QIA-EGP-TIM-01", "QIA-EGP-TIM-03")

    def rules(self, rules: Rules) -> Rules:
        def late(request: PairRequest, arrival: float) -> float | None:
            return None if request.max_time is None else arrival + 4 * request.max_time

        return replace(rules, deadline=late)
