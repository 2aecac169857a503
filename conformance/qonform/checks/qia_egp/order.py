"""Which request is served when, as sequence numbers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Undecidable, by_effort, judges, made_s
from qonform.ports.entanglement import SEQUENCE_NUMBERS, Interleaving, PairMade

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qonform.judging import Effort, Episode, Judge, LinkBench, LinkOffer

_BLOCK = 8
_FILLER = 100
_MOST_ROUNDS = 25
_LONG_S = 86_400.0
"""A limit that plays no part, but for which the node is asked for its time."""
_MOMENT_S = 0.005
"""How much earlier than an OK arrives its pair may have been made."""
_ROUNDS_TO_CONVICT = 20
"""So many rounds in which the lower priority was first are a chance of 1e-6."""


def _sequences(episode: Episode) -> list[int]:
    return [e.what.sequence for e in episode.at_origin_made() if isinstance(e.what, PairMade)]


@judges("QIA-EGP-ATO-01", pairs=by_effort(48, 96, 320))
def a_request_is_served_as_one_block(links: LinkBench, judge: Judge) -> None:
    """A request that forbids interleaving, and right after it others of a higher priority."""
    by, to = links.creator, links.peer
    number = min(_BLOCK, links.link.max_number)
    if number < 2:
        judge.not_applicable("QIA-EGP-ATO-01", "no request may ask for two pairs")
        return
    for _ in range(links.by_effort(3, 6, 20)):
        block = links.request(by, to, number=number, interleaving=Interleaving.FORBIDDEN)
        rivals = [
            (by, to, links.request(by, to, number=number // 2, priority=7)),
            (to, by, links.request(to, by, number=number // 2, priority=7)),
        ]
        episode, *others = links.carry_out_all([(by, to, block), *rivals])
        if not episode.is_complete:
            raise Undecidable(f"the block was not served: {episode}")
        foreign = {s for other in others for s in _sequences(other)}
        between = foreign & _span(_sequences(episode))
        came = f"the block has {_sequences(episode)}, others have {sorted(foreign)}"
        due = "no pair of another request between its own"
        judge.that("QIA-EGP-ATO-01", not between, due=due, came=came)


def _span(sequences: Iterable[int]) -> set[int]:
    """All numbers from the first to the last, modulo 65536."""
    first, *_, last = sequences
    width = (last - first) % SEQUENCE_NUMBERS
    return {(first + i) % SEQUENCE_NUMBERS for i in range(width + 1)}


def _busy(offer: LinkOffer, _effort: Effort) -> float:
    return _MOST_ROUNDS * (min(_FILLER, offer.max_number) + 2)


@judges("QIA-EGP-PRI-01", pairs=_busy)
def a_higher_priority_is_served_sooner(links: LinkBench, judge: Judge) -> None:
    """Behind a request that keeps the link busy, one of low priority and then one of high.

    It is enough to see it once; that the lower is always first, in twenty rounds in which both
    had to wait, is a chance of one in a million.
    """
    by, to = links.creator, links.peer
    busy = links.request(by, to, number=min(_FILLER, links.link.max_number), priority=7)
    low = links.request(by, to, priority=1)
    high = links.request(by, to, priority=6, max_time_s=_LONG_S)
    rounds = 0
    for _ in range(_MOST_ROUNDS):
        episodes = links.carry_out_all([(by, to, busy), (by, to, low), (by, to, high)])
        if not all(episode.is_complete for episode in episodes):
            raise Undecidable(f"not all requests were served: {'; '.join(map(str, episodes))}")
        filler, later, sooner = episodes
        if not _was_busy(filler, sooner):
            continue  # the link was idle again before both were waiting
        rounds += 1
        if _is_before(_sequences(sooner)[0], _sequences(later)[0]):
            break
        if rounds == _ROUNDS_TO_CONVICT:
            came = f"the lower priority was first in {rounds} rounds"
            judge.that("QIA-EGP-PRI-01", False, due="the higher priority first", came=came)
            return
    else:
        raise Undecidable(f"only {rounds} rounds had both requests waiting")
    came = f"the higher priority was first, in round {rounds}"
    judge.that("QIA-EGP-PRI-01", True, due="the higher priority first", came=came)


def _was_busy(filler: Episode, later: Episode) -> bool:
    """Whether one request was still being served when the other had been acknowledged."""
    last = filler.at_origin_made()[-1]
    if later.node_time_s is not None and (at := made_s(last)) is not None:
        return later.node_time_s < at
    return later.acknowledged_s < last.arrived_s - _MOMENT_S


def _is_before(one: int, other: int) -> bool:
    return 0 < (other - one) % SEQUENCE_NUMBERS < SEQUENCE_NUMBERS // 2


@judges("QIA-EGP-FAI-01", pairs=by_effort(456, 584, 968))
def neither_end_starves(links: LinkBench, judge: Judge) -> None:
    """As many requests from either end at once: how the first half of the pairs is shared.

    Before them one that keeps the link busy until they wait: a request that finds the link idle is
    served whoever made it. Their order is that of the sequence numbers: the two ends hear of them
    by ways of their own, of which one may be slower.
    """
    ends = (links.creator, links.peer), (links.peer, links.creator)
    each = min(2 * _BLOCK, links.link.max_number)
    number = links.by_effort(8, 12, 24)
    asked = [(by, to, links.request(by, to, number=each)) for _ in range(number) for by, to in ends]
    busy = min(2 * _FILLER, links.link.max_number)
    first = (*ends[0], links.request(*ends[0], number=busy, priority=7))
    _, *episodes = links.carry_out_all([first, *asked])
    served = [e for e in episodes if e.is_complete]
    if len(served) < len(episodes):
        raise Undecidable(f"only {len(served)} of {len(episodes)} requests were served")
    served = _in_order(served)
    half = served[: len(served) // 2]
    share = sum(e.by.node == links.creator.node for e in half) / len(half)
    came = f"{share:.2f} of the first {len(half)} requests were those of {links.creator.node}"
    due = "between a quarter and three quarters"
    judge.that("QIA-EGP-FAI-01", 0.25 <= share <= 0.75, due=due, came=came)


def _in_order(served: Sequence[Episode]) -> list[Episode]:
    """Requests as they were served, all within half a turn of the counter."""
    middle = _sequences(served[0])[0]
    half = SEQUENCE_NUMBERS // 2
    return sorted(served, key=lambda e: (_sequences(e)[0] - middle + half) % SEQUENCE_NUMBERS)
