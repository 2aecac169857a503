"""Lies about when requests end, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import (
    SEQUENCE_NUMBERS,
    Done,
    Failed,
    Notice,
    PairMade,
    RequestKey,
)
from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.links.faults.fault import LinkFault, RequestFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.rules import Rules


class OnlyTheHeadTimesOut(LinkFault):
    """Only the request that is served next times out; those that wait behind it do not."""

    name = "timeout-head-only"
    requirements = ("QIA-EGP-TIM-06", "QIA-EGP-TIM-01", "QIA-EGP-TIM-02")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, watched=lambda queue: queue[:1])


class _Deadline(LinkFault):
    """A request may take another time than it says: `factor` of it; None: any time."""

    factor: float | None

    def rules(self, rules: Rules) -> Rules:
        def other(request: PairRequest, arrival: float) -> float | None:
            if request.max_time is None or self.factor is None:
                return None
            return arrival + self.factor * request.max_time

        return replace(rules, deadline=other)


class ServedAfterTheDeadline(_Deadline):
    """A request is served for four times as long as it may take before it times out."""

    name = "ok-after-deadline"
    requirements = ("QIA-EGP-TIM-01", "QIA-EGP-TIM-03")
    factor = 4.0


class MaxTimeIgnored(_Deadline):
    """No request ever times out."""

    name = "max-time-ignored"
    requirements = ("QIA-EGP-TIM-01", "QIA-EGP-TIM-02", "QIA-EGP-TIM-03")
    seen_in = ("QuTech-Delft/squidasm", "SoftwareQuTech/SimulaQron")
    factor = None


class TimesOutEarly(_Deadline):
    """A request times out after half of the time that it may take."""

    name = "timeout-early"
    requirements = ("QIA-EGP-TIM-04",)
    factor = 0.5


class WholeSeconds(RequestFault):
    """Of the time that a request may take, only whole seconds are read."""

    name = "max-time-whole-seconds"
    requirements = ("QIA-EGP-TIM-05", "QIA-EGP-TIM-01", "QIA-EGP-TIM-02")

    def taken(self, request: PairRequest) -> PairRequest:
        seconds = int(request.max_time or 0)
        return replace(request, max_time=float(seconds) if seconds else None)


class TimeoutsSwallowed(LinkFault):
    """Nobody is told that a request has failed."""

    name = "errors-swallowed"
    requirements = ("QIA-EGP-TIM-02", "QIA-EGP-TIM-01")
    seen_in = ("QuTech-Delft/squidasm",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not isinstance(notice.what, Failed):
            yield notice


class PeerNotToldOfTimeout(LinkFault):
    """Only the origin is told that a request has failed."""

    name = "timeout-one-sided"
    requirements = ("QIA-EGP-TIM-01", "QIA-EGP-TIM-02")

    def told(self, notice: Notice) -> Iterable[Notice]:
        if notice.at_origin or not isinstance(notice.what, Failed):
            yield notice


class TimeoutIsOther(LinkFault):
    """A request that was not complete in time is said to have failed for other reasons."""

    name = "timeout-told-other"
    requirements = ("QIA-EGP-TIM-02",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if isinstance(notice.what, Failed) and notice.what.error is LinkError.TIMEOUT:
            notice = replace(notice, what=Failed(LinkError.OTHER))
        yield notice


class FailureUnnamed(LinkFault):
    """A failure does not say of which request it is: its Create ID is 0."""

    name = "failure-unnamed"
    requirements = ("QIA-EGP-ERR-01", "QIA-EGP-TIM-02")

    def told(self, notice: Notice) -> Iterable[Notice]:
        if isinstance(notice.what, Failed):
            notice = replace(notice, request=replace(notice.request, create_id=0))
        yield notice


class EndsTwice(LinkFault):
    """A request that is done is said to have failed as well."""

    name = "done-and-failed"
    requirements = ("QIA-EGP-ERR-02",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        yield notice
        if isinstance(notice.what, Done):
            yield replace(notice, what=Failed(LinkError.TIMEOUT))


class NeverDone(LinkFault):
    """Nobody is told that a request is done."""

    name = "never-done"
    requirements = ("QIA-EGP-ERR-02",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not isinstance(notice.what, Done):
            yield notice


class DoneTooSoon(LinkFault):
    """The peer is told that a request is done before it is told of any pair."""

    name = "done-at-peer-at-once"
    requirements = ("QIA-EGP-ERR-02", "QIA-EGP-OK-09")

    def __init__(self) -> None:
        self._begun: set[RequestKey] = set()

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not notice.at_origin and notice.request not in self._begun:
            self._begun.add(notice.request)
            yield replace(notice, what=Done())
        yield notice


class OnePairMore(LinkFault):
    """After a request is done, its last pair comes once more under the next number."""

    name = "one-pair-more"
    requirements = ("QIA-EGP-OK-09", "QIA-EGP-SEQ-01")

    def __init__(self) -> None:
        self._last: dict[tuple[str, RequestKey], Notice] = {}

    def told(self, notice: Notice) -> Iterable[Notice]:
        yield notice
        name = (notice.node, notice.request)
        if isinstance(notice.what, PairMade):
            self._last[name] = notice
        elif (last := self._last.pop(name, None)) and isinstance(last.what, PairMade):
            number = (last.what.sequence + 1) % SEQUENCE_NUMBERS
            yield replace(last, what=replace(last.what, sequence=number))
