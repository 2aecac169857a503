"""What a variant is."""

from __future__ import annotations

from typing import ClassVar

from qinet_reference.alteration import Alteration, AltersService, AltersStore


class Variant(Alteration):
    """A way to conform that a careless judge would fail; the docstring of each tells which.

    `breaks` are the ids of what a laboratory's network breaks by design, and says so.
    """

    breaks: ClassVar[tuple[str, ...]] = ()


class ServiceVariant(Variant, AltersService):
    """An unusual way to answer, on every wire."""


class StoreVariant(Variant, AltersStore):
    """An unusual way to keep keys, on every wire."""
