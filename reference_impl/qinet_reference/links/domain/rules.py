"""The decisions of a link, each a function of its own, so that a composition can replace one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from qinet_reference.links.domain.model import PairRequest, Terms
    from qinet_reference.links.domain.outstanding import Outstanding


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


@dataclass(frozen=True, slots=True)
class Rules:
    """The decisions of one link."""

    urgency: Callable[[Outstanding], tuple[int, int]] = urgency
    watched: Callable[[Sequence[Outstanding]], Sequence[Outstanding]] = watched
    deadline: Callable[[PairRequest, float], float | None] = deadline
    numbered_with: Callable[[Outstanding], Hashable] = numbered_with
    goodness: Callable[[Outstanding, Terms], float] = goodness
