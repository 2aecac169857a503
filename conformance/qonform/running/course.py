"""The course of a run: planned before it begins, and again when more is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Effort, Offer, Resource
from qonform.running.planning import Plan, Planned, Step, plan, price

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qonform.running.session import Session


class Course:
    """Gives out the steps of a run one by one.

    The first plan rests on what the standard's example offers, the second on what the target's
    own Status says. What could not be paid is planned again at the end, with what is left, since
    most checks draw less than they might; and then what got less effort than was asked for.

    Args:
        session: whose budget and target it is.
        steps: what could be done.
    """

    def __init__(self, session: Session, steps: Iterable[Step]) -> None:
        self._session = session
        self._waiting = list(steps)
        self.done: list[Planned] = []
        self.plan = self._plan(session.stock)
        """As foreseen now: the last plan that had all steps that were not done by then."""

    def __iter__(self) -> Iterator[Planned]:
        yield from self._go(p for p in self.plan.steps if p.step.check.first)
        self.plan = current = self._plan(self._session.stock)
        while current.steps:
            yield from self._go(current.steps)
            current = self._plan(self._session.stock)
        yield from self._go(self._plan().steps)  # a store that is too poor now may fill up
        for planned in self.reduced:
            more = self._in_full(planned)
            if more.most <= self._session.meter.left(more.resource):
                self.done.append(more)
                yield more

    def _go(self, steps: Iterable[Planned]) -> Iterator[Planned]:
        for planned in steps:
            self._waiting.remove(planned.step)
            self.done.append(planned)
            yield planned

    def _in_full(self, planned: Planned) -> Planned:
        offer = self._session.offers[planned.step.profile]
        return price(planned.step, offer, self._session.options.effort)

    def _plan(self, stock: Mapping[Resource, float] | None = None) -> Plan:
        session, stock = self._session, stock or {}
        budgets = {r: min(session.meter.left(r), stock.get(r, float("inf"))) for r in Resource}
        return plan(self._waiting, session.offers, session.options.effort, budgets)

    def most(self, resource: Resource) -> int:
        """What the run draws at most, as foreseen now, with what has been planned before."""
        return self.plan.most(resource) + sum(p.most for p in self._before(resource))

    def to_shorten(self, resource: Resource) -> int:
        """What it draws at most beyond that, to make short what it finds; the budget bounds it."""
        most = self.plan.to_shorten(resource) + sum(p.to_shorten for p in self._before(resource))
        return max(0, min(most, self.budget(resource) - self.most(resource)))

    def _before(self, resource: Resource) -> list[Planned]:
        return [p for p in self.done if p.resource is resource and p not in self.plan.steps]

    def budget(self, resource: Resource) -> int:
        """What may be drawn in all."""
        return self._session.meter.budget(resource)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is drawn."""
        given = {offer.resource for offer in self._session.offers.values()}
        return tuple(resource for resource in Resource if resource in given)

    @property
    def again(self) -> bool:
        """Whether chance is tried again and again, after all has been done once."""
        return self._session.options.for_s > 0

    @property
    def key_size(self) -> int:
        """Default size of a key in bit, as far as it is known: the largest over the profiles."""
        sizes = [o.key_size for o in self._session.offers.values() if isinstance(o, Offer)]
        return max(sizes, default=Offer.key_size)

    @property
    def left_out(self) -> tuple[Planned, ...]:
        """What was never done, with what it would cost at least."""
        offers, least = self._session.offers, Effort.QUICK
        return tuple(price(step, offers[step.profile], least) for step in self._waiting)

    @property
    def reduced(self) -> tuple[Planned, ...]:
        """What was done with less effort than was asked for, for want of key."""
        last = {planned.step: planned for planned in self.done}
        asked = self._session.options.effort
        return tuple(p for p in last.values() if p.effort is not asked)
