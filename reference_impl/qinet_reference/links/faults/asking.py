"""Lies about which requests make sense, and who may make them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.faults.fault import ServiceFault
from qinet_reference.links.faults.refused import RefusalFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.service import LinkLayer


class MalformedTaken(RefusalFault, ABC):
    """A node that takes what makes no sense for something else."""

    error = LinkError.MALFORMED

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        return inner.create(caller, self.taken(request))

    @abstractmethod
    def taken(self, request: PairRequest) -> PairRequest:
        """What `request` is taken for."""


class AnyNodeAcknowledged(ServiceFault):
    """A request for pairs with a node that is no neighbour is acknowledged."""

    name = "unknown-node-acknowledged"
    requirements = ("QIA-EGP-VAL-01",)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        try:
            inner.get_link(caller, request.remote_node)
        except LinkRefusal:
            if request.remote_node != node:
                return 40_000
        return inner.create(caller, request)


class PairsWithOneself(RefusalFault):
    """A request for pairs of a node with itself is acknowledged."""

    name = "self-acknowledged"
    requirements = ("QIA-EGP-VAL-01",)
    error = LinkError.MALFORMED

    def concerns(self, request: PairRequest, node: str) -> bool:
        return request.remote_node == node


class ValuesClamped(MalformedTaken):
    """Values outside a field's meaning are taken for the nearest that have one."""

    name = "values-clamped"
    requirements = ("QIA-EGP-VAL-02",)

    def taken(self, request: PairRequest) -> PairRequest:
        return replace(
            request,
            min_fidelity=0.9 if request.min_fidelity > 1 else max(0.0, request.min_fidelity),
            priority=min(7, request.priority),
            purpose=request.purpose % 65_536,
        )


class ProbabilitiesUnchecked(MalformedTaken):
    """Bases to be drawn with probabilities that have not the sum 1 are taken for Z."""

    name = "probabilities-unchecked"
    requirements = ("QIA-EGP-VAL-02",)

    def taken(self, request: PairRequest) -> PairRequest:
        return replace(request, local_basis=None, remote_basis=None)


class NothingAcknowledged(RefusalFault):
    """A request for no pairs is acknowledged, and never ends."""

    name = "zero-acknowledged"
    requirements = ("QIA-EGP-VAL-03",)
    error = LinkError.MALFORMED

    def concerns(self, request: PairRequest, node: str) -> bool:
        del node
        return request.number == 0


class EdgesRefused(ServiceFault):
    """The greatest purpose and the greatest priority are refused."""

    name = "edges-refused"
    requirements = ("QIA-EGP-VAL-05",)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        del node
        if request.purpose == 65_535 or request.priority == 7:
            raise LinkRefusal(LinkError.MALFORMED, "a value is out of range")
        return inner.create(caller, request)


class RejectionSwallowed(RefusalFault):
    """A purpose that nobody accepts is acknowledged, and nothing comes of it."""

    name = "rejection-swallowed"
    requirements = ("QIA-EGP-PUR-01",)
    error = LinkError.REJECTED


class OneNodeMayNotAsk(ServiceFault):
    """Only the node with the lowest ID may ask for pairs."""

    name = "one-direction"
    requirements = ("QIA-EGP-SYM-01",)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        if node > request.remote_node:
            raise LinkRefusal(LinkError.REJECTED, "ask at the other node")
        return inner.create(caller, request)
