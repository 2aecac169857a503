"""Variants: networks that conform, but not in the way one would expect."""

from __future__ import annotations

from qinet_reference.named import defined_in
from qinet_reference.variants import choices, forms, offers, stock, wires
from qinet_reference.variants.variant import Variant

ALL: tuple[type[Variant], ...] = defined_in((offers, stock, choices, wires, forms), Variant)
"""Every variant."""
