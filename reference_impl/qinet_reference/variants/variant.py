"""What a variant is."""

from __future__ import annotations

from qinet_reference.alteration import Alteration


class Variant(Alteration):
    """A way to conform that a careless judge would fail; the docstring of each tells which."""
