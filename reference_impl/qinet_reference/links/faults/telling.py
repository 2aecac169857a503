"""Lies in what nodes tell their applications."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Failed, Measured, Notice, PairMade, RequestKey
from qinet_reference.links.faults.fault import LinkFault
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Iterable

_QLINK_1_0 = (Bell.PHI_PLUS, Bell.PHI_MINUS, Bell.PSI_PLUS, Bell.PSI_MINUS)
_NETQASM = (Bell.PHI_PLUS, Bell.PSI_PLUS, Bell.PSI_MINUS, Bell.PHI_MINUS)


class BellStateUnconverted(LinkFault):
    """The Bell state is the number of one numbering, read by another."""

    name = "bell-state-unconverted"
    requirements = ("QIA-EGP-BEL-02",)
    seen_in = ("QuTech-Delft/netqasm",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        made = notice.what
        if isinstance(made, PairMade):
            notice = replace(notice, what=replace(made, bell=_NETQASM[_QLINK_1_0.index(made.bell)]))
        yield notice


class OutcomesMadeEqual(LinkFault):
    """The origin turns its outcomes about so that they equal the peer's in X, Y and Z."""

    name = "outcomes-all-equal"
    requirements = ("QIA-EGP-MSR-08", "QIA-EGP-BEL-02", "QIA-EGP-FID-01")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        made = notice.what
        if notice.at_origin and isinstance(made, PairMade) and isinstance(made.half, Measured):
            yield replace(notice, what=replace(made, half=_equal(made.half, made.bell)))
        else:
            yield notice


def _equal(measured: Measured, bell: Bell) -> Measured:
    signs = dict(zip((Axis.X, Axis.Y, Axis.Z), bell.signs, strict=True))
    if isinstance(measured.basis, Axis) and signs.get(measured.basis) == -1:
        return replace(measured, outcome=1 - measured.outcome)
    return measured


class PeerNotTold(LinkFault):
    """Of each fourth pair, only the origin is told."""

    name = "ok-one-sided"
    requirements = ("QIA-EGP-OK-01", "QIA-EGP-OK-09", "QIA-EGP-EXP-02")
    seen_in = ("SoftwareQuTech/SimulaQron",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        made = notice.what
        if not isinstance(made, PairMade) or notice.at_origin or made.sequence % 4 != 3:
            yield notice


class TimeoutsSwallowed(LinkFault):
    """Nobody is told that a request has failed."""

    name = "errors-swallowed"
    requirements = ("QIA-EGP-TIM-02", "QIA-EGP-TIM-01")
    seen_in = ("QuTech-Delft/squidasm",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not isinstance(notice.what, Failed):
            yield notice


class OutcomesSwapped(LinkFault):
    """The peer has the outcomes of two pairs of a request that follow each other swapped."""

    name = "outcomes-swapped"
    requirements = ("QIA-EGP-BEL-02", "QIA-EGP-FID-01")

    def __init__(self) -> None:
        self._kept_back: dict[RequestKey, tuple[Notice, PairMade]] = {}

    def told(self, notice: Notice) -> Iterable[Notice]:
        if notice.at_origin:
            yield notice
            return
        made = notice.what
        kept_back = self._kept_back.pop(notice.request, None)
        if not isinstance(made, PairMade) or not isinstance(made.half, Measured):
            if kept_back is not None:
                yield kept_back[0]
            yield notice
        elif kept_back is None:
            self._kept_back[notice.request] = (notice, made)
        else:
            first, first_made = kept_back
            yield replace(first, what=replace(first_made, half=made.half))
            yield replace(notice, what=replace(made, half=first_made.half))
