"""Variants of paths: networks that conform, but not in the way one would expect."""

from __future__ import annotations

from qinet_reference.named import defined_in
from qinet_reference.paths.variants import offers, telling
from qinet_reference.paths.variants.variant import PathVariant

_AREAS = (offers, telling)

ALL: tuple[type[PathVariant], ...] = defined_in(_AREAS, PathVariant)
"""Every variant, area by area."""
