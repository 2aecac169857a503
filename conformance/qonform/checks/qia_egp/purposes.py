"""What a node accepts, and that applications are kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.qia_egp.served import served
from qonform.judging import Undecidable, judges
from qonform.ports.entanglement import Axis, LinkError, PairType, RequestFailed
from qonform.ports.outcome import Delivered, Refused
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.judging import Episode, Judge, LinkBench, LinkUser

_NOT_ACCEPTED = 4_321
_TAKEN_BACK = 4_322


@judges("QIA-EGP-PUR-01", pairs=1)
def what_nobody_accepts_is_rejected(links: LinkBench, judge: Judge) -> None:
    """A request under a purpose that no application of the peer's node accepts."""
    control = served(links)
    by, to = links.creator, links.peer
    request = links.request(by, to, purpose=_NOT_ACCEPTED, max_time_s=_short(links))
    rejected = links.carry_out(by, to, request)
    judge.refusal(
        "QIA-EGP-PUR-01",
        rejected.acknowledged,
        _is_rejected(rejected),
        due="REJECTED, on arrival or later, and no OK",
        control=control.acknowledged,
    )


def _short(links: LinkBench) -> float:
    """A time on the nodes' clocks in which a pair would be made, were it accepted."""
    return links.making_s(1) * links.target.claims.links.clock_speed


def _is_rejected(episode: Episode) -> bool:
    if isinstance(episode.acknowledged, Refused):
        return episode.acknowledged.reason == LinkError.REJECTED.value
    ends = [e.what.error for e in episode.at_origin() if isinstance(e.what, RequestFailed)]
    silent = not episode.at_peer() and not episode.at_origin_made()
    return ends == [LinkError.REJECTED] and silent


@judges("QIA-EGP-PUR-03", pairs=2)
def acceptance_is_taken_back_and_given_again(links: LinkBench, judge: Judge) -> None:
    """A purpose that is accepted, accepted no longer, and accepted again."""
    by, to = links.creator, links.peer
    request = links.request(by, to, purpose=_TAKEN_BACK, max_time_s=_short(links))
    if not isinstance(outcome := to.link.accept(by.node, _TAKEN_BACK), Delivered):
        raise Undecidable(f"Accept was not served: {outcome}")
    before = links.carry_out(by, to, request)
    if not before.is_complete:
        raise Undecidable(f"a request under an accepted purpose was not served: {before}")
    outcome = to.link.stop_accepting(by.node, _TAKEN_BACK)
    if not isinstance(outcome, Delivered):
        raise Undecidable(f"StopAccepting was not served: {outcome}")
    between = links.carry_out(by, to, request)
    to.link.accept(by.node, _TAKEN_BACK)
    after = links.carry_out(by, to, request)
    judge.refusal(
        "QIA-EGP-PUR-03",
        between.acknowledged,
        _is_rejected(between),
        due="REJECTED, since the purpose is accepted no longer",
        control=before.acknowledged,
    )
    due = "a pair, since the purpose is accepted again"
    judge.that("QIA-EGP-PUR-03", after.brought_pairs, due=due, came=after)


@judges("QIA-EGP-PUR-02", pairs=3)
def applications_are_kept_apart(links: LinkBench, judge: Judge) -> None:
    """A qubit of one application, which others at either node try to measure and to release."""
    _judge_apart(links, judge)
    if PairType.KEEP not in links.link.types:
        return
    episode = served(links, type=PairType.KEEP)
    pair = episode.pairs()[0]
    ends = [made.qubit for made in pair.ends]
    for role, qubit in ((Role.SECOND_CREATOR, ends[0]), (Role.SECOND_PEER, ends[1])):
        if qubit is None:
            raise Undecidable("a pair to keep names no qubit")
        other = links.user(role)
        for name, outcome in (
            ("Measure", other.link.measure(qubit, Axis.Z)),
            ("Release", other.link.release(qubit)),
        ):
            refused = not isinstance(outcome, Delivered)
            due = f"a refusal of {name} by {other.id}, whose qubit it is not"
            judge.that("QIA-EGP-PUR-02", refused, due=due, came=outcome)
    for user, qubit in ((episode.by, ends[0]), (episode.to, ends[1])):
        outcome = links.measure(user, qubit or 0, Axis.Z)
        due = "the outcome, for whom it belongs to"
        judge.that("QIA-EGP-PUR-02", isinstance(outcome, Delivered), due=due, came=outcome)


