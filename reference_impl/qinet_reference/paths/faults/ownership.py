"""Lies about whose purposes, qubits and events they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Measured
from qinet_reference.links.domain.refusal import LinkRefusal
from qinet_reference.paths.domain.model import Delivered, Expired
from qinet_reference.paths.faults.fault import PathFault, PathServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.paths.domain.model import PathNotice
    from qinet_reference.paths.domain.service import NetworkLayer
    from qinet_reference.paths.plan import PathPlan


class EverybodyHears(PathFault):
    """All applications of a node are told of every request."""

    name = "events-for-everybody"
    requirements = ("QIA-QNP-APP-01",)

    def __init__(self) -> None:
        self._at: dict[str, list[str]] = {}

    def plan(self, plan: PathPlan) -> PathPlan:
        for one in plan.applications:
            self._at.setdefault(one.kme, []).append(one.id)
        return plan

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        yield notice
        for application in self._at.get(notice.node, ()):
            if application != notice.application:
                yield replace(notice, application=application)


class PurposeTakenOver(PathServiceFault):
    """A purpose that another application has is opened all the same."""

    name = "path-purpose-taken-over"
    requirements = ("QIA-QNP-APP-02",)

    def open(
        self, inner: NetworkLayer, node: str, caller: str | None, circuit: str, purpose: int
    ) -> None:
        try:
            super().open(inner, node, caller, circuit, purpose)
        except LinkRefusal as refusal:
            if refusal.error.name != "ALREADY_ACCEPTED":
                raise


class QubitsForEverybody(PathServiceFault):
    """A qubit is measured for whoever asks."""

    name = "qubits-for-everybody"
    requirements = ("QIA-QNP-APP-03",)

    def __init__(self) -> None:
        self._owners: dict[tuple[str, int], str] = {}

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        what = notice.what
        if isinstance(what, Delivered) and not isinstance(what.half, Measured):
            self._owners[notice.node, what.half.id] = notice.application
        yield notice

    def measure(
        self, inner: NetworkLayer, node: str, caller: str | None, qubit: int, basis: Basis
    ) -> Measured:
        return inner.measure(self._owners.get((node, qubit), caller), qubit, basis)


class ExpiredQubitsStay(PathServiceFault):
    """A qubit whose half has expired can still be measured."""

    name = "expired-qubit-stays"
    requirements = ("QIA-QNP-EXP-03",)

    def __init__(self) -> None:
        self._halves: dict[tuple[str, str, int], int] = {}
        self._expired: set[tuple[str, int]] = set()

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        what = notice.what
        if isinstance(what, Delivered) and not isinstance(what.half, Measured):
            self._halves[notice.node, notice.circuit, what.half_id] = what.half.id
            self._expired.discard((notice.node, what.half.id))
        elif isinstance(what, Expired):
            qubit = self._halves.get((notice.node, notice.circuit, what.half_id))
            if qubit is not None:
                self._expired.add((notice.node, qubit))
        yield notice

    def measure(
        self, inner: NetworkLayer, node: str, caller: str | None, qubit: int, basis: Basis
    ) -> Measured:
        try:
            return inner.measure(caller, qubit, basis)
        except LinkRefusal:
            if (node, qubit) not in self._expired:
                raise
            return Measured(0, basis, 0.0)
