"""Lies about what a link can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import Delivery, PairRequest, PairType
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.faults.fault import ServiceFault
from qinet_reference.links.faults.refused import RefusalFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.service import LinkLayer


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
