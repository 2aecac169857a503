"""How a request may have ended at its two nodes together, once all is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Answer, Violation
from qonform.oracles.link_fields import disagreeing
from qonform.ports.entanglement import Interleaving, RequestFailed, RequestKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.oracles.link_facts import Told
    from qonform.oracles.link_life import Life
    from qonform.oracles.link_numbers import PairEnd
    from qonform.oracles.link_side import Side


def settled(life: Life, at_s: float) -> bool:
    """Whether nothing more can come of a request, or its time and all grace are over."""
    asked, allowances = life.asked, life.allowances
    if asked.answer is Answer.AWAITED:
        return False
    wait_s = allowances.late_s + allowances.grace_s
    if at_s > asked.latest_deadline_s(allowances) + wait_s:
        return True
    answered_s = asked.sent_s if asked.answered_s is None else asked.answered_s
    last_s = max(
        (told.at_s for side in life.sides.values() for told in side.events), default=answered_s
    )
    over = life.creator.end is not None or any(
        side.perhaps_done or (life.whole and side.oks) for side in life.sides.values()
    )
    return over and at_s > last_s + wait_s


def at_the_end(life: Life, key: RequestKey) -> list[Violation]:
    """Everything that a settled request breaks by how it ended.

    Of one that was never acknowledged, and of which the creator was told nothing, any end may be
    seen at the peer. Of a rejected one it was said before that anything else came of it.
    """
    lost = life.asked.answer is Answer.LOST and life.creator.unseen
    found = [] if lost or life.rejected else list(_matching(life, key))
    if not lost and not found:
        found += _unfinished(life)
    return [*found, *_partial(life), *_agreement(life)]


def _matching(life: Life, key: RequestKey) -> Iterator[Violation]:
    """The pairs that are live at both ends are the same (I1)."""
    nodes = (life.asked.node, life.asked.peer)
    alone: dict[str, list[PairEnd]] = {node: [] for node in nodes}
    live = {node: life.sides[node].live for node in nodes}
    for node in nodes:
        other = life.asked.other(node)
        for ok in life.sides[node].oks:
            if ok.position in life.sides[node].void or ok.position in live[other]:
                continue
            if life.numbers.perhaps_void(node, ok.position, key):
                continue
            elsewhere = life.numbers.at(other, ok.position)
            if elsewhere and not _told(life.sides[other], ok.position):
                yield from _misnamed(ok, elsewhere, key)
            else:
                alone[node].append(ok)
    yield from _unmatched(life, alone)


def _misnamed(ok: PairEnd, elsewhere: list[PairEnd], key: RequestKey) -> Iterator[Violation]:
    """The other end tells of the pair under another request."""
    there = elsewhere[0].told.event.request
    crossed = there.create_id == key.create_id
    yield Violation(
        "QIA-EGP-SYM-02" if crossed else "QIA-EGP-OK-04",
        f"pair {ok.made.sequence} of {key} at both ends",
        f"of {there} at {elsewhere[0].told.node}",
        (ok.told, elsewhere[0].told),
        "I2",
    )


def _unmatched(life: Life, alone: dict[str, list[PairEnd]]) -> Iterator[Violation]:
    lonely = {node: oks for node, oks in alone.items() if oks}
    if not lonely:
        return
    failed = any(
        side.ranges or side.ended_perhaps or _has_failed(side) for side in life.sides.values()
    )
    shown = tuple(ok.told for oks in lonely.values() for ok in oks)
    came = "; ".join(
        f"{', '.join(str(ok.made.sequence) for ok in oks)} at {node} only"
        for node, oks in lonely.items()
    )
    if failed:
        requirement, due = "QIA-EGP-EXP-02", "each pair at both ends, or declared void"
    elif len(lonely) > 1:
        requirement, due = "QIA-EGP-OK-03", "the same sequence numbers at both ends"
    else:
        requirement, due = "QIA-EGP-OK-01", "an OK of each pair at both ends"
    yield Violation(requirement, f"{due}, of {life.asked}", came, shown, "I1")


def _unfinished(life: Life) -> Iterator[Violation]:
    """The creator learns that time is over; the peer too, if it was told of a pair."""
    if life.asked.request.max_time_s is None:
        return
    for node, side in life.sides.items():
        if side.over or (node != life.asked.node and not side.oks):
            continue
        if life.whole and side.oks:
            continue  # that is worse than to be unfinished
        due = f"TIMEOUT of {life.asked} at {node}, or {side.number} OKs"
        shown = tuple(ok.told for ok in side.oks)
        yield Violation("QIA-EGP-TIM-02", due, f"{len(side.oks)} OKs, and no end", shown, "I9")


def _partial(life: Life) -> Iterator[Violation]:
    """OKs that come when all pairs are made come for all pairs (I12)."""
    if not life.whole:
        return
    for node, side in life.sides.items():
        if side.oks and not side.over:
            due = f"all {side.number} OKs of {life.asked}, or none"
            shown = tuple(ok.told for ok in side.oks)
            yield Violation("QIA-EGP-CON-02", due, f"{len(side.oks)} at {node}", shown, "I12")


def _agreement(life: Life) -> Iterator[Violation]:
    """The two OKs of each pair agree (I2), and come in the same order (I5)."""
    here = {ok.position: ok.told for ok in life.creator.oks}
    there = {ok.position: ok.told for ok in life.peer.oks}
    for position in here.keys() & there.keys():
        yield from disagreeing(here[position], there[position])
    order = [position for position in here if position in there]
    if order != [position for position in there if position in here]:
        shown: tuple[Told, ...] = tuple(here[p] for p in order) + tuple(there[p] for p in order)
        due = f"the pairs of {life.asked} in one order at both ends"
        yield Violation("QIA-EGP-SEQ-03", due, "two orders", shown, "I5")


def intruders(life: Life, key: RequestKey) -> list[PairEnd]:
    """Pairs of other requests between the first and the last of a request that forbids it (I10)."""
    if life.asked.request.interleaving is not Interleaving.FORBIDDEN:
        return []
    block = life.creator.live & life.peer.live
    if len(block) < 2:
        return []
    nodes = (life.asked.node, life.asked.peer)
    between = range(min(block) + 1, max(block))
    ends = [end for p in between for node in nodes for end in life.numbers.at(node, p)]
    return [end for end in ends if end.told.event.request != key]


def broken_block(life: Life, intruder: PairEnd) -> Violation:
    """What a pair breaks that lies inside another request's block."""
    shown = tuple(ok.told for ok in life.creator.oks)
    return Violation(
        "QIA-EGP-ATO-01",
        f"no pair of another request inside {life.asked}",
        f"{intruder.made.sequence} of {intruder.told.event.request}",
        (*shown, intruder.told),
        "I10",
    )


def _told(side: Side, position: int) -> bool:
    return any(ok.position == position for ok in side.oks)


def _has_failed(side: Side) -> bool:
    return side.end is not None and isinstance(side.end.event.what, RequestFailed)
