"""Lies about which requests are taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.domain.model import (
    Delivery,
    LinkError,
    LinkRefusal,
    PairRequest,
    PairType,
)
from qinet_reference.links.faults.fault import ServiceFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.service import LinkLayer


class RefusalFault(ServiceFault, ABC):
    """A node that answers otherwise where a request is to be refused for an `error`."""

    error: ClassVar[LinkError]

    def __init__(self) -> None:
        self._made_up = count(40_000)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        try:
            return inner.create(caller, request)
        except LinkRefusal as refusal:
            if refusal.error is not self.error or not self.concerns(request, node):
                raise
            return self.instead(inner, caller, request)

    def concerns(self, request: PairRequest, node: str) -> bool:
        """Whether it answers otherwise to this request."""
        del request, node
        return True

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        """What is answered instead; unless overridden, a Create ID of which nothing comes."""
        del inner, caller, request
        return next(self._made_up)


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


class AnyFidelityPromised(RefusalFault):
    """A fidelity that is out of reach is promised, and not kept."""

    name = "any-fidelity-promised"
    requirements = ("QIA-EGP-SUP-01", "QIA-EGP-FID-01")
    error = LinkError.UNSUPPORTED

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        return inner.create(caller, replace(request, min_fidelity=0.0))


class RefusedAndServed(RefusalFault):
    """A fidelity that is out of reach is refused, but pairs come all the same."""

    name = "refused-and-served"
    requirements = ("QIA-EGP-ACK-02",)
    error = LinkError.UNSUPPORTED

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        inner.create(caller, replace(request, min_fidelity=0.0))
        raise LinkRefusal(self.error, "the fidelity is out of reach")


class UnsupportedIsOther(RefusalFault):
    """What the link can never do is refused for other reasons."""

    name = "unsupported-told-other"
    requirements = ("QIA-EGP-SUP-01",)
    error = LinkError.UNSUPPORTED

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        del inner, caller, request
        raise LinkRefusal(LinkError.OTHER, "no")


class KeepAcknowledged(RefusalFault):
    """A node without memory acknowledges a request to keep pairs, and nothing comes of it."""

    name = "keep-acknowledged"
    requirements = ("QIA-EGP-SUP-02",)
    beside = ("no-keep",)
    error = LinkError.UNSUPPORTED

    def concerns(self, request: PairRequest, node: str) -> bool:
        del node
        return request.type is not PairType.MEASURE


class TooManyAtOnceAcknowledged(RefusalFault):
    """More pairs at once than there is memory for are acknowledged, and waited for in vain."""

    name = "beyond-memory-acknowledged"
    requirements = ("QIA-EGP-SUP-04",)
    error = LinkError.UNSUPPORTED

    def concerns(self, request: PairRequest, node: str) -> bool:
        del node
        kept = request.type is not PairType.MEASURE
        return kept and request.delivery is Delivery.WHEN_COMPLETE


class ShortTimeStretched(RefusalFault):
    """A request that may take less time than an attempt is served when there is time."""

    name = "short-time-stretched"
    requirements = ("QIA-EGP-SUP-03", "QIA-EGP-TIM-01")
    error = LinkError.UNSUPPORTED

    def instead(self, inner: LinkLayer, caller: str | None, request: PairRequest) -> int:
        return inner.create(caller, replace(request, max_time=None))


class LowFidelityRefused(ServiceFault):
    """Any fidelity below 0.5 is refused as one that is out of reach."""

    name = "low-fidelity-refused"
    requirements = ("QIA-EGP-SUP-05",)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        del node
        if request.min_fidelity < 0.5:
            raise LinkRefusal(LinkError.UNSUPPORTED, "the fidelity is out of reach")
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
