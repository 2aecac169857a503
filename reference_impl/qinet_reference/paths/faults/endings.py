"""Lies about how requests go on and end, and about halves that were delivered early."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType
from qinet_reference.paths.domain.model import Confirmed, Expired, PathDone, PathFailed
from qinet_reference.paths.faults.fault import AtTheTail, PathFault, PathServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.paths.domain.model import PathNotice, PathRequest
    from qinet_reference.paths.domain.service import NetworkLayer


class OneMore(PathServiceFault):
    """Each request gets one pair more than it asked for."""

    name = "path-one-pair-more"
    requirements = ("QIA-QNP-CMP-02", "QIA-QNP-CMP-01")

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        more = request.number + 1 if request.number else 0
        return inner.request(caller, replace(request, number=more))


class DoneTwice(PathFault):
    """That a request is done is told twice."""

    name = "done-twice"
    requirements = ("QIA-QNP-CMP-01",)

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        yield notice
        if isinstance(notice.what, PathDone):
            yield notice


class ExpiryUntold(PathFault):
    """That a half has expired is told to nobody."""

    name = "expiry-untold"
    requirements = ("QIA-QNP-EXP-02",)

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        if not isinstance(notice.what, Expired):
            yield notice


class ConfirmationUntold(AtTheTail):
    """The tail-end does not confirm halves that it delivered early."""

    name = "confirmation-untold"
    requirements = ("QIA-QNP-EXP-02", "QIA-QNP-EXP-01", "QIA-QNP-CMP-02")

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if not isinstance(notice.what, Confirmed):
            yield notice


class DeadlinesIgnored(PathServiceFault):
    """A request may take as long as it takes."""

    name = "deadline-ignored"
    requirements = ("QIA-QNP-TIM-02",)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        if request.max_time is not None and request.max_time > 0:
            request = replace(request, max_time=None)
        return inner.request(caller, request)


class TailNotToldOfFailure(AtTheTail):
    """The tail-end is not told that a request has failed."""

    name = "failure-one-sided"
    requirements = ("QIA-QNP-TIM-02", "QIA-QNP-VC-02")

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if not isinstance(notice.what, PathFailed):
            yield notice


class WindowsIgnored(PathServiceFault):
    """Pairs are delivered one by one, though a window was asked for."""

    name = "window-ignored"
    requirements = ("QIA-QNP-TIM-01",)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        if request.type is PairType.KEEP and request.window:
            request = replace(request, window=None)
        return inner.request(caller, request)


class ClosingIgnored(PathServiceFault):
    """A circuit that is closed goes on serving the requests that there are."""

    name = "closing-ignored"
    requirements = ("QIA-QNP-VC-02", "QIA-QNP-VC-03")

    def close(self, inner: NetworkLayer, caller: str | None, circuit: str, purpose: int) -> None:
        del purpose
        inner.get_path(caller, circuit)
