"""How a function becomes a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from qonform.judging.cost import AnyOffer, Cost, Effort

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """What a check says of itself."""

    decides: tuple[str, ...]
    """Ids of the requirements that stay open unless it has judged them."""
    deepens: tuple[str, ...]
    """Ids of the requirements that others decide, and at which it looks deeper."""
    most: Cost | float
    """What it draws at most from a target that conforms: in keys of default size, or in pairs."""
    shortening: Cost | float
    """What it draws at most beyond that, to make short what it found; in the same unit."""
    first: bool
    """Whether it runs before all others, which rest on what it finds out."""
    chance: bool
    """Whether it tries something else with another seed, so that it is worth another round."""
    function: Callable[..., None]

    @property
    def requirements(self) -> tuple[str, ...]:
        """Everything that it judges."""
        return self.decides + self.deepens

    @property
    def id(self) -> str:
        """Dotted name below `qonform.checks`, such as `etsi014.fetching.a_stranger_is_refused`."""
        module = self.function.__module__.removeprefix("qonform.checks.")
        return f"{module}.{self.function.__name__}"

    @property
    def title(self) -> str:
        """First paragraph of its docstring, in one line."""
        paragraph = (self.function.__doc__ or self.function.__name__).strip().split("\n\n")[0]
        return " ".join(paragraph.split())

    def cost(self, offer: AnyOffer, effort: Effort) -> int:
        """What it draws at most from a target with these limits, in bit or in pairs."""
        return _whole(self.most, offer, effort)

    def cost_to_shorten(self, offer: AnyOffer, effort: Effort) -> int:
        """What it draws at most beyond that, to make short what it found; in the same unit."""
        return _whole(self.shortening, offer, effort)


def _whole(cost: Cost | float, offer: AnyOffer, effort: Effort) -> int:
    units = cost if isinstance(cost, float | int) else cost(offer, effort)
    return round(units * offer.unit)


def judges(
    *decides: str,
    keys: Cost | float = 0,
    pairs: Cost | float = 0,
    deepens: tuple[str, ...] = (),
    shortening: Cost | float = 0,
    first: bool = False,
    chance: bool = False,
) -> Callable[[F], F]:
    """Marks a function as the check of the requirements that it `decides`.

    Its first parameter says what it talks to: `bench` (meaning; runs over every transport),
    `rest` (the wire of ETSI 014), `rpc` (the wire of qinet.keys.v1), `network` (meaning, over
    several transports at once; runs where the run has several), `links` (entangled links) or
    `paths` (pairs over several links). The second is `judge`.

    Args:
        keys: what it draws at most from a KME that conforms, in keys of default size: a number,
            or `by_effort(...)`, or a function of the KME's limits and the effort.
        pairs: what a check of `links` or `paths` draws at most, in pairs; in the same ways.
        deepens: requirements that others decide. Where this one cannot be paid, or ends
            undecided, what the others say stands.
        shortening: what it draws at most beyond that, to make short what it found.
        first: whether it runs before all others, which rest on what it finds out.
        chance: whether it tries something else with another seed.
    """

    def mark(function: F) -> F:
        function.qonform = Check(  # type: ignore[attr-defined]
            decides, deepens, keys or pairs, shortening, first, chance, function
        )
        return function

    return mark
