"""Variants: networks that conform, but not in the way one would expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinet_reference.variants.variant import Variant

ALL: tuple[type[Variant], ...] = ()
"""Every variant."""
