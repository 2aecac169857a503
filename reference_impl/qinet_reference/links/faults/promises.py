"""Lies about how good pairs are, and in which state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.faults.fault import LinkFault, PairFault, RequestFault
from qinet_reference.links.physics.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import Notice, PairMade, PairRequest
    from qinet_reference.links.domain.outstanding import Outstanding
    from qinet_reference.links.domain.physics import Pair, Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bases import Basis


class GoodnessEchoed(LinkFault):
    """The goodness of a pair is the least fidelity that was asked for, whatever the pair is."""

    name = "goodness-echoed"
    requirements = ("QIA-EGP-FID-03",)
    seen_in = ("QuTech-Delft/squidasm",)

    def rules(self, rules: Rules) -> Rules:
        def echoed(order: Outstanding, terms: Terms) -> float:
            del terms
            return order.request.min_fidelity

        return replace(rules, goodness=echoed)


class GoodnessConstant(LinkFault):
    """The goodness of every pair is said to be 1."""

    name = "goodness-constant"
    requirements = ("QIA-EGP-FID-03",)
    seen_in = ("SoftwareQuTech/SimulaQron",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, goodness=lambda _order, _terms: 1.0)


class GoodnessPercent(PairFault):
    """Goodness is told in percent."""

    name = "goodness-percent"
    requirements = ("QIA-EGP-FID-02",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, goodness=100 * made.goodness))


class GoodnessIsErrorRate(PairFault):
    """What is told as goodness is how much fidelity is missing."""

    name = "goodness-is-infidelity"
    requirements = ("QIA-EGP-FID-02",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, goodness=1 - made.goodness))


class _OtherTerms(LinkFault, ABC):
    """Pairs that are made under other terms than the link's."""

    def physics(self, physics: Physics) -> Physics:
        return _Altered(physics, self)

    @abstractmethod
    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        """The pair that is made instead."""


class BelowThePromise(_OtherTerms):
    """The fidelity of pairs is 0.05 below the greatest that is promised."""

    name = "fidelity-below-promise"
    requirements = ("QIA-EGP-FID-01", "QIA-EGP-FID-03")

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        return inner.pair(label, replace(terms, fidelity=terms.max_min_fidelity - 0.05), now)


class LessForMore(RequestFault, _OtherTerms):
    """Pairs are perfect as long as the last request asked for no fidelity."""

    name = "less-for-more"
    requirements = ("QIA-EGP-FID-04",)
    beside = ("noisy",)

    def __init__(self) -> None:
        self._asked = 0.0

    def taken(self, request: PairRequest) -> PairRequest:
        self._asked = request.min_fidelity
        return request

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        return inner.pair(label, terms if self._asked else replace(terms, fidelity=1.0), now)


class Unentangled(_OtherTerms):
    """Pairs are not entangled: their outcomes along Z alone are related."""

    name = "not-entangled"
    requirements = ("QIA-EGP-FID-01", "QIA-EGP-BEL-02")

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        return inner.pair(label, replace(terms, fidelity=0.5, errors=(0.0, 0.0, 1.0)), now)


class NotCorrected(_OtherTerms):
    """Pairs are promised in one state, but left in those that were heralded."""

    name = "not-corrected"
    requirements = ("QIA-EGP-BEL-03", "QIA-EGP-BEL-02", "QIA-EGP-FID-01")
    beside = ("always-phi-plus",)

    def __init__(self) -> None:
        self._pairs = count()

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        del label
        heralded = (Bell.PSI_PLUS, Bell.PSI_MINUS)[next(self._pairs) % 2]
        return inner.pair(heralded, terms, now)


class HeldQubitsForgotten(_OtherTerms):
    """Qubits that are held lose all that they had within microseconds."""

    name = "held-qubits-forgotten"
    requirements = ("QIA-EGP-KEP-04", "QIA-EGP-FID-01")

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        return inner.pair(label, replace(terms, coherence_time=1e-6, relaxation_time=1e-6), now)


class OutcomesBiased(_OtherTerms):
    """Every fifth outcome at the first end is 0."""

    name = "outcomes-biased"
    requirements = ("QIA-EGP-MSR-06", "QIA-EGP-FID-01")

    def __init__(self) -> None:
        self._ends = count()

    def pair(self, inner: Physics, label: Bell, terms: Terms, now: float) -> Pair:
        return _Biased(inner.pair(label, terms, now), self._ends)


class _Altered:
    def __init__(self, inner: Physics, fault: _OtherTerms) -> None:
        self._inner = inner
        self._fault = fault

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        return self._fault.pair(self._inner, label, terms, now)


class _Biased:
    def __init__(self, inner: Pair, ends: count[int]) -> None:
        self._inner = inner
        self._ends = ends

    def measure(self, end: int, basis: Basis, now: float) -> int:
        outcome = self._inner.measure(end, basis, now)
        return 0 if end == 0 and next(self._ends) % 5 == 0 else outcome