def _judge_apart(links: LinkBench, judge: Judge) -> None:
    """Nobody hears of what is another's."""
    mine = served(links)
    theirs = links.make(links.user(Role.SECOND_CREATOR), links.user(Role.SECOND_PEER))
    if not theirs.is_complete:
        raise Undecidable(f"a request between the other applications was not served: {theirs}")
    for episode, others in ((mine, (theirs.by, theirs.to)), (theirs, (mine.by, mine.to))):
        for other in others:
            heard = [e for e in other.link.events() if e.request == episode.key]
            came = f"{heard[0]}" if heard else "nothing"
            due = f"nothing of {episode.key} at {other.id}, who has no part in it"
            judge.that("QIA-EGP-PUR-02", not heard, due=due, came=came)


@judges("QIA-EGP-SYM-01", pairs=4)
def either_end_may_ask(links: LinkBench, judge: Judge) -> None:
    """Pairs that the peer's side asks for."""
    forth = served(links, number=min(2, links.link.max_number))
    back = links.make(links.peer, links.creator, number=forth.request.number)
    due = f"{forth.request.number} pairs, as in the other direction"
    judge.that("QIA-EGP-SYM-01", back.brought_pairs, due=due, came=back)


@judges("QIA-EGP-SYM-02", pairs=16)
def crossing_requests_are_not_mixed_up(links: LinkBench, judge: Judge) -> None:
    """Requests from both ends at once, whose Create IDs may be equal."""
    ends = (links.creator, links.peer), (links.peer, links.creator)
    asked = [(by, to, links.request(by, to, number=n)) for n in (1, 2) for by, to in ends]
    crossing = links.carry_out_all(asked)
    if not all(episode.is_accounted_for for episode in crossing):
        alone = [links.carry_out(*each) for each in asked]
        if not all(episode.is_accounted_for for episode in alone):
            raise Undecidable("the same requests are not served one after the other either")
    for episode in crossing:
        due = f"{episode.request.number} pairs of the request, at both nodes"
        judge.that("QIA-EGP-SYM-02", episode.is_accounted_for, due=due, came=episode)


@judges("QIA-EGP-SEC-01", pairs=4)
def strangers_get_and_hear_nothing(links: LinkBench, judge: Judge) -> None:
    """Who has no certificate, and who is not enrolled, asks for pairs; a stranger listens."""
    by, to = links.creator, links.peer
    served(links)
    nobody = links.at(by.node, by.identity.without_certificate())
    for who in (nobody, *_if_any(links, Role.UNENROLLED)):
        outcome = who.link.create(links.request(by, to))
        due = f"no ACK for {who}"
        judge.that("QIA-EGP-SEC-01", not isinstance(outcome, Delivered), due=due, came=outcome)
    for stranger in _if_any(links, Role.STRANGER):
        stranger.link.events()
        control = served(links)
        heard = stranger.link.events()
        came = f"{heard[0]}" if heard else f"nothing, while {control} was served"
        judge.that("QIA-EGP-SEC-01", not heard, due=f"no event for {stranger}", came=came)


def _if_any(links: LinkBench, role: Role) -> list[LinkUser]:
    try:
        return [links.user(role)]
    except Undecidable:
        return []


@judges(deepens=("QIA-EGP-PUR-02",), pairs=2)
def a_purpose_belongs_to_one_application(links: LinkBench, judge: Judge) -> None:
    """A purpose that one application accepts, which another at its node asks for as well."""
    by, to = links.creator, links.peer
    other = links.user(Role.SECOND_PEER)
    purpose = served(links).request.purpose
    taken = other.link.accept(by.node, purpose)
    due = f"a refusal: {to.id} has accepted the purpose"
    judge.that("QIA-EGP-PUR-02", not isinstance(taken, Delivered), due=due, came=taken)
    after = links.make()
    due = f"a pair for {to.id}, as before"
    judge.that("QIA-EGP-PUR-02", after.brought_pairs, due=due, came=after)
    if isinstance(taken, Delivered):
        other.link.stop_accepting(by.node, purpose)
        to.link.accept(by.node, purpose)
