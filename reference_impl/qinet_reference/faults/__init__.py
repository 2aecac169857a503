"""Seeded faults: known violations, one small class each, for judging the judge.

The parts that they break know nothing of them: see `qinet_reference.alteration`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.faults import (
    connections,
    documents,
    ends,
    entitlement,
    errors,
    extensions,
    keys,
    life_cycle,
    quantity,
    status,
)
from qinet_reference.faults.fault import Fault

if TYPE_CHECKING:
    from types import ModuleType

_AREAS = (
    status,
    quantity,
    keys,
    ends,
    entitlement,
    connections,
    life_cycle,
    errors,
    extensions,
    documents,
)


def _in(area: ModuleType) -> list[type[Fault]]:
    return [
        kind
        for kind in vars(area).values()
        if isinstance(kind, type)
        and issubclass(kind, Fault)
        and kind.__module__ == area.__name__
        and "name" in vars(kind)
    ]


ALL: tuple[type[Fault], ...] = tuple(fault for area in _AREAS for fault in _in(area))
"""Every fault, area by area."""
