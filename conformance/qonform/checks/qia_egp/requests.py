"""What is answered to CREATE: the ACK, and what is refused on arrival."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qonform.checks.qia_egp.served import is_refused_as, judge_silence, served
from qonform.judging import Undecidable, by_effort, judges
from qonform.ports.entanglement import (
    Axis,
    BasisSet,
    Delivery,
    LinkError,
    PairRequest,
    PairType,
    RandomBasis,
    RequestDone,
    Rotation,
)
from qonform.ports.outcome import Delivered
from qonform.statistics.links.correlation import PAULI_AXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.judging import Episode, Judge, LinkBench, LinkUser

_MALFORMED = (LinkError.MALFORMED,)
_NO_LINK = (LinkError.MALFORMED, LinkError.UNSUPPORTED, LinkError.REJECTED)
_TOO_MUCH = (LinkError.UNSUPPORTED, LinkError.NO_RESOURCES)


@judges(
    "QIA-EGP-ACK-01",
    "QIA-EGP-ERR-02",
    "QIA-EGP-OK-01",
    "QIA-EGP-OK-09",
    "QIA-EGP-VAL-05",
    pairs=8,
)
def a_request_is_acknowledged_and_served(links: LinkBench, judge: Judge) -> None:
    """The least request, and those at the ends of what a field may hold."""
    limits: dict[str, dict[str, Any]] = {
        "one pair": {},
        "a purpose of 0": {"purpose": 0},
        "a purpose of 65535": {"purpose": 65_535},
        "the least priority, and a long time": {"priority": 0, "max_time_s": 86_400.0},
        "the greatest priority": {"priority": 7},
        "several pairs": {"number": min(3, links.link.max_number)},
    }
    for name, members in limits.items():
        by, to = links.creator, links.peer
        if "purpose" in members and not _accepts(to, by, members["purpose"]):
            raise Undecidable(f"Accept of {name} was not served")
        episode = links.make(by, to, **members)
        acknowledged = isinstance(episode.acknowledged, Delivered)
        due = f"an ACK for a request of {name}"
        judge.that("QIA-EGP-VAL-05", acknowledged, due=due, came=episode.acknowledged)
        judge.that("QIA-EGP-ACK-01", acknowledged, due=due, came=episode.acknowledged)
        if not acknowledged:
            continue
        due = f"{episode.request.number} OKs at either node"
        judge.that("QIA-EGP-OK-09", episode.is_accounted_for, due=due, came=episode)
        judge.that("QIA-EGP-OK-01", episode.is_accounted_for, due=due, came=episode)
        if episode.is_complete:
            _judge_done(judge, episode)


def _judge_done(judge: Judge, episode: Episode) -> None:
    """Each end is told once that all pairs were delivered."""
    for end, events in (("origin", episode.at_origin()), ("peer", episode.at_peer())):
        done = sum(isinstance(event.what, RequestDone) for event in events)
        due = f"one RequestDone at the {end}"
        judge.that("QIA-EGP-ERR-02", done == 1, due=due, came=f"{done} of them")


def _accepts(to: LinkUser, by: LinkUser, purpose: int) -> bool:
    return isinstance(to.link.accept(by.node, purpose), Delivered)


@judges("QIA-EGP-ACK-02", "QIA-EGP-VAL-01", pairs=1)
def a_node_that_is_no_neighbour(links: LinkBench, judge: Judge) -> None:
    """Pairs with the own node, and with a node that does not exist."""
    control = served(links)
    by, to = links.creator, links.peer
    for remote in (by.node, "a-node-that-is-not-there"):
        request = links.request(by, to, remote_node=remote)
        refused = links.carry_out(by, to, request)
        judge.refusal(
            "QIA-EGP-VAL-01",
            refused.acknowledged,
            is_refused_as(refused, _NO_LINK),
            due="a refusal on arrival: MALFORMED",
            control=control.acknowledged,
        )
        judge_silence(judge, "QIA-EGP-ACK-02", links, refused)


@judges("QIA-EGP-VAL-02", deepens=("QIA-EGP-ACK-02",), pairs=1)
def a_value_outside_its_meaning(links: LinkBench, judge: Judge) -> None:
    """Fidelities that are none, purposes and priorities beyond their range, odds that are none."""
    control = served(links)
    by, to = links.creator, links.peer
    for what, request in _malformed(links.request(by, to)):
        refused = links.carry_out(by, to, request)
        judge.refusal(
            "QIA-EGP-VAL-02",
            refused.acknowledged,
            is_refused_as(refused, _MALFORMED),
            due=f"a refusal on arrival, MALFORMED, of {what}",
            control=control.acknowledged,
        )
        judge_silence(judge, "QIA-EGP-ACK-02", links, refused)


def _malformed(good: PairRequest) -> Iterator[tuple[str, PairRequest]]:
    for fidelity in (1.000001, 1.5, -0.1, math.nan, math.inf):
        yield f"a least fidelity of {fidelity}", replace(good, min_fidelity=fidelity)
    yield "a purpose of 65536", replace(good, purpose=65_536)
    yield "a priority of 8", replace(good, priority=8)
    yield "no type", replace(good, type=None)
    for odds in ((0.7, 0.7), (1.5, -0.5), (0.2, 0.3, 0.5), (math.nan, 0.5)):
        basis = RandomBasis(BasisSet.XZ, odds)
        yield f"X and Z with the odds {odds}", replace(good, local_basis=basis)
        yield f"X and Z at the peer with the odds {odds}", replace(good, remote_basis=basis)
    yield "a rotation by nan", replace(good, local_basis=Rotation(math.nan, 0.0, 0.0))
    yield "a time below 0", replace(good, max_time_s=-1.0)


@judges("QIA-EGP-VAL-03", "QIA-EGP-VAL-04", pairs=2)
def no_pairs_and_no_time(links: LinkBench, judge: Judge) -> None:
    """A request for no pairs, and one that may take no time."""
    control = served(links)
    by, to = links.creator, links.peer
    for requirement, members in (
        ("QIA-EGP-VAL-03", {"number": 0}),
        ("QIA-EGP-VAL-04", {"max_time_s": 0.0}),
    ):
        refused = links.carry_out(by, to, links.request(by, to, **members))
        judge.refusal(
            requirement,
            refused.acknowledged,
            is_refused_as(refused, (LinkError.MALFORMED, LinkError.UNSUPPORTED)),
            due="a refusal on arrival",
            control=control.acknowledged,
        )


@judges("QIA-EGP-SUP-01", pairs=2)
def more_fidelity_than_there_is(links: LinkBench, judge: Judge) -> None:
    """The greatest least fidelity that is offered, and one above."""
    greatest = links.link.max_min_fidelity
    if greatest >= 1.0:
        judge.not_applicable("QIA-EGP-SUP-01", "the link says that it reaches any fidelity")
        return
    control = served(links, min_fidelity=greatest)
    by, to = links.creator, links.peer
    for fidelity in (greatest + 0.1 * (1 - greatest), 1.0):
        refused = links.carry_out(by, to, links.request(by, to, min_fidelity=fidelity))
        judge.refusal(
            "QIA-EGP-SUP-01",
            refused.acknowledged,
            is_refused_as(refused, (LinkError.UNSUPPORTED,)),
            due=f"UNSUPPORTED: the link offers at most {greatest}",
            control=control.acknowledged,
        )


@judges("QIA-EGP-SUP-02", pairs=1)
def a_type_that_is_not_offered(links: LinkBench, judge: Judge) -> None:
    """Each type of pair that the link does not name."""
    missing = [kind for kind in PairType if kind not in links.link.types]
    if not missing:
        judge.not_applicable("QIA-EGP-SUP-02", "the link offers every type")
        return
    control = served(links)
    by, to = links.creator, links.peer
    for kind in missing:
        refused = links.carry_out(by, to, links.request(by, to, type=kind))
        judge.refusal(
            "QIA-EGP-SUP-02",
            refused.acknowledged,
            is_refused_as(refused, (LinkError.UNSUPPORTED,)),
            due=f"UNSUPPORTED: {kind.value} is not offered",
            control=control.acknowledged,
        )


@judges("QIA-EGP-SUP-03", pairs=2)
def less_time_than_an_attempt_takes(links: LinkBench, judge: Judge) -> None:
    """A request that must be done before one attempt can be."""
    attempt_s = links.link.attempt_time_s
    if not attempt_s:
        judge.not_applicable("QIA-EGP-SUP-03", "the link does not say how long an attempt takes")
        return
    control = served(links)
    by, to = links.creator, links.peer
    hasty = links.carry_out(by, to, links.request(by, to, max_time_s=attempt_s / 2))
    none = not hasty.pairs() and not hasty.at_origin_made() and not hasty.at_peer_made()
    due = "UNSUPPORTED, or TIMEOUT; no OK"
    judge.refusal("QIA-EGP-SUP-03", hasty.acknowledged, none, due=due, control=control.acknowledged)


@judges("QIA-EGP-SUP-04", pairs=1)
def more_qubits_than_there_is_memory(links: LinkBench, judge: Judge) -> None:
    """More pairs to be held at once than a node has qubits."""
    if PairType.KEEP not in links.link.types:
        judge.not_applicable("QIA-EGP-SUP-04", "the link offers no pairs to keep")
        return
    number = links.memory + 1
    if number > links.link.max_number:
        why = f"no request may ask for as many as {number} pairs"
        judge.not_applicable("QIA-EGP-SUP-04", why)
        return
    control = served(links, type=PairType.KEEP)
    by, to = links.creator, links.peer
    members = {"type": PairType.KEEP, "number": number, "delivery": Delivery.WHEN_COMPLETE}
    refused = links.carry_out(by, to, links.request(by, to, **members))
    judge.refusal(
        "QIA-EGP-SUP-04",
        refused.acknowledged,
        is_refused_as(refused, _TOO_MUCH),
        due=f"UNSUPPORTED or NO_RESOURCES: a node holds {number - 1} qubits",
        control=control.acknowledged,
    )


@judges("QIA-EGP-SUP-05", pairs=by_effort(4, 8, 16))
def who_can_do_more_can_do_less(links: LinkBench, judge: Judge) -> None:
    """Lower fidelities and longer times than those of a request that is served."""
    top = links.link.max_min_fidelity
    hard = links.make(min_fidelity=top, max_time_s=60.0)
    if not isinstance(hard.acknowledged, Delivered):
        raise Undecidable(f"the hardest request is not served: {hard.acknowledged}")
    chance = links.chance("monotone")
    for _ in range(links.by_effort(2, 4, 12)):
        easier = links.make(
            min_fidelity=top * chance.random(), max_time_s=60.0 * (1 + 10 * chance.random())
        )
        served_too = isinstance(easier.acknowledged, Delivered)
        due = f"an ACK, as for a fidelity of {top} within 60 s"
        judge.that("QIA-EGP-SUP-05", served_too, due=due, came=easier.acknowledged)


@judges("QIA-EGP-ACK-03", pairs=by_effort(4, 8, 16))
def outstanding_requests_have_names_of_their_own(links: LinkBench, judge: Judge) -> None:
    """Several requests, one right after the other."""
    by, to = links.creator, links.peer
    number = links.by_effort(4, 8, 16)
    episodes = links.carry_out_all([(by, to, links.request(by, to))] * number)
    ids = [e.acknowledged.value for e in episodes if isinstance(e.acknowledged, Delivered)]
    judge.that(
        "QIA-EGP-ACK-03",
        len(set(ids)) == len(ids),
        due="a Create ID for each",
        came=f"Create IDs {', '.join(map(str, ids))}",
    )


@judges(deepens=("QIA-EGP-VAL-05",), pairs=5)
def every_axis_may_be_asked_for(links: LinkBench, judge: Judge) -> None:
    """A pair for each axis that has a name; a link may have no others than X, Y and Z."""
    if links.usual_type is PairType.KEEP:
        judge.not_applicable("QIA-EGP-VAL-05", "the link offers no pairs that it measures")
        return
    for axis in Axis:
        episode = links.make(local_basis=axis, remote_basis=axis)
        if axis not in PAULI_AXES and is_refused_as(episode, (LinkError.UNSUPPORTED,)):
            continue
        acknowledged = isinstance(episode.acknowledged, Delivered)
        judge.that("QIA-EGP-VAL-05", acknowledged, due="an ACK", came=episode.acknowledged)
