"""What a history consists of: steps that can be taken once more, with other keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from qonform.ports.key_delivery import KeyRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.judging import Application

Ref: TypeAlias = tuple[int, int]
"""A key: by which Get key of the history it came, and as which of its keys."""


@dataclass(frozen=True)
class Asker:
    """An SAE that takes part, over each transport that reaches its KME."""

    sae_id: str
    over: dict[str, Application]
    """By profile."""

    def __repr__(self) -> str:
        return self.sae_id


@dataclass(frozen=True)
class Pair:
    """Who gets keys for whom."""

    master: Asker
    slave: str
    """SAE ID."""


@dataclass(frozen=True)
class Draw:
    """Get key. One that is `odd` ought to be refused."""

    name: int
    pair: Pair
    request: KeyRequest
    over: str
    odd: bool = False


@dataclass(frozen=True)
class Fetch:
    """Get key with key IDs."""

    asker: Asker
    master: str
    """SAE ID, as the request names it."""
    keys: tuple[Ref, ...]
    over: str
    beside: str | None = None
    """An ID beside those of the keys, that no key has."""


@dataclass(frozen=True)
class Ask:
    """Get status."""

    pair: Pair
    over: str


@dataclass(frozen=True)
class Restart:
    """Every application starts anew."""


Step: TypeAlias = Draw | Fetch | Ask | Restart


def about_the_last(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The last step, and those that have to do with the keys that it asks for."""
    last = steps[-1]
    if not isinstance(last, Fetch):
        return steps
    names = {name for name, _ in last.keys}
    return tuple(
        step
        for step in steps
        if (isinstance(step, Draw) and step.name in names)
        or (isinstance(step, Fetch) and set(step.keys) & set(last.keys))
    )


def shorter(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The same without one of its steps, but for the last; the later ones first."""
    for place in range(len(steps) - 2, -1, -1):
        yield steps[:place] + steps[place + 1 :]


def plainer(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The same with one of its steps plainer: fewer keys, nothing beside, no size."""
    for place, step in enumerate(steps):
        for plain in _plainer(step):
            yield (*steps[:place], plain, *steps[place + 1 :])


def _plainer(step: Step) -> Iterator[Step]:
    match step:
        case Draw(request=request, odd=False) if request != KeyRequest():
            yield replace(step, request=KeyRequest())
            yield replace(step, request=replace(request, number=None, size=None))
        case Fetch(keys=keys) if len(keys) > 1:
            for key in keys:
                yield replace(step, keys=tuple(k for k in keys if k != key))
        case Fetch(beside=str()):
            yield replace(step, beside=None)
