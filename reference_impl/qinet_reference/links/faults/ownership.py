"""Lies about what belongs to whom: purposes, events, qubits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.faults.fault import ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qinet_reference.links.domain.model import Measured, Notice
    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.plan import LinkPlan


class _KnowsApplications(ServiceFault):
    """A network that has a list of its applications at hand."""

    def __init__(self) -> None:
        self._homes: dict[str, str] = {}

    def plan(self, plan: LinkPlan) -> LinkPlan:
        self._homes = {one.id: one.kme for one in plan.applications if one.enrolled}
        return plan

    def at(self, node: str) -> Sequence[str]:
        """The applications of a node."""
        return [name for name, home in self._homes.items() if home == node]

    def colleagues(self, application: str) -> Sequence[str]:
        """The applications of the same node."""
        return self.at(self._homes.get(application, ""))


class EventsForAll(_KnowsApplications):
    """Each application of a node is told what one of them is told."""

    name = "events-for-all"
    requirements = ("QIA-EGP-PUR-02",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        for name in self.at(notice.node):
            yield replace(notice, application=name)


class QubitsForAll(_KnowsApplications):
    """Each application of a node can measure the qubits of all."""

    name = "qubits-for-all"
    requirements = ("QIA-EGP-PUR-02",)

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        for name in (caller, *self.colleagues(caller or "")):
            try:
                return inner.measure(name, qubit, basis)
            except LinkRefusal as refusal:
                if refusal.error is not LinkError.QUBIT_NOT_FOUND:
                    raise
        raise LinkRefusal(LinkError.QUBIT_NOT_FOUND, "there is no such qubit")


class PurposesTakenOver(_KnowsApplications):
    """A purpose goes to the application that accepted it last."""

    name = "purpose-taken-over"
    requirements = ("QIA-EGP-PUR-02",)

    def accept(self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int) -> None:
        for name in self.colleagues(caller or ""):
            if name != caller:
                inner.stop_accepting(name, remote_node, purpose)
        inner.accept(caller, remote_node, purpose)


class AcceptedForEver(ServiceFault):
    """A purpose that was accepted once stays accepted."""

    name = "accepted-for-ever"
    requirements = ("QIA-EGP-PUR-03",)

    def stop_accepting(
        self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int
    ) -> None:
        inner.accept(caller, remote_node, purpose)


class AcceptedOnce(ServiceFault):
    """A purpose that is accepted no longer cannot be accepted again."""

    name = "accepted-once"
    requirements = ("QIA-EGP-PUR-03",)

    def __init__(self) -> None:
        self._stopped: set[tuple[str | None, str, int]] = set()

    def accept(self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int) -> None:
        if (caller, remote_node, purpose) not in self._stopped:
            inner.accept(caller, remote_node, purpose)

    def stop_accepting(
        self, inner: LinkLayer, caller: str | None, remote_node: str, purpose: int
    ) -> None:
        self._stopped.add((caller, remote_node, purpose))
        inner.stop_accepting(caller, remote_node, purpose)


class StrangersServed(_KnowsApplications):
    """Whoever is not enrolled is taken for an application that is."""

    name = "strangers-served"
    requirements = ("QIA-EGP-SEC-01",)

    def caller(self, caller: str | None, node: str) -> str | None:
        here = self.at(node)
        return caller if caller in here or not here else here[0]
