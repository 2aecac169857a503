"""One end of a circuit: assigns halves to requests, and tracks to which pairs they belong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.paths.domain.holdings import Holdings
from qinet_reference.paths.domain.messages import (
    Closing,
    Complete,
    Expire,
    Forward,
    Message,
    Order,
    Track,
)
from qinet_reference.paths.domain.model import PathDone, PathFailed, PathNode, PathNotice, Side
from qinet_reference.paths.domain.share import Share, Whole

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from qinet_reference.paths.domain.agenda import Agenda
    from qinet_reference.paths.domain.source import LinkPair
    from qinet_reference.paths.domain.terms import CircuitTerms


class CircuitEnd:
    """The head-end, or the tail-end. It serves one request after the other, in their order.

    Both ends come to the same pairs, whatever they know when: a pair is confirmed if both have
    assigned their halves to the same request, and if it was joined so early that tracking reaches
    either end before the request has failed. Each sees both from the tracking alone. An end has no
    cutoff of its own (QNP).
    """

    def __init__(
        self,
        side: Side,
        node: PathNode,
        terms: CircuitTerms,
        agenda: Agenda,
        chance: random.Random,
        send: Callable[[Message, float], None],
        tell: Callable[[PathNotice], None],
    ) -> None:
        self.node = node
        self.shares: list[Share] = []
        self._side = side
        self._terms = terms
        self._agenda = agenda
        self._send = send
        self._holdings = Holdings(side, node, terms, chance, tell)

    def begin(self, order: Order, now: float) -> None:
        """A request, of the application here or told by the head-end."""
        share = Share(order, order.deadline)
        self.shares.append(share)
        if share.ends < math.inf:
            self._agenda.at(share.ends, lambda then: self._fail(share, then))
        application, purpose = order.applications[self._side], order.request.purpose
        if self._side is Side.HEAD:
            self._send(Forward(order), now)
        elif self.node.accepted_by(self._terms.id, purpose) != application:
            self._close(share, now)

    def close(self, application: str, purpose: int, now: float) -> None:
        """Let all requests fail in which an application takes part under a purpose."""
        for share in self.shares:
            order = share.order
            if (order.applications[self._side], order.request.purpose) == (application, purpose):
                self._close(share, now)

    def room(self, side: Side) -> bool:
        """Whether a pair with the neighbour is wanted; `side` is where that is."""
        del side
        return bool(self.shares) and self.shares[0].wants and self._holdings.room(self.shares[0])

    def take(self, side: Side, pair: LinkPair) -> None:
        """A pair with the neighbour was heralded: assign its half, and track it."""
        del side
        share = self.shares[0]
        self._holdings.take(share, pair)
        track = Track(
            towards=self._side.other,
            order=share.order.number,
            origin=pair.name,
            running=pair.name,
            bell=pair.bell,
            joined=pair.time,
        )
        self._send(track, pair.time)

    def receive(self, message: Message, now: float) -> None:
        """A message that has come to this end."""
        match message:
            case Forward():
                self.begin(message.order, now)
            case Track():
                self._tracked(message, now)
            case Expire():
                if (item := self._holdings.find(message.origin)) is not None:
                    self._holdings.expire(item)
            case Closing():
                for share in self.shares:
                    if share.order.number == message.order:
                        self._end_at(share, message.moment)
            case Complete():
                pass  # this end knows by itself

    def _tracked(self, track: Track, now: float) -> None:
        item = self._holdings.find(track.running)
        if item is None:
            return
        share = item.share
        in_time = track.joined + self._terms.message_time <= share.ends
        if track.order != share.order.number or not in_time:
            self._holdings.expire(item)
            return
        pair_id = (item.name if self._side is Side.HEAD else track.origin).number
        whole = Whole(track.joined, pair_id, track.bell, item)
        if share.order.request.window is None:
            self._holdings.confirm(whole, now)
            self._finish(share, now)
        else:
            share.due.append(whole)
            moment = track.joined + self._terms.message_time
            self._agenda.at(moment, lambda then: self._gather(share, then))

    def _gather(self, share: Share, now: float) -> None:
        """Look at what is whole in the order in which it was joined, which both ends then know."""
        window = share.order.request.window
        due = sorted(
            (whole for whole in share.due if whole.joined + self._terms.message_time <= now),
            key=lambda whole: (whole.joined, whole.pair_id),
        )
        for whole in due:
            if share not in self.shares or window is None:
                return
            share.due.remove(whole)
            for old in [one for one in share.gathered if one.joined < whole.joined - window]:
                share.gathered.remove(old)
                self._holdings.expire(old.item)
            share.gathered.append(whole)
            if len(share.gathered) == share.order.request.number:
                for one in share.gathered:
                    self._holdings.confirm(one, now)
                self._finish(share, now)

    def _finish(self, share: Share, now: float) -> None:
        if share.is_complete:
            self._end(share, PathDone(), now)

    def _close(self, share: Share, now: float) -> None:
        """Fail as soon as the other end can know, and both have had what was joined before."""
        moment = now + 2 * self._terms.message_time
        self._send(Closing(self._side.other, share.order.number, moment), now)
        self._end_at(share, moment)

    def _end_at(self, share: Share, moment: float) -> None:
        if moment < share.ends:
            share.ends, share.error = moment, LinkError.REJECTED
            self._agenda.at(moment, lambda then: self._fail(share, then))

    def _fail(self, share: Share, now: float) -> None:
        if share in self.shares and share.ends <= now:
            for item in list(share.live.values()):
                self._holdings.expire(item)
            self._end(share, PathFailed(share.error), now)

    def _end(self, share: Share, what: PathDone | PathFailed, now: float) -> None:
        self.shares.remove(share)
        self._holdings.tell(share, what)
        if self._side is Side.HEAD:
            self._send(Complete(share.order.number), now)
