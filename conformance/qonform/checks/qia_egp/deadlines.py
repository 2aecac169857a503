"""When OKs come, and what becomes of a request whose time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform.checks.qia_egp.served import served
from qonform.judging import Undecidable, by_effort, judges, made_s, resolution_s
from qonform.ports.entanglement import Delivery, LinkError, PairType, RequestFailed
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.judging import Effort, Episode, Judge, LinkBench, LinkOffer
    from qonform.ports.entanglement import LinkEvent

_MANY = 200
_ATTEMPTS = 4
"""How often a request is cut short until one is not complete all the same."""


def _many(offer: LinkOffer, _effort: Effort) -> float:
    return (2 + _ATTEMPTS) * min(_MANY, offer.max_number)


@dataclass(frozen=True)
class _Pace:
    """How long so many pairs took, on the nodes' clocks."""

    number: int
    took_s: float


def _pace(links: LinkBench) -> _Pace:
    """Makes as many pairs as it takes to see how fast they come. Raises Undecidable."""
    if links.usual_type is PairType.KEEP:
        raise Undecidable("the link offers no pairs that it measures, of which many can be made")
    number = min(_MANY, links.link.max_number)
    whole = links.make(number=number)
    made = whole.at_origin_made()
    if not whole.is_complete:
        raise Undecidable(f"{number} pairs without a limit were not made: {whole}")
    at = [moment for moment in map(made_s, made) if moment is not None]
    if len(at) == len(made) > 1:
        return _Pace(number, (at[-1] - at[0]) * number / (number - 1))
    spoken_s = made[-1].arrived_s - whole.asked_s
    return _Pace(number, max(spoken_s, 1e-3) * links.target.claims.links.clock_speed)


def _cut_short(links: LinkBench, pace: _Pace, **members: Any) -> list[Episode]:
    """Requests that get less time than they take, until one, the last, is not complete."""
    cut: list[Episode] = []
    least_s = 2 * (links.link.attempt_time_s or 0.0)
    for attempt in range(_ATTEMPTS):
        limit_s = max(pace.took_s / 2 ** (attempt + 1), least_s)
        episode = links.make(number=pace.number, max_time_s=limit_s, **members)
        if not isinstance(episode.acknowledged, Delivered):
            raise Undecidable(f"a request for {limit_s:.3g} s was not served: {episode}")
        cut.append(episode)
        if not episode.is_complete:
            return cut
    return cut


@judges(
    "QIA-EGP-TIM-01",
    "QIA-EGP-TIM-02",
    "QIA-EGP-TIM-03",
    "QIA-EGP-TIM-04",
    "QIA-EGP-CON-01",
    pairs=_many,
)
def a_request_that_gets_too_little_time(links: LinkBench, judge: Judge) -> None:
    """Half of the time that as many pairs took before: what was made by then is delivered."""
    pace = _pace(links)
    attempts = _cut_short(links, pace)
    for episode in attempts:
        _judge_made_in_time(links, judge, "QIA-EGP-TIM-03", episode)
    cut = _the_incomplete(attempts)
    limit_s = links.seconds(cut.request.max_time_s or 0.0)
    ends = {"origin": cut.at_origin(), "peer": cut.at_peer()}
    for end, events in ends.items():
        timeouts = [event for event in events if _is_timeout(event)]
        due = f"one TIMEOUT at the {end} for {len(cut.pairs())} of {pace.number} pairs"
        if end == "origin" or cut.at_peer_made():  # whether else the peer is told is open
            judge.that("QIA-EGP-TIM-02", len(timeouts) == 1, due=due, came=_told(events))
        for event in timeouts:
            after_s = event.arrived_s - cut.asked_s
            due = f"TIMEOUT at the {end} within {limit_s:.3g} s, and {links.slack_s:.3g} s to come"
            came = f"after {after_s:.3g} s"
            in_time = after_s <= limit_s + links.slack_s
            judge.that("QIA-EGP-TIM-01", in_time, due=due, came=came, evidence=[event])
            early_s = links.seconds(links.link.attempt_time_s or 0.0) + 0.02 * limit_s
            due = f"TIMEOUT at the {end} not before {limit_s:.3g} s are over"
            not_early = after_s >= limit_s - early_s
            judge.that("QIA-EGP-TIM-04", not_early, due=due, came=came, evidence=[event])
    _judge_as_made(judge, pace, cut)


