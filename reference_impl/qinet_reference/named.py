"""Finds the alterations that modules define."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

T = TypeVar("T")


def defined_in(modules: Iterable[ModuleType], base: type[T]) -> tuple[type[T], ...]:
    """The named subclasses of `base`, module by module, in the order of their definition."""
    return tuple(
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, base)
        and kind.__module__ == module.__name__
        and "name" in vars(kind)
    )
