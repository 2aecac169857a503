"""Variants of links: networks that conform, but not in the way one would expect."""

from __future__ import annotations

from qinet_reference.links.variants import lacking, naming, offers, serving
from qinet_reference.links.variants.variant import LinkVariant
from qinet_reference.named import defined_in

_AREAS = (offers, lacking, naming, serving)

ALL: tuple[type[LinkVariant], ...] = defined_in(_AREAS, LinkVariant)
"""Every variant, area by area."""