def _the_incomplete(cut: list[Episode]) -> Episode:
    """The last. Raises Undecidable if even that was served."""
    if cut[-1].is_complete:
        raise Undecidable("pairs come too fast: each request was done before its time was over")
    return cut[-1]


def _margin_s(links: LinkBench, made: list[LinkEvent]) -> float:
    """How exactly a node can be held to a time by its own clock, as coarse as that is."""
    times = [at for at in map(made_s, made) if at is not None]
    return (links.link.attempt_time_s or 0.0) + resolution_s(times)


def _judge_made_in_time(links: LinkBench, judge: Judge, requirement: str, episode: Episode) -> None:
    """No pair is made when the time of its request is over, by the clock of the node itself."""
    if episode.deadline_s is None:
        return
    margin_s = _margin_s(links, episode.at_origin_made())
    for event in episode.at_origin_made():
        at = made_s(event)
        if at is not None:
            late_s = at - episode.deadline_s
            due = f"no OK of a pair made after {episode.request.max_time_s:.3g} s"
            came = f"a pair made {abs(late_s):.3g} s {'after' if late_s > 0 else 'before'} that"
            judge.that(requirement, late_s <= margin_s, due=due, came=came, evidence=[event])


def _judge_as_made(judge: Judge, pace: _Pace, cut: Episode) -> None:
    """Of many pairs some are made, and told, in a good part of the time that all of them take."""
    part = (cut.request.max_time_s or 0.0) / pace.took_s
    if part * pace.number < 20:
        why = f"too few pairs are due in {part:.2f} of the time of {pace.number}"
        judge.undecided("QIA-EGP-CON-01", why)
        return
    some = bool(cut.at_origin_made()) and bool(cut.at_peer_made())
    due = f"OKs as pairs are made: some of about {part * pace.number:.0f}"
    judge.that("QIA-EGP-CON-01", some, due=due, came=cut)


def _is_timeout(event: LinkEvent) -> bool:
    return isinstance(event.what, RequestFailed) and event.what.error is LinkError.TIMEOUT


def _told(events: list[LinkEvent]) -> str:
    last = events[-1].what if events else None
    return f"{len(events)} events, the last of them {last}"


@judges("QIA-EGP-CON-02", pairs=_many)
def all_at_once_or_nothing(links: LinkBench, judge: Judge) -> None:
    """OKs when all pairs are made: a request that gets too little time has none."""
    pace = _pace(links)
    cut = _the_incomplete(_cut_short(links, pace, delivery=Delivery.WHEN_COMPLETE))
    none = not cut.at_origin_made() and not cut.at_peer_made()
    judge.that("QIA-EGP-CON-02", none, due="no OK, since not all pairs were made", came=cut)


@judges("QIA-EGP-TIM-05", pairs=_many)
def a_time_means_the_same_however_large(links: LinkBench, judge: Judge) -> None:
    """Times with fractions of a second, below one and above; in each of them a pair can be made.

    And of a request that gets a fraction too few, no pair is made when that is over.
    """
    pace = _pace(links)
    enough_s = 20 * pace.took_s / pace.number
    for limit_s in (enough_s + 0.75, enough_s + 1.25, enough_s + 3_600.5):
        episode = links.make(max_time_s=limit_s)
        if not episode.is_accounted_for:
            served(links)  # a link may pause: that it makes pairs is the control
            episode = links.make(max_time_s=limit_s)
        due = f"a pair, for which {limit_s:.6g} s are enough"
        judge.that("QIA-EGP-TIM-05", episode.is_accounted_for, due=due, came=episode)
    for episode in _cut_short(links, pace):
        _judge_made_in_time(links, judge, "QIA-EGP-TIM-05", episode)


