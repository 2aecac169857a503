"""Seeded faults of paths: known violations, one small class each, for judging the judge.

The parts that they break know nothing of them: see `qinet_reference.paths.alteration`.
"""

from __future__ import annotations

from qinet_reference.named import defined_in
from qinet_reference.paths.faults import asking, endings, ownership, pairs
from qinet_reference.paths.faults.fault import PathFault

_AREAS = (pairs, asking, endings, ownership)

ALL: tuple[type[PathFault], ...] = defined_in(_AREAS, PathFault)
"""Every fault, area by area."""
