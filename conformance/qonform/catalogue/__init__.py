"""The requirements: what each standard demands, row by row, and how it is seen from outside.

One TOML file a standard; the file's stem is the name of the profile that the standard founds.
`load_all()` merges them. Ids are for ever: they stand in suppliers' waivers.
Severity comes from here and from nowhere else.
"""

from __future__ import annotations

from qonform.catalogue.loading import load, load_all
from qonform.catalogue.model import (
    Basis,
    Catalogue,
    CatalogueError,
    Concern,
    Level,
    NoMatchError,
    Observation,
    Requirement,
    UnknownIdError,
    UnknownProfileError,
)
from qonform.catalogue.nearest import did_you_mean

__all__ = [
    "Basis",
    "Catalogue",
    "CatalogueError",
    "Concern",
    "Level",
    "NoMatchError",
    "Observation",
    "Requirement",
    "UnknownIdError",
    "UnknownProfileError",
    "did_you_mean",
    "load",
    "load_all",
]
