"""One request at its two nodes: which event may come next, and what any other breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Allowances, Asked, Told, Violation
from qonform.oracles.link_fields import misaddressed, misstated
from qonform.oracles.link_side import Side
from qonform.ports.entanglement import (
    SEQUENCE_NUMBERS,
    Delivery,
    LinkError,
    PairMade,
    RequestDone,
    RequestFailed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.oracles.link_acceptance import Acceptances
    from qonform.oracles.link_numbers import Numbers, PairEnd

_ON_ARRIVAL_ONLY = {LinkError.UNSUPPORTED, LinkError.MALFORMED}


@dataclass
class Life:
    """One request, in a world in which certain events are of it.

    Args:
        numbers: the sequence numbers of its link.
    """

    asked: Asked
    numbers: Numbers
    acceptances: Acceptances
    allowances: Allowances
    sides: dict[str, Side] = field(init=False)
    _said_of_rejection: bool = False

    def __post_init__(self) -> None:
        nodes = (self.asked.node, self.asked.peer)
        self.sides = {node: Side(self.asked.request.number) for node in nodes}

    @property
    def creator(self) -> Side:
        """The request at the node where it was made."""
        return self.sides[self.asked.node]

    @property
    def peer(self) -> Side:
        """The request at the other node."""
        return self.sides[self.asked.peer]

    @property
    def whole(self) -> bool:
        """Whether OKs come only when all pairs are made."""
        return self.asked.request.delivery is Delivery.WHEN_COMPLETE

    @property
    def rejected(self) -> bool:
        """Whether the creator was told that it is not accepted."""
        end = self.creator.end
        return end is not None and _error_of(end) is LinkError.REJECTED

    def take(self, told: Told, end: PairEnd | None) -> list[Violation]:
        """Holds an event against what may come next, then moves on to the state after it.

        Args:
            end: where the pair stands, for an OK.
        """
        side = self.sides.get(told.node)
        if side is None:
            due = f"no event of {self.asked} at a third node"
            return [Violation("QIA-EGP-PUR-02", due, f"one at {told.node}", (told,))]
        found = [*self._application(told), *misaddressed(self.asked, told)]
        match told.event.what:
            case PairMade() as made if end is not None:
                found += [*self._ok(side, told, end), *misstated(self.asked, told, made)]
                side.take_ok(end)
            case RequestFailed(error=LinkError.EXPIRED) as failure:
                found += self._void(side, told, failure)
            case RequestFailed() as failure:
                found += self._failed(side, told, failure)
                side.end = side.end or told
            case RequestDone():
                found += self._done(side, told)
                side.end = side.end or told
            case _:
                pass
        side.events.append(told)
        return [*found, *self._rejected_and_seen()]

    def late(self, told: Told) -> Iterator[Violation]:
        """What an event breaks by coming when the time of the request was over."""
        over_s = self.asked.latest_deadline_s(self.allowances)
        if told.at_s <= over_s + self.allowances.late_s:
            return
        due = f"nothing of {self.asked} after its time, {self.asked.request.max_time_s} s"
        came = f"{told.at_s - over_s:.3f} s later, at {told.node}"
        if isinstance(told.event.what, PairMade):
            yield Violation("QIA-EGP-TIM-03", due, f"an OK {came}", (told,))
        elif isinstance(told.event.what, RequestFailed) and _ends(told):
            yield Violation("QIA-EGP-TIM-01", due, f"its failure {came}", (told,))

    def _application(self, told: Told) -> Iterator[Violation]:
        """Whom the event concerns: who asked, and whoever may have accepted."""
        asked = self.asked
        if told.node == asked.node:
            those = {asked.application}
        else:
            those = self.acceptances.ever(asked.peer, asked.node, asked.request.purpose, told.at_s)
            if not those:
                return  # PUR-01 says it
        if told.application not in those:
            due = f"events of {asked} for {', '.join(sorted(those))} at {told.node}"
            yield Violation("QIA-EGP-PUR-02", due, f"one for {told.application}", (told,))

    def _ok(self, side: Side, told: Told, end: PairEnd) -> Iterator[Violation]:
        yield from self._unaccepted(told)
        yield from self.late(told)
        if side.end is not None and isinstance(side.end.event.what, RequestFailed):
            due = f"no OK after the failure of {self.asked}"
            yield Violation("QIA-EGP-TIM-03", due, f"one at {told.node}", (side.end, told), "I9")
        elif side.full or side.end is not None:
            shown = (*(ok.told for ok in side.oks), told)
            due = f"{side.number} OKs of {self.asked}"
            yield Violation("QIA-EGP-OK-09", due, f"one more at {told.node}", shown, "I9")
        if side.declared_void(end.position):
            due = "no OK of a pair that was declared void"
            yield Violation("QIA-EGP-EXP-05", due, f"{end.made.sequence} at {told.node}", (told,))
        if self.whole and side.oks and not side.void:
            first = side.oks[0].told
            apart_s = told.at_s - first.at_s
            if apart_s > self.allowances.late_s:
                due, came = "all OKs at once", f"two that are {apart_s:.3f} s apart"
                yield Violation("QIA-EGP-CON-02", due, came, (first, told), "I12")
        if side.oks:
            last = side.oks[-1]
            if end.position < last.position:
                due = f"a sequence number after {last.made.sequence}"
                came = f"{end.made.sequence} at {told.node}"
                yield Violation("QIA-EGP-SEQ-02", due, came, (last.told, told), "I6")

    def _unaccepted(self, told: Told) -> Iterator[Violation]:
        asked = self.asked
        terms = (asked.peer, asked.node, asked.request.purpose)
        if self.acceptances.possible(*terms, asked.sent_s, told.at_s):
            return
        withdrawn = self.acceptances.ever(*terms, told.at_s)
        due = f"no OK under purpose {asked.request.purpose}, which {asked.peer} does not accept"
        yield Violation(
            "QIA-EGP-PUR-03" if withdrawn else "QIA-EGP-PUR-01",
            due + (" any more" if withdrawn else ""),
            f"one at {told.node}",
            (told,),
        )

    def _void(self, side: Side, told: Told, failure: RequestFailed) -> Iterator[Violation]:
        void = failure.void
        bounds = [] if void is None else [n for n in (void.first, void.end) if n is not None]
        if void is None or not all(0 <= n < SEQUENCE_NUMBERS for n in bounds):
            due = "a range of sequence numbers, or all of the request"
            yield Violation("QIA-EGP-EXP-01", due, f"{void} at {told.node}", (told,))
            return
        first = None if void.first is None else self.numbers.near(void.first)
        side.take_void(void, first, self.numbers.highest or 0)

    def _failed(self, side: Side, told: Told, failure: RequestFailed) -> Iterator[Violation]:
        error, node = failure.error, told.node
        name = error.value if error else "an unknown error"
        yield from self.late(told)
        if error is None:
            yield Violation("QIA-EGP-ERR-01", "a known error", f"another at {node}", (told,))
        if error in _ON_ARRIVAL_ONLY:
            due = f"no {name} of {self.asked}, which was acknowledged"
            yield Violation("QIA-EGP-ACK-02", due, f"one at {node}", (told,))
        if side.end is not None or side.full:
            shown = (side.end,) if side.end else tuple(ok.told for ok in side.oks)
            due = f"one end of {self.asked}"
            yield Violation("QIA-EGP-ERR-02", due, f"then {name} at {node}", (*shown, told), "I9")
        elif self.whole and side.oks and not side.perhaps_done and error is not LinkError.REJECTED:
            shown = tuple(ok.told for ok in side.oks)
            due = f"all OKs of {self.asked}, or none"
            came = f"{len(side.oks)} of {side.number} at {node}, then {name}"
            yield Violation("QIA-EGP-CON-02", due, came, (*shown, told), "I12")
        if error is LinkError.TIMEOUT:
            yield from self._early(told)

    def _early(self, told: Told) -> Iterator[Violation]:
        due_s = self.asked.earliest_deadline_s(self.allowances)
        if told.at_s < due_s - self.allowances.early_s:
            limit = self.asked.request.max_time_s
            due = f"no TIMEOUT before {limit:.4g} s are over" if limit is not None else "no TIMEOUT"
            came = f"one {told.at_s - self.asked.sent_s:.3f} s after the request, at {told.node}"
            yield Violation("QIA-EGP-TIM-04", due, came, (told,))

    def _done(self, side: Side, told: Told) -> Iterator[Violation]:
        if side.end is not None:
            due = f"one end of {self.asked}"
            came = f"then another at {told.node}"
            yield Violation("QIA-EGP-ERR-02", due, came, (side.end, told), "I9")
        elif not side.perhaps_done:
            shown = (*(ok.told for ok in side.oks), told)
            due = f"{side.number} OKs of {self.asked}"
            came = f"done after {len(side.oks)} at {told.node}"
            yield Violation("QIA-EGP-OK-09", due, came, shown, "I9")

    def _rejected_and_seen(self) -> Iterator[Violation]:
        """A request that is rejected leaves no other trace at either node (I11)."""
        end = self.creator.end
        shown = [*(ok.told for ok in self.creator.oks), *self.peer.events]
        if end is None or not self.rejected or self._said_of_rejection or not shown:
            return
        self._said_of_rejection = True
        due = f"nothing else of {self.asked}, which was rejected"
        came = f"{len(shown)} events, at {' and '.join(sorted({told.node for told in shown}))}"
        yield Violation("QIA-EGP-PUR-01", due, came, (*shown, end), "I11")


def _error_of(told: Told) -> LinkError | None:
    what = told.event.what
    return what.error if isinstance(what, RequestFailed) else None


def _ends(told: Told) -> bool:
    return _error_of(told) is not LinkError.EXPIRED
