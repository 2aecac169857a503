"""Pairs that are kept: the qubits that nodes hold, and their memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.checks.qia_egp.served import served
from qonform.judging import Undecidable, judges, resolution_s
from qonform.ports.entanglement import Axis, Delivery, PairType
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.judging import Effort, Episode, Judge, LinkBench, LinkOffer, LinkUser
    from qonform.ports.outcome import Outcome

_TRIED_AGAIN = 2
"""Turns after which a qubit that is gone is asked for again: measured, and released."""
_NO_KEEP = "the link offers no pairs to keep"


def _thrice_the_memory(offer: LinkOffer, _effort: Effort) -> float:
    return 3 * offer.memory + 1


def _memory(offer: LinkOffer, _effort: Effort) -> float:
    return 2 * offer.memory


@judges("QIA-EGP-CON-03", "QIA-EGP-KEP-01", "QIA-EGP-OK-08", pairs=_memory)
def all_qubits_are_held_at_once(links: LinkBench, judge: Judge) -> None:
    """As many pairs to keep as fit, all told when complete; each half is then measured."""
    if PairType.KEEP not in links.link.types:
        for requirement in ("QIA-EGP-CON-03", "QIA-EGP-KEP-01"):
            judge.not_applicable(requirement, _NO_KEEP)
        _judge_types(judge, served(links, type=PairType.MEASURE))
        return
    number = min(links.memory, links.link.max_number)
    whole = links.make(type=PairType.KEEP, number=number, delivery=Delivery.WHEN_COMPLETE)
    if not whole.is_complete:
        raise Undecidable(f"{number} pairs to keep were not made: {whole}")
    _judge_types(judge, whole)
    for user in (whole.by, whole.to):
        qubits = [qubit for holder, qubit in whole.held() if holder is user]
        distinct = len(set(qubits)) == number
        due = f"{number} qubits with names of their own at {user.node}"
        judge.that("QIA-EGP-KEP-01", distinct, due=due, came=f"{qubits}")
        for qubit in dict.fromkeys(qubits):
            outcome = links.measure(user, qubit, Axis.Z)
            due = f"an outcome for qubit {qubit} of {number} at {user.node}"
            judge.that("QIA-EGP-CON-03", isinstance(outcome, Delivered), due=due, came=outcome)


def _judge_types(judge: Judge, episode: Episode) -> None:
    """Each OK is of the request's type, and has what goes with it."""
    kept = episode.request.type is PairType.KEEP
    for pair in episode.pairs():
        for made in pair.ends:
            has = made.qubit if kept else made.measured
            holds = made.type is episode.request.type and has is not None
            due = f"an OK of the type {episode.request.type}, with what goes with it"
            judge.that("QIA-EGP-OK-08", holds, due=due, came=made)


@judges("QIA-EGP-KEP-02", pairs=_thrice_the_memory)
def memory_comes_back(links: LinkBench, judge: Judge) -> None:
    """One pair after the other, three times as many as fit, each measured or released."""
    if PairType.KEEP not in links.link.types:
        judge.not_applicable("QIA-EGP-KEP-02", _NO_KEEP)
        return
    for turn in range(3 * links.memory):
        episode = links.make(type=PairType.KEEP)
        if turn == 0 and not episode.is_complete:
            raise Undecidable(f"not even the first pair to keep was made: {episode}")
        if not episode.is_accounted_for and PairType.MEASURE in links.link.types:
            served(links)  # where no pair at all is made, nothing is to be said of memory
        due = f"pair {turn + 1} to keep, since those before it are measured or released"
        if not judge.that("QIA-EGP-KEP-02", episode.is_accounted_for, due=due, came=episode):
            return
        for user, qubit in episode.held():
            outcome = _used_up(links, user, qubit, by_measuring=turn % 2 == 0)
            if not isinstance(outcome, Delivered):
                raise Undecidable(f"qubit {qubit} at {user.node}: {outcome}")
            if turn < _TRIED_AGAIN:
                again = user.link.measure(qubit, Axis.Z)
                due = (
                    f"a refusal: qubit {qubit} was {'released' if turn % 2 else 'measured'} before"
                )
                judge.that("QIA-EGP-KEP-02", not isinstance(again, Delivered), due=due, came=again)


def _used_up(
    links: LinkBench, user: LinkUser, qubit: int, *, by_measuring: bool
) -> Outcome[Any] | None:
    return links.measure(user, qubit, Axis.Z) if by_measuring else links.release(user, qubit)


@judges("QIA-EGP-KEP-03", pairs=2)
def goodness_is_of_a_time_between(links: LinkBench, judge: Judge) -> None:
    """The time that goodness refers to, beside the node's clock before and after."""
    by, to = links.creator, links.peer
    before = by.link.get_link(to.node)
    kind = PairType.KEEP if PairType.KEEP in links.link.types else PairType.MEASURE
    episode = served(links, type=kind)
    after = by.link.get_link(to.node)
    if not isinstance(before, Delivered) or not isinstance(after, Delivered):
        raise Undecidable(f"GetLink was not served: {before}; {after}")
    least, most = before.value.node_time_s, after.value.node_time_s
    if least is None or most is None:
        raise Undecidable("GetLink does not tell the node's time")
    pair = episode.pairs()[0]
    at = pair.ends[0].goodness_time_s
    if at is None:
        if kind is PairType.MEASURE:
            judge.not_applicable("QIA-EGP-KEP-03", "outcomes do not decay")
            return
        judge.that("QIA-EGP-KEP-03", False, due="a time of goodness", came="none")
        return
    due = f"a time between {least:.6f} and {most:.6f} by the clock of {by.node}"
    coarse_s = resolution_s([at])
    holds = least - coarse_s <= at <= most + coarse_s
    judge.that("QIA-EGP-KEP-03", holds, due=due, came=f"{at:.6f}")


@judges("QIA-EGP-MSR-07", pairs=_memory)
def measured_pairs_hold_no_qubit(links: LinkBench, judge: Judge) -> None:
    """More pairs to measure than there is memory, and then as many to keep as fit."""
    if PairType.KEEP not in links.link.types or PairType.MEASURE not in links.link.types:
        judge.not_applicable("QIA-EGP-MSR-07", "the link does not offer both types")
        return
    number = min(links.memory, links.link.max_number)
    served(links, type=PairType.MEASURE, number=number)
    links.be_patient()  # of a link that loses memory with each pair much is waited for in vain
    kept = links.make(type=PairType.KEEP, number=number, delivery=Delivery.WHEN_COMPLETE)
    if not kept.is_accounted_for:
        served(links)  # where no pair at all is made, nothing is to be said of memory
    due = f"{number} pairs to keep, after as many were measured"
    judge.that("QIA-EGP-MSR-07", kept.is_accounted_for, due=due, came=kept)
