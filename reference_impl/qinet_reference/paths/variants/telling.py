"""Ends that name and tell things otherwise, within what the interface leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.paths.domain.model import Confirmed, Delivered
from qinet_reference.paths.variants.variant import PathVariant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.paths.domain.model import ConfirmedPair, PathNotice


class PairsVariant(PathVariant):
    """Pairs that are told otherwise, at both ends alike."""

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        """See `PathAlteration`."""
        what = notice.what
        if isinstance(what, Delivered | Confirmed) and what.pair is not None:
            notice = replace(notice, what=replace(what, pair=self.pair(what.pair)))
        yield notice

    def pair(self, pair: ConfirmedPair) -> ConfirmedPair:
        """What is told of a pair instead."""
        return pair


class GapsBetweenPairs(PairsVariant):
    """Pair IDs that are large and have wide gaps."""

    name = "pair-ids-with-gaps"

    def pair(self, pair: ConfirmedPair) -> ConfirmedPair:
        return replace(pair, id=2**40 + 977 * pair.id)


class FidelityUntold(PairsVariant):
    """Pairs of which no fidelity is told."""

    name = "fidelity-untold"

    def pair(self, pair: ConfirmedPair) -> ConfirmedPair:
        return replace(pair, fidelity=0.0)


class TailTellsInAnotherOrder(PathVariant):
    """An end that tells of every two pairs in the other order than they came."""

    name = "order-differs"

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, int], PathNotice] = {}

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        """See `PathAlteration`."""
        key = (notice.node, notice.circuit, notice.request)
        before = self._waiting.pop(key, None)
        first = notice.node == "node-a"
        if not first and before is None and isinstance(notice.what, Delivered) and notice.what.pair:
            self._waiting[key] = notice
            return
        if before is not None and not isinstance(notice.what, Delivered):
            yield before
            before = None
        yield notice
        if before is not None:
            yield before
