"""Seeded faults: known violations, one small class each, for judging the judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinet_reference.faults.fault import Fault

ALL: tuple[type[Fault], ...] = ()
"""Every fault, by area."""
