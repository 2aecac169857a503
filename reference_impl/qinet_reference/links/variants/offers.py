"""Links that can do something else than one would expect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType
from qinet_reference.links.domain.terms import PauliFrame, Terms
from qinet_reference.links.physics.bell import Bell
from qinet_reference.links.physics.noise import DEPHASING
from qinet_reference.links.variants.variant import LinkVariant, TermsVariant

if TYPE_CHECKING:
    from qinet.entanglement.v1 import link_layer_pb2 as pb
    from qinet_reference.links.adapters.link_wire import LinkWire
    from qinet_reference.links.domain.terms import LinkView
    from qinet_reference.links.plan import LinkPlan


def _promising(terms: Terms, bell: Bell) -> Terms:
    corrected = PauliFrame.CORRECTED
    return replace(terms, labels=(bell,), pauli_frame=corrected, promised_state=bell)


class AlwaysPhiPlus(TermsVariant):
    """The nodes turn each pair into PHI_PLUS before they tell of it, and promise that."""

    name = "always-phi-plus"

    def terms(self, terms: Terms) -> Terms:
        return _promising(terms, Bell.PHI_PLUS)


class AlwaysPsiMinus(TermsVariant):
    """The nodes promise PSI_MINUS, whose outcomes are equal in no basis."""

    name = "always-psi-minus"

    def terms(self, terms: Terms) -> Terms:
        return _promising(terms, Bell.PSI_MINUS)


class FourStates(TermsVariant):
    """Each of the four Bell states is heralded, equally often."""

    name = "four-states"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, labels=tuple(Bell))


class OnlyPhaseErrors(TermsVariant):
    """All that goes wrong with a pair is its phase: no outcome along Z is ever wrong."""

    name = "phase-errors"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, errors=DEPHASING)


class Noiseless(TermsVariant):
    """Pairs are perfect, and no fidelity is out of reach."""

    name = "noiseless"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, fidelity=1.0, max_min_fidelity=1.0)


class Noisy(TermsVariant):
    """Pairs have the fidelity 0.7, and 0.67 is the greatest that is promised."""

    name = "noisy"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, fidelity=0.7, max_min_fidelity=0.67)


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


class OnlyKeep(TermsVariant):
    """All that nodes do with a pair is to keep it."""

    name = "only-keep"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, types=frozenset({PairType.KEEP}))


class UnequalMemories(LinkVariant):
    """Each second node holds two qubits at most, of which its neighbours say nothing."""

    name = "unequal-memories"

    def plan(self, plan: LinkPlan) -> LinkPlan:
        small = {node.id for node in plan.nodes[1::2]}
        nodes = (replace(one, memory=2) if one.id in small else one for one in plan.nodes)
        return replace(plan, nodes=tuple(nodes))


class Slow(TermsVariant):
    """A link makes 20 pairs in a second."""

    name = "slow-link"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, success_probability=20 * terms.attempt_time)


class FastClock(LinkVariant):
    """The nodes' clocks go on 5 s in a second of this world, as those of a simulator may."""

    name = "fast-clock"

    def plan(self, plan: LinkPlan) -> LinkPlan:
        return replace(plan, speed=5.0)


class LittleTold(LinkVariant):
    """Of a link only that is told which has to be."""

    name = "little-told"

    def wire(self, wire: LinkWire) -> LinkWire:
        def less(view: LinkView) -> pb.Link:
            message = wire.link_message(view)
            for name in (
                "expected_fidelity",
                "pairs_per_second",
                "pauli_frame",
                "coherence_time",
                "attempt_time",
            ):
                message.ClearField(name)
            return message

        return replace(wire, link_message=less)


class NoFaultPort(LinkVariant):
    """The nodes serve no fault port, and the manifest declares none."""

    name = "no-fault-port"

    def plan(self, plan: LinkPlan) -> LinkPlan:
        return replace(plan, fault_port=False)
