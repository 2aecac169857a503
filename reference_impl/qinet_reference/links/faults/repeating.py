"""Lies to those who ask for the same a second time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.domain.events import EventLog, Log
from qinet_reference.links.domain.model import Notice, Numbered
from qinet_reference.links.faults.fault import RequestFault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.service import LinkLayer


class RequestIdForgotten(RequestFault):
    """A second call with one request_id makes a second request."""

    name = "request-id-forgotten"
    requirements = ("QIA-EGP-ACK-01",)

    def taken(self, request: PairRequest) -> PairRequest:
        """See `RequestFault`."""
        return replace(request, request_id="")


class RequestIdsCut(RequestFault):
    """Of a request_id only the first 32 characters are read."""

    name = "request-ids-cut"
    requirements = ("QIA-EGP-ACK-01",)

    def taken(self, request: PairRequest) -> PairRequest:
        """See `RequestFault`."""
        return replace(request, request_id=request.request_id[:32])


class _Retold(Log[Notice]):
    """A log that one stream reads, altered where it tells what had happened before."""

    def __init__(self, inner: EventLog, fault: type[ReplayFault]) -> None:
        super().__init__()
        self._inner = inner
        self._fault = fault
        self._before = inner.last
        self._begun = False

    def after(self, number: int) -> Iterator[Numbered[Notice]]:
        """See `Log`."""
        first, self._begun = not self._begun, True
        if first and number < self._before:
            yield from self._fault.retold(self._inner, number)
        else:
            yield from self._inner.after(number)

    @property
    def last(self) -> int:
        """See `Log`."""
        return self._inner.last

    @contextmanager
    def heard_by(self, listener: Callable[[], None]) -> Iterator[None]:
        """See `Log`."""
        with self._inner.heard_by(listener):
            yield


class ReplayFault(ServiceFault):
    """A lie in what is told again to a stream that is taken up."""

    requirements: ClassVar[tuple[str, ...]] = ("QIA-EGP-STR-01",)

    def events(self, inner: LinkLayer, caller: str | None) -> EventLog:
        """See `AltersService`."""
        return _Retold(inner.events(caller), type(self))

    @staticmethod
    def retold(log: EventLog, number: int) -> Iterator[Numbered[Notice]]:
        """What is told of the events after that number."""
        return log.after(number)


class ReplaySkipsOne(ReplayFault):
    """Of events that are told again, the second is left out."""

    name = "replay-skips-one"

    @staticmethod
    def retold(log: EventLog, number: int) -> Iterator[Numbered[Notice]]:
        """See `ReplayFault`."""
        yield from (event for event in log.after(number) if event.number != number + 2)


class ReplayInclusive(ReplayFault):
    """A stream that is taken up tells the event after which it should begin once more."""

    name = "replay-inclusive"

    @staticmethod
    def retold(log: EventLog, number: int) -> Iterator[Numbered[Notice]]:
        """See `ReplayFault`."""
        yield from log.after(max(number - 1, 0))


class ReplayOfAnother(ReplayFault):
    """Events that are told again name the Create ID that is one higher."""

    name = "replay-renames"

    @staticmethod
    def retold(log: EventLog, number: int) -> Iterator[Numbered[Notice]]:
        """See `ReplayFault`."""
        for event in log.after(number):
            request = event.notice.request
            renamed = replace(request, create_id=request.create_id + 1)
            yield replace(event, notice=replace(event.notice, request=renamed))
