"""Seeded faults of links: known violations, one small class each, for judging the judge.

The parts that they break know nothing of them: see `qinet_reference.links.alteration`.
"""

from __future__ import annotations

from qinet_reference.links.faults import (
    asking,
    bases,
    ending,
    keeping,
    names,
    order,
    ownership,
    promises,
    rarely,
    reach,
    repeating,
    telling,
)
from qinet_reference.links.faults.fault import LinkFault
from qinet_reference.named import defined_in

_AREAS = (
    telling,
    names,
    asking,
    reach,
    ownership,
    ending,
    order,
    bases,
    keeping,
    rarely,
    repeating,
    promises,
)

ALL: tuple[type[LinkFault], ...] = defined_in(_AREAS, LinkFault)
"""Every fault, area by area."""
