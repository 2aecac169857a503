"""The decisions of a link, each a function of its own, so that a composition can replace one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import RandomBasis
from qinet_reference.links.physics.bases import Axis

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Hashable, Sequence

    from qinet_reference.links.domain.model import BasisChoice, PairRequest
    from qinet_reference.links.domain.outstanding import Outstanding, Side
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bases import Basis


def urgency(order: Outstanding) -> tuple[int, int]:
    """What is least is served first: the greater priority, then the earlier arrival."""
    return -order.request.priority, order.arrival_rank


def watched(queue: Sequence[Outstanding]) -> Sequence[Outstanding]:
    """Whose deadlines are looked at: all, however far behind they wait."""
    return queue


def deadline(request: PairRequest, arrival: float) -> float | None:
    """When a request has failed unless it is complete."""
    return None if request.max_time is None else arrival + request.max_time


def numbered_with(order: Outstanding) -> Hashable:
    """The name of the counter that numbers the pairs of a request: one for the whole link."""
    del order
    return None


def goodness(order: Outstanding, terms: Terms) -> float:
    """The estimate of the fidelity of a pair that was just made."""
    del order
    return terms.fidelity


def holds_the_link(order: Outstanding) -> bool:
    """Whether no other request may be served before this one has ended."""
    return order.is_block


def basis(choice: BasisChoice | None, chance: random.Random) -> Basis:
    """In which basis one end of a pair is measured; the two ends draw apart."""
    if choice is None:
        return Axis.Z
    if not isinstance(choice, RandomBasis):
        return choice
    among: tuple[Axis, ...] = choice.among.value
    return chance.choices(among, choice.probabilities or None)[0]


def missed_by(order: Outstanding) -> Side | None:
    """Which end misses the herald of a pair, if one does; the other then learns of that later."""
    del order
    return None


def is_passed_over(live: bool) -> bool:
    """Whether a number is left out, by whether a pair that is still held has it."""
    return live


@dataclass(frozen=True, slots=True)
class Rules:
    """The decisions of one link."""

    urgency: Callable[[Outstanding], tuple[int, int]] = urgency
    watched: Callable[[Sequence[Outstanding]], Sequence[Outstanding]] = watched
    deadline: Callable[[PairRequest, float], float | None] = deadline
    numbered_with: Callable[[Outstanding], Hashable] = numbered_with
    goodness: Callable[[Outstanding, Terms], float] = goodness
    holds_the_link: Callable[[Outstanding], bool] = holds_the_link
    basis: Callable[[BasisChoice | None, random.Random], Basis] = basis
    missed_by: Callable[[Outstanding], Side | None] = missed_by
    is_passed_over: Callable[[bool], bool] = is_passed_over
