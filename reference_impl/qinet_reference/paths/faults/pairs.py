"""Lies about which pairs there are, and in which state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.physics.bell import Bell
from qinet_reference.paths.domain.model import Confirmed, Delivered, Expired
from qinet_reference.paths.faults.fault import AtTheTail, PathFault, pair_of, with_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.paths.domain.model import PathNotice


class PairsNumberedApart(AtTheTail):
    """The tail-end gives pairs numbers of its own."""

    name = "pair-id-per-end"
    requirements = ("QIA-QNP-ID-01", "QIA-QNP-EXP-01")

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if pair := pair_of(notice):
            notice = with_pair(notice, replace(pair, id=pair.id + 500_000))
        yield notice


class PairsNumberedByRequest(PathFault):
    """The pairs of each request are numbered from the start."""

    name = "pair-id-per-request"
    requirements = ("QIA-QNP-ID-02",)

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], dict[int, int]] = {}

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        if pair := pair_of(notice):
            known = self._numbers.setdefault((notice.circuit, notice.request), {})
            number = known.setdefault(pair.id, len(known) + 1)
            notice = with_pair(notice, replace(pair, id=number))
        yield notice


class LastSwapForgotten(AtTheTail):
    """The tail-end does not fold the result of a swap in: it tells a state of its own."""

    name = "bell-state-per-end"
    requirements = ("QIA-QNP-BEL-01",)

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if pair := pair_of(notice):
            other = Bell.PSI_MINUS if pair.bell is not Bell.PSI_MINUS else Bell.PHI_PLUS
            notice = with_pair(notice, replace(pair, bell=other))
        yield notice


class PairKnownAtOneEnd(AtTheTail):
    """The tail-end is not told of each third pair that is confirmed."""

    name = "pair-one-sided"
    requirements = ("QIA-QNP-EXP-01",)

    def __init__(self) -> None:
        self._pairs = 0

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if isinstance(notice.what, Delivered) and notice.what.pair is not None:
            self._pairs += 1
            if self._pairs % 3 == 0:
                return
        yield notice


class AlwaysOneState(PathFault):
    """Every pair is told to be in the same state, whatever the swaps have found."""

    name = "bell-state-constant"
    requirements = ("QIA-QNP-BEL-02", "QIA-QNP-BEL-03", "QIA-QNP-FID-01")

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        if pair := pair_of(notice):
            notice = with_pair(notice, replace(pair, bell=Bell.PHI_PLUS))
        yield notice


class RequestsMixedUp(AtTheTail):
    """The tail-end tells of a pair as if it belonged to the request before."""

    name = "pair-of-another-request"
    requirements = ("QIA-QNP-ID-03",)

    def instead(self, notice: PathNotice) -> Iterable[PathNotice]:
        if isinstance(notice.what, Delivered) and notice.request > 1:
            notice = replace(notice, request=notice.request - 1)
        yield notice


class HalvesNumberedByRequest(PathFault):
    """The halves of each request are numbered from the start."""

    name = "half-id-per-request"
    requirements = ("QIA-QNP-ID-04",)

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, int], dict[int, int]] = {}

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        what = notice.what
        if isinstance(what, Delivered | Confirmed | Expired):
            of_request = (notice.node, notice.circuit, notice.request)
            known = self._numbers.setdefault(of_request, {})
            number = known.setdefault(what.half_id, len(known) + 1)
            notice = replace(notice, what=replace(what, half_id=number))
        yield notice
