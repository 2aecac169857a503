"""What a variant of a path is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.paths.alteration import PathAlteration

if TYPE_CHECKING:
    from qinet_reference.paths.domain.terms import CircuitTerms
    from qinet_reference.paths.plan import PathPlan


class PathVariant(PathAlteration):
    """A way to conform that a careless judge would fail; the docstring of each tells which.

    `breaks` are the ids of what a laboratory's network breaks by design, and says so.
    """

    breaks: ClassVar[tuple[str, ...]] = ()


class CircuitVariant(PathVariant):
    """Circuits that can do something else."""

    def plan(self, plan: PathPlan) -> PathPlan:
        """See `PathAlteration`."""
        return replace(plan, circuits=tuple(self.terms(one) for one in plan.circuits))

    def terms(self, terms: CircuitTerms) -> CircuitTerms:
        """What each circuit can do instead."""
        return terms
