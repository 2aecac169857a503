"""How a function becomes a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """What a check says of itself."""

    requirements: tuple[str, ...]
    keys: float
    """What it draws at most at `standard`, in keys of default size."""
    first: bool
    """Whether it runs before all others, which rest on what it finds out."""
    function: Callable[..., None]

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


def judges(*requirements: str, keys: float, first: bool = False) -> Callable[[F], F]:
    """Marks a function as the check of `requirements`.

    Its first parameter says what it talks to: `bench` (meaning; runs over every transport),
    `rest` (the wire of ETSI 014) or `rpc` (the wire of qinet.keys.v1). The second is `judge`.

    Args:
        keys: what it draws at most at `standard`, in keys of default size.
        first: whether it runs before all others, which rest on what it finds out.
    """

    def mark(function: F) -> F:
        function.qonform = Check(requirements, keys, first, function)  # type: ignore[attr-defined]
        return function

    return mark
