"""What a variant is."""

from __future__ import annotations

from qinet_reference.alteration import Alteration, AltersService, AltersStore


class Variant(Alteration):
    """A way to conform that a careless judge would fail; the docstring of each tells which."""


class ServiceVariant(Variant, AltersService):
    """An unusual way to answer, on every wire."""


class StoreVariant(Variant, AltersStore):
    """An unusual way to keep keys, on every wire."""
