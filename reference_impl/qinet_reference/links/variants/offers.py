"""Links that can do something else than one would expect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType, PauliFrame, Terms
from qinet_reference.links.physics.bell import Bell
from qinet_reference.links.physics.noise import DEPHASING
from qinet_reference.links.variants.variant import LinkVariant, TermsVariant

if TYPE_CHECKING:
    from qinet_reference.links.plan import LinkPlan


class AlwaysPhiPlus(TermsVariant):
    """The nodes turn each pair into PHI_PLUS before they tell of it, and promise that."""

    name = "always-phi-plus"

    def terms(self, terms: Terms) -> Terms:
        return replace(
            terms,
            labels=(Bell.PHI_PLUS,),
            pauli_frame=PauliFrame.CORRECTED,
            promised_state=Bell.PHI_PLUS,
        )


class OnlyPhaseErrors(TermsVariant):
    """All that goes wrong with a pair is its phase: no outcome along Z is ever wrong."""

    name = "phase-errors"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, errors=DEPHASING)


class NoMemory(LinkVariant):
    """Nodes hold no qubits: all that they do with a pair is to measure it."""

    name = "no-keep"

    def plan(self, plan: LinkPlan) -> LinkPlan:
        measuring = frozenset({PairType.MEASURE})
        return replace(
            plan,
            nodes=tuple(replace(node, memory=0) for node in plan.nodes),
            links=tuple(
                replace(link, terms=replace(link.terms, types=measuring)) for link in plan.links
            ),
        )


class Slow(TermsVariant):
    """A link makes 20 pairs in a second."""

    name = "slow-link"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, success_probability=20 * terms.attempt_time)


class NumbersBeginAgain(TermsVariant):
    """The first pair has the number 65500, so numbers soon begin again at 0."""

    name = "sequence-wraps"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, first_sequence=65_500)
