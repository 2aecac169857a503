"""Seeded faults: known violations, one small class each, for judging the judge.

The parts that they break know nothing of them: see `qinet_reference.alteration`.
"""

from __future__ import annotations

from qinet_reference.faults import (
    batches,
    codes,
    connections,
    counts,
    documents,
    encoding,
    ends,
    entitlement,
    errors,
    extensions,
    identifiers,
    identity,
    interface,
    life_cycle,
    machine_made,
    malformed,
    material,
    messages,
    methods,
    multicast,
    number,
    races,
    shortage,
    size,
    status,
    status_members,
)
from qinet_reference.faults.fault import Fault
from qinet_reference.named import defined_in

_AREAS = (
    status,
    status_members,
    counts,
    number,
    size,
    shortage,
    methods,
    identifiers,
    material,
    ends,
    entitlement,
    identity,
    connections,
    life_cycle,
    multicast,
    races,
    codes,
    messages,
    errors,
    malformed,
    batches,
    extensions,
    documents,
    encoding,
    interface,
    machine_made,
)

ALL: tuple[type[Fault], ...] = defined_in(_AREAS, Fault)
"""Every fault, area by area."""
