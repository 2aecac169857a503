"""Variants: networks that conform, but not in the way one would expect."""

from __future__ import annotations

from qinet_reference.named import defined_in
from qinet_reference.variants import answers, fetching, forms, offers, reading, stock, wires
from qinet_reference.variants.variant import Variant

_AREAS = (offers, stock, answers, fetching, reading, wires, forms)

ALL: tuple[type[Variant], ...] = defined_in(_AREAS, Variant)
"""Every variant, area by area."""
