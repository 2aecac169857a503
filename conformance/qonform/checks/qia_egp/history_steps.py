"""What anybody may do to a link, one step each; a history is a sequence of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from qonform.ports.entanglement import Delivery, Interleaving, PairType

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Create:
    """A pair of applications gets pairs: the first asks, the second accepts.

    `name` tells it from others of the history; `hurried`: it has half the time that it takes.
    """

    name: int
    pair: int
    type: PairType
    number: int = 1
    delivery: Delivery = Delivery.PER_PAIR
    interleaving: Interleaving = Interleaving.ALLOWED
    priority: int = 0
    hurried: bool = False


@dataclass(frozen=True)
class Again:
    """The same call once more, as if its answer had not come."""

    name: int


@dataclass(frozen=True)
class Use:
    """A qubit of a request is measured or released, by its owner or by another application."""

    name: int
    place: int
    measured: bool
    by_owner: bool = True


@dataclass(frozen=True)
class Stop:
    """A purpose is accepted no longer."""

    pair: int


@dataclass(frozen=True)
class Accept:
    """It is accepted again."""

    pair: int


@dataclass(frozen=True)
class Rest:
    """Everybody waits until all that was asked for has come to its end."""


Step: TypeAlias = Create | Again | Use | Stop | Accept | Rest


def shorter(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The history without its later half, without one step, or with a plainer one."""
    if len(steps) > 3:
        yield steps[: len(steps) // 2]
        yield steps[len(steps) // 2 :]
    for place in range(len(steps) - 1, -1, -1):
        yield steps[:place] + steps[place + 1 :]
    for place, step in enumerate(steps):
        if isinstance(step, Create):
            plain = Create(step.name, step.pair, step.type)
            for less in (plain, replace(step, number=1)):
                if less != step:
                    yield (*steps[:place], less, *steps[place + 1 :])
