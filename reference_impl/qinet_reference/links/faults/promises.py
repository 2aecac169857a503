"""Lies about how good pairs are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.faults.fault import LinkFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import Terms
    from qinet_reference.links.domain.outstanding import Outstanding
    from qinet_reference.links.domain.physics import Pair, Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.physics.bell import Bell


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


class BelowThePromise(LinkFault):
    """The fidelity of pairs is 0.05 below the greatest that is promised."""

    name = "fidelity-below-promise"
    requirements = ("QIA-EGP-FID-01", "QIA-EGP-FID-03")

    def physics(self, physics: Physics) -> Physics:
        return _Worse(physics)


class _Worse:
    def __init__(self, inner: Physics) -> None:
        self._inner = inner

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        poor = replace(terms, fidelity=terms.max_min_fidelity - 0.05)
        return self._inner.pair(label, poor, now)