@judges("QIA-EGP-TIM-06", pairs=_many)
def requests_that_wait_time_out_too(links: LinkBench, judge: Judge) -> None:
    """Short requests behind a long one: each is over when its own time is.

    What the node tells one application comes in the order in which it happened: a pair of the
    long request that was made after the time of a short one was over comes after its TIMEOUT.
    """
    pace = _pace(links)
    by, to = links.creator, links.peer
    limit_s = max(pace.took_s / 8, 2 * (links.link.attempt_time_s or 0.0))
    long = links.request(by, to, number=pace.number, priority=7)
    short = links.request(by, to, number=pace.number, max_time_s=limit_s)
    first, *waiting = links.carry_out_all([(by, to, long), *[(by, to, short)] * 2])
    for episode in waiting:
        if not isinstance(episode.acknowledged, Delivered):
            raise Undecidable(f"a request behind another was not served: {episode}")
        for end, events in (("origin", episode.at_origin()), ("peer", episode.at_peer())):
            ended = [e for e in events if isinstance(e.what, RequestFailed)]
            if not ended and (episode.is_complete or end == "peer"):
                continue
            late_s = [e.arrived_s - episode.asked_s - links.seconds(limit_s) for e in ended]
            in_time = bool(ended) and late_s[0] <= links.slack_s
            came = f"late by {late_s[0]:.3g} s" if late_s else "nothing"
            due = f"TIMEOUT at the {end} when {links.seconds(limit_s):.3g} s are over"
            judge.that("QIA-EGP-TIM-06", in_time, due=due, came=came, evidence=ended)
        _judge_order(links, judge, first, episode)


def _judge_order(links: LinkBench, judge: Judge, long: Episode, short: Episode) -> None:
    """Before the TIMEOUT of a short request comes no pair made after its time was over."""
    timeout = next((e for e in short.at_origin() if _is_timeout(e)), None)
    if timeout is None or short.deadline_s is None:
        return
    margin_s = _margin_s(links, long.at_origin_made())
    for event in long.at_origin_made():
        at = made_s(event)
        if at is not None and event.number < timeout.number:
            late_s = at - short.deadline_s
            came = (
                f"before it, a pair made {abs(late_s):.3g} s {'after' if late_s > 0 else 'before'}"
            )
            due = "TIMEOUT of a request that waits when its time is over"
            holds = late_s <= margin_s
            judge.that("QIA-EGP-TIM-06", holds, due=due, came=came, evidence=[event, timeout])


@judges("QIA-EGP-ACK-04", deepens=("QIA-EGP-ACK-01",), pairs=by_effort(8, 16, 32))
def an_ack_does_not_wait_for_a_pair(links: LinkBench, judge: Judge) -> None:
    """How long ACKs take, beside how long first OKs take."""
    acks, firsts, others = [], [], []
    for _ in range(links.by_effort(8, 16, 32)):
        episode = links.make()
        if episode.is_complete:
            acks.append(episode.acknowledged_s - episode.asked_s)
            firsts.append(episode.at_origin_made()[0].arrived_s - episode.asked_s)
        began_s = links.driver.now()
        links.creator.link.get_link(links.peer.node)
        others.append(links.driver.now() - began_s)
    if not acks:
        raise Undecidable("no request was served")
    ack_s, first_s = sorted(acks)[len(acks) // 2], sorted(firsts)[len(firsts) // 2]
    came = f"medians of {len(acks)}: ACK after {ack_s:.3g} s, first OK after {first_s:.3g} s"
    if first_s < 0.05:
        judge.not_applicable("QIA-EGP-ACK-04", f"pairs come too fast to tell: {came}")
        return
    plain_s = sorted(others)[len(others) // 2]
    due = f"ACKs that come well before first pairs, or as soon as another answer ({plain_s:.3g} s)"
    prompt = ack_s < 0.8 * first_s or ack_s < 3 * plain_s
    judge.that("QIA-EGP-ACK-04", prompt, due=due, came=came)
