"""What a run will do, in which order, and what it will draw at most: pure, before anything is sent.

The budget is key, or pairs. Checks that decide come first, in the order of requirements decided
per bit, or per pair; then those that look deeper. Where not all can be paid, each gets the least
effort before any gets more, and what is left out is named with its price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.judging import AnyOffer, Check, Effort, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Step:
    """One check over one transport."""

    check: Check
    profile: str
    decides: frozenset[str]
    """Ids of the requirements that stay open in this run unless it judges them."""
    deepens: frozenset[str]
    """Ids of the requirements at which it looks deeper."""


@dataclass(frozen=True)
class Planned:
    """A step, how much it may explore, and what that costs at most."""

    step: Step
    effort: Effort
    most: int
    """In bit, or in pairs."""
    to_shorten: int = 0
    """What it costs at most beyond that, to make short what it found; in the same unit."""
    resource: Resource = Resource.KEY


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run, and those that cannot be paid."""

    steps: tuple[Planned, ...]
    left_out: tuple[Planned, ...]
    """With what each costs at the least effort."""

    def most(self, resource: Resource) -> int:
        """What all steps draw of it at most."""
        return sum(planned.most for planned in self.steps if planned.resource is resource)

    def to_shorten(self, resource: Resource) -> int:
        """What all steps draw at most beyond that, if each finds something to make short."""
        return sum(planned.to_shorten for planned in self.steps if planned.resource is resource)

    def missing(self, resource: Resource) -> int:
        """What the steps left out would draw of it at most."""
        return sum(planned.most for planned in self.left_out if planned.resource is resource)


def price(step: Step, offer: AnyOffer, effort: Effort) -> Planned:
    """What a step costs at most from a target with these limits."""
    most, more = step.check.cost(offer, effort), step.check.cost_to_shorten(offer, effort)
    return Planned(step, effort, most, more, offer.resource)


def plan(
    steps: Iterable[Step],
    offers: Mapping[str, AnyOffer],
    effort: Effort,
    budgets: Mapping[Resource, float],
) -> Plan:
    """Orders steps and shares the budget out.

    Args:
        steps: what could be done.
        offers: the limits of the target, by profile.
        effort: what was asked for.
        budgets: what may be drawn of each resource.
    """
    ordered = in_order([price(step, offers[step.profile], Effort.QUICK) for step in steps])
    granted: list[Planned] = []
    left_out: list[Planned] = []
    left = dict(budgets)
    for planned in ordered:
        pays = planned.most <= left[planned.resource]
        (granted if pays else left_out).append(planned)
        left[planned.resource] -= planned.most if pays else 0
    for i, planned in enumerate(granted):
        more = price(planned.step, offers[planned.step.profile], effort)
        if more.most - planned.most <= left[more.resource]:
            left[more.resource] -= more.most - planned.most
            granted[i] = more
    return Plan(tuple(granted), tuple(left_out))


def in_order(steps: Sequence[Planned]) -> list[Planned]:
    """First what others rest on, then what decides most per bit, then depth, then curiosity."""
    ordered: list[Planned] = []
    decided: set[tuple[str, str]] = set()
    waiting = list(steps)
    while waiting:
        best = min(waiting, key=lambda planned: _rank(planned, decided))
        waiting.remove(best)
        ordered.append(best)
        decided |= {(best.step.profile, r) for r in best.step.decides}
    return ordered


def _rank(planned: Planned, decided: set[tuple[str, str]]) -> tuple[bool, bool, bool, float, int]:
    """The less, the earlier."""
    step = planned.step
    new = sum((step.profile, r) not in decided for r in step.decides)
    return (
        not step.check.first,
        not step.check.requirements,
        not step.decides,
        planned.most / new if new else float("inf") if planned.most else 0,
        planned.most,
    )
