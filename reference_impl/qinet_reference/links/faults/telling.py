"""Lies in what is told of a pair: its state, its outcomes, and to whom it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Measured, Notice, PairMade, PairType, RequestKey
from qinet_reference.links.faults.fault import LinkFault, OutcomeFault, PairFault
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell, Pauli, turned

if TYPE_CHECKING:
    from collections.abc import Iterable

_QLINK_1_0 = (Bell.PHI_PLUS, Bell.PHI_MINUS, Bell.PSI_PLUS, Bell.PSI_MINUS)
_NETQASM = (Bell.PHI_PLUS, Bell.PSI_PLUS, Bell.PSI_MINUS, Bell.PHI_MINUS)


class BellStateUnconverted(PairFault):
    """The Bell state is the number of one numbering, read by another."""

    name = "bell-state-unconverted"
    requirements = ("QIA-EGP-BEL-02",)
    seen_in = ("QuTech-Delft/netqasm",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, bell=_NETQASM[_QLINK_1_0.index(made.bell)]))


class BellStatesDiffer(PairFault):
    """The two nodes tell different Bell states of a pair."""

    name = "bell-states-differ"
    requirements = ("QIA-EGP-BEL-01", "QIA-EGP-BEL-02")
    at_origin = False

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, bell=turned(made.bell, Pauli.Z)))


class OutcomesMadeEqual(OutcomeFault):
    """The origin turns its outcomes about so that they equal the peer's in X, Y and Z."""

    name = "outcomes-all-equal"
    requirements = ("QIA-EGP-MSR-08", "QIA-EGP-BEL-02", "QIA-EGP-FID-01")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)
    at_peer = False

    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        signs = dict(zip((Axis.X, Axis.Y, Axis.Z), made.bell.signs, strict=True))
        if isinstance(measured.basis, Axis) and signs.get(measured.basis) == -1:
            return replace(measured, outcome=1 - measured.outcome)
        return measured


class SenseOfYInverted(OutcomeFault):
    """The peer takes the opposite of Y for Y."""

    name = "y-inverted"
    requirements = ("QIA-EGP-BEL-02", "QIA-EGP-FID-01")
    at_origin = False

    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        del made
        if measured.basis is Axis.Y:
            return replace(measured, outcome=1 - measured.outcome)
        return measured


class BasisToldIsZ(OutcomeFault):
    """Whatever the basis was, it is told as Z."""

    name = "basis-told-z"
    requirements = ("QIA-EGP-MSR-01",)

    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        del made
        return replace(measured, basis=Axis.Z)


class OutcomesOfOneAndTwo(OutcomeFault):
    """Outcomes are 1 and 2."""

    name = "outcomes-one-two"
    requirements = ("QIA-EGP-MSR-01",)

    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        del made
        return replace(measured, outcome=measured.outcome + 1)


class TypeToldIsKeep(PairFault):
    """Each pair is said to be of a request that keeps it."""

    name = "type-told-keep"
    requirements = ("QIA-EGP-OK-08",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, type=PairType.KEEP))


class PeerNotTold(PairFault):
    """Of each fourth pair, only the origin is told."""

    name = "ok-one-sided"
    requirements = ("QIA-EGP-OK-01", "QIA-EGP-OK-09", "QIA-EGP-EXP-02")
    seen_in = ("SoftwareQuTech/SimulaQron",)
    at_origin = False

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        if made.sequence % 4 != 3:
            yield notice


class PairsKeptBack(PairFault):
    """Of each eighth pair nobody is told."""

    name = "pairs-kept-back"
    requirements = ("QIA-EGP-OK-09",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        if made.sequence % 8 != 7:
            yield notice


class ToldTwice(PairFault):
    """The origin is told twice of each fourth pair."""

    name = "ok-twice"
    requirements = ("QIA-EGP-OK-02", "QIA-EGP-OK-09")
    at_peer = False

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield notice
        if made.sequence % 4 == 3:
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
