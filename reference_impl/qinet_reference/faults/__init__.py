"""Seeded faults: known violations, one small class each, for judging the judge.

The parts that they break know nothing of them: see `qinet_reference.alteration`.
"""

from __future__ import annotations

from qinet_reference.faults import (
    connections,
    documents,
    encoding,
    ends,
    entitlement,
    errors,
    extensions,
    identifiers,
    interface,
    life_cycle,
    machine_made,
    material,
    quantity,
    races,
    status,
)
from qinet_reference.faults.fault import Fault
from qinet_reference.named import defined_in

_AREAS = (
    status,
    quantity,
    identifiers,
    material,
    ends,
    entitlement,
    connections,
    life_cycle,
    races,
    errors,
    extensions,
    documents,
    encoding,
    interface,
    machine_made,
)

ALL: tuple[type[Fault], ...] = defined_in(_AREAS, Fault)
"""Every fault, area by area."""
