"""What a variant of a link is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.alteration import LinkAlteration

if TYPE_CHECKING:
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.plan import LinkPlan


class LinkVariant(LinkAlteration):
    """A way to conform that a careless judge would fail; the docstring of each tells which.

    `breaks` are the ids of what a laboratory's network breaks by design, and says so.
    """

    breaks: ClassVar[tuple[str, ...]] = ()


class TermsVariant(LinkVariant):
    """Links that can do something else."""

    def plan(self, plan: LinkPlan) -> LinkPlan:
        """See `LinkAlteration`."""
        links = tuple(replace(link, terms=self.terms(link.terms)) for link in plan.links)
        return replace(plan, links=links)

    def terms(self, terms: Terms) -> Terms:
        """What each link can do instead."""
        return terms
