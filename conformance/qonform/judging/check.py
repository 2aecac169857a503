"""How a function becomes a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from qonform.judging.cost import Cost, Effort, Offer

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """What a check says of itself."""

    decides: tuple[str, ...]
    """Ids of the requirements that stay open unless it has judged them."""
    deepens: tuple[str, ...]
    """Ids of the requirements that others decide, and at which it looks deeper."""
    keys: Cost | float
    """What it draws at most from a KME that conforms, in keys of default size."""
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

    def cost(self, offer: Offer, effort: Effort) -> int:
        """What it draws at most from a KME with these limits, in bit."""
        return _bits(self.keys, offer, effort)

    def cost_to_shorten(self, offer: Offer, effort: Effort) -> int:
        """What it draws at most beyond that, to make short what it found, in bit."""
        return _bits(self.shortening, offer, effort)


def _bits(cost: Cost | float, offer: Offer, effort: Effort) -> int:
    keys = cost if isinstance(cost, float | int) else cost(offer, effort)
    return round(keys * offer.key_size)


def judges(
    *decides: str,
    keys: Cost | float,
    deepens: tuple[str, ...] = (),
    shortening: Cost | float = 0,
    first: bool = False,
    chance: bool = False,
) -> Callable[[F], F]:
    """Marks a function as the check of the requirements that it `decides`.

    Its first parameter says what it talks to: `bench` (meaning; runs over every transport),
    `rest` (the wire of ETSI 014), `rpc` (the wire of qinet.keys.v1) or `network` (meaning, over
    several transports at once; runs where the run has several). The second is `judge`.

    Args:
        keys: what it draws at most from a KME that conforms, in keys of default size: a number,
            or `by_effort(...)`, or a function of the KME's limits and the effort.
        deepens: requirements that others decide. Where this one cannot be paid, or ends
            undecided, what the others say stands.
        shortening: what it draws at most beyond `keys`, to make short what it found.
        first: whether it runs before all others, which rest on what it finds out.
        chance: whether it tries something else with another seed.
    """

    def mark(function: F) -> F:
        function.qonform = Check(  # type: ignore[attr-defined]
            decides, deepens, keys, shortening, first, chance, function
        )
        return function

    return mark
