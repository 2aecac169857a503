"""What a seeded fault of a link is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.alteration import AltersService, LinkAlteration
from qinet_reference.links.domain.model import Measured, Notice, PairMade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.service import LinkLayer


class LinkFault(LinkAlteration):
    """A lie that a network can tell; the docstring of each subclass says which.

    `requirements` are the ids, in the suite's catalogue, of what it breaks. `seen_in` names
    public implementations that are known to have it. `beside` names the variants without which
    it does not show.
    """

    requirements: ClassVar[tuple[str, ...]]
    seen_in: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()


class ServiceFault(LinkFault, AltersService):
    """A lie in what a node answers."""


class RequestFault(ServiceFault, ABC):
    """A node that serves another request than the one that it was asked."""

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        """See `AltersService`."""
        del node
        return inner.create(caller, self.taken(request))

    @abstractmethod
    def taken(self, request: PairRequest) -> PairRequest:
        """What `request` is taken for."""


class PairFault(LinkFault, ABC):
    """A lie in what is told of pairs, at the origin, at the peer, or at both."""

    at_origin: ClassVar[bool] = True
    at_peer: ClassVar[bool] = True

    def told(self, notice: Notice) -> Iterable[Notice]:
        """See `LinkAlteration`."""
        here = self.at_origin if notice.at_origin else self.at_peer
        if here and isinstance(notice.what, PairMade):
            yield from self.instead(notice, notice.what)
        else:
            yield notice

    @abstractmethod
    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        """What is told instead of `notice`, which tells of the pair `made`."""


class OutcomeFault(PairFault, ABC):
    """A lie in what is told of outcomes."""

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        """See `PairFault`."""
        if isinstance(made.half, Measured):
            yield replace(notice, what=replace(made, half=self.outcome(made.half, made)))
        else:
            yield notice

    @abstractmethod
    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        """What is told instead of an outcome."""
