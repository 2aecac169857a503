"""Another answer to what is to be refused."""

from __future__ import annotations

from abc import ABC
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.faults.fault import ServiceFault

if TYPE_CHECKING:
    from qinet_reference.links.domain.model import PairRequest
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
