"""Circuits that offer less, or tell less, than the plain ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType
from qinet_reference.paths.variants.variant import CircuitVariant, PathVariant

if TYPE_CHECKING:
    from qinet_reference.paths.domain.terms import CircuitTerms
    from qinet_reference.paths.plan import PathPlan


class MeasuresOnly(CircuitVariant):
    """Circuits that only measure, and deliver no qubits."""

    name = "measure-only"

    def terms(self, terms: CircuitTerms) -> CircuitTerms:
        return replace(terms, types=frozenset({PairType.MEASURE}))


class KeepsOnly(CircuitVariant):
    """Circuits that deliver qubits, and measure nothing."""

    name = "keep-only"

    def terms(self, terms: CircuitTerms) -> CircuitTerms:
        return replace(terms, types=frozenset({PairType.KEEP}))


class FewAtOnce(CircuitVariant):
    """Circuits of which a request can have two pairs at most."""

    name = "two-pairs-at-most"

    def terms(self, terms: CircuitTerms) -> CircuitTerms:
        return replace(terms, max_number=2)


class LittleMemory(PathVariant):
    """Ends that hold two qubits."""

    name = "two-qubits"

    def plan(self, plan: PathPlan) -> PathPlan:
        return replace(plan, ends=tuple(replace(one, memory=2) for one in plan.ends))


class ShortCutoff(CircuitVariant):
    """Nodes in between that give qubits up soon, so that many halves expire."""

    name = "short-cutoff"

    def terms(self, terms: CircuitTerms) -> CircuitTerms:
        return replace(terms, cutoff=5e-4)


class NoRepeater(PathVariant):
    """A circuit between neighbours, in which no node swaps."""

    name = "no-node-between"

    def plan(self, plan: PathPlan) -> PathPlan:
        circuits = tuple(
            replace(one, nodes=(one.nodes[0], one.nodes[-1]), links=one.links[:1])
            for one in plan.circuits
        )
        return replace(plan, circuits=circuits)
