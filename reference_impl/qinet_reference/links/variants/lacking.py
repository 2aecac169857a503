"""Links that have less of something than one would expect."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.alteration import AltersService
from qinet_reference.links.domain.model import BasisSet, Measured, Notice, PairMade, RandomBasis
from qinet_reference.links.domain.validation import unsupported
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.variants.variant import LinkVariant, TermsVariant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet.entanglement.v1 import link_layer_pb2 as pb
    from qinet_reference.links.adapters.link_wire import LinkWire
    from qinet_reference.links.domain.model import BasisChoice, PairRequest
    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.domain.terms import LinkView, Terms
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.plan import LinkPlan

_TICK = 0.1


class OneQubit(LinkVariant):
    """A node holds one qubit at most."""

    name = "one-qubit"

    def plan(self, plan: LinkPlan) -> LinkPlan:
        nodes = tuple(replace(node, memory=1) for node in plan.nodes)
        return replace(plan, nodes=nodes)


class BarelyEnough(TermsVariant):
    """The fidelity of pairs is 0.002 above the greatest that is promised."""

    name = "barely-enough"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, fidelity=terms.max_min_fidelity + 0.002)


class OnlyPauliAxes(LinkVariant, AltersService):
    """Nodes measure along X, Y and Z, and refuse the axes between Z and X as unsupported."""

    name = "only-pauli-axes"

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        del node
        if _is_between(request.local_basis) or _is_between(request.remote_basis):
            raise unsupported("this basis is not served")
        return inner.create(caller, request)

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        if _is_between(basis):
            raise unsupported("this basis is not served")
        return inner.measure(caller, qubit, basis)


def _is_between(basis: BasisChoice | None) -> bool:
    if isinstance(basis, RandomBasis):
        return basis.among is BasisSet.CHSH
    return basis in (Axis.Z_PLUS_X, Axis.Z_MINUS_X)


class CoarseClock(LinkVariant, AltersService):
    """The nodes' clocks show tenths of a second."""

    name = "coarse-clock"

    def told(self, notice: Notice) -> Iterable[Notice]:
        made = notice.what
        if isinstance(made, PairMade):
            half = _coarse(made.half) if isinstance(made.half, Measured) else made.half
            made = replace(made, goodness_time=_shown(made.goodness_time), half=half)
            notice = replace(notice, what=made)
        yield notice

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        return _coarse(inner.measure(caller, qubit, basis))

    def wire(self, wire: LinkWire) -> LinkWire:
        def coarse(view: LinkView) -> pb.Link:
            return wire.link_message(replace(view, now=_shown(view.now)))

        return replace(wire, link_message=coarse)


def _coarse(measured: Measured) -> Measured:
    return replace(measured, time=_shown(measured.time))


def _shown(time: float) -> float:
    return math.floor(time / _TICK) * _TICK
