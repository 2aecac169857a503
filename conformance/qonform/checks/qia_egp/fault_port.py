"""What happens to a link seldom, brought about by the fault port of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.qia_egp.served import served
from qonform.judging import Undecidable, good, judges
from qonform.ports.entanglement import (
    SEQUENCE_NUMBERS,
    Axis,
    PairMade,
    PairType,
    RequestFailed,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import Effort, Episode, Judge, LinkBench, LinkOffer, LinkUser
    from qonform.ports.entanglement import LinkEvent
    from qonform.ports.fault_port import FaultPort

_NONE = "the manifest declares no fault port"
_MOST_ROUNDS = 24
_STRIDE = 30_000
"""Numbers that are left out at once: fewer than half of all, so that it is no step back."""
_MOST_STRIDES = 4
"""More than it takes to come to any number."""


def _rounds(memory: int) -> int:
    """One more than a node can hold, so that memory which does not come back is missed."""
    return min(memory + 1, _MOST_ROUNDS)


def _losses(offer: LinkOffer, _effort: Effort) -> float:
    return 4 * _rounds(offer.memory) + 8


@judges(
    "QIA-EGP-EXP-04",
    "QIA-EGP-EXP-05",
    deepens=("QIA-EGP-SEQ-01", "QIA-EGP-OK-03"),
    pairs=_losses,
)
def a_node_misses_heralds(links: LinkBench, judge: Judge) -> None:
    """Either node misses heralds, one a request, and more of them than it has memory for.

    What becomes of such a request is the node's affair: another pair, or an error. The next one
    is judged. Where pairs can be kept, the half of which the other node was told is measured once
    it is void. That it is declared void at all is seen by the monitor (EXP-02).
    """
    keeps = PairType.KEEP in links.link.types
    if not keeps:
        judge.not_applicable("QIA-EGP-EXP-05", "the link offers no pairs to keep")
    for deaf, aware in ((links.peer, links.creator), (links.creator, links.peer)):
        port = links.fault_port(deaf)
        if port is None:
            judge.not_applicable("QIA-EGP-EXP-04", _NONE)
            judge.not_applicable("QIA-EGP-EXP-05", _NONE)
            return
        kind = PairType.KEEP if keeps else PairType.MEASURE
        _release(links, served(links, type=kind))
        if _loses_one(links, judge, port, deaf, aware, kind) is None:
            why = "no node tells of a pair before both have learned of it"
            judge.not_applicable("QIA-EGP-EXP-04", why)
            judge.not_applicable("QIA-EGP-EXP-05", why)
            return
        _judge_next(links, judge, "QIA-EGP-EXP-04", kind, 1)
        if keeps:
            losses = _loses_many(links, judge, port, deaf, aware)
            _judge_next(links, judge, "QIA-EGP-EXP-05", kind, losses)


def _loses_many(
    links: LinkBench, judge: Judge, port: FaultPort, deaf: LinkUser, aware: LinkUser
) -> int:
    """Loses pairs to keep until none is made any more, or they were more than memory."""
    rounds = _rounds(links.memory)
    for turn in range(2, rounds + 1):
        episode = _loses_one(links, judge, port, deaf, aware, PairType.KEEP)
        if episode is None or not (episode.is_accounted_for or episode.has_failed):
            return turn
    return rounds


def _judge_next(
    links: LinkBench, judge: Judge, requirement: str, kind: PairType, losses: int
) -> None:
    """The request after losses is completed, with the same numbers at both ends."""
    links.be_patient()  # where memory is lost much is waited for in vain
    after = links.make(type=kind)
    if not after.is_accounted_for:
        if PairType.MEASURE not in links.link.types:
            raise Undecidable(f"no pair was made after {losses} losses, perhaps none can be")
        served(links)  # where no pair at all is made, nothing is to be said of losses
    due = f"a pair at both ends, after {losses} of which one node did not learn"
    judge.that(requirement, after.is_accounted_for, due=due, came=after)
    if after.is_complete:
        _judge_numbers(judge, after)
    _release(links, after)


def _release(links: LinkBench, episode: Episode) -> None:
    for user, qubit in episode.held():
        links.release(user, qubit)


def _loses_one(
    links: LinkBench,
    judge: Judge,
    port: FaultPort,
    deaf: LinkUser,
    aware: LinkUser,
    kind: PairType,
) -> Episode | None:
    """A request, of whose first pair one node does not learn; None if both learned of all.

    Raises:
        Undecidable: the fault port did not serve that.
    """
    outcome = port.miss_heralds(aware.node, 1)
    if not isinstance(outcome, Delivered):
        raise Undecidable(f"MissHeralds at {deaf.node} was not served: {outcome}")
    episode = links.make(type=kind)
    links.await_quiet()
    here, there = (_numbers(told) for told in (episode.at_origin_made(), episode.at_peer_made()))
    if here and sorted(here) == sorted(there):
        return None
    _judge_void_qubits(links, judge, aware, episode)
    _release(links, episode)
    links.be_patient()
    links.await_end(episode)  # the half of a lost pair may have held the place of another
    _release(links, episode)
    return episode


def _judge_void_qubits(links: LinkBench, judge: Judge, aware: LinkUser, episode: Episode) -> None:
    """A qubit that was declared void is refused, unless a later pair has got its place."""
    told = episode.at_origin() if aware.node == episode.by.node else episode.at_peer()
    for place, event in enumerate(told):
        made = event.what
        if not isinstance(made, PairMade) or made.qubit is None:
            continue
        later = [e.what for e in told[place + 1 :]]
        void = any(
            isinstance(w, RequestFailed) and w.void and w.void.covers(made.sequence) for w in later
        )
        reused = any(isinstance(w, PairMade) and w.qubit == made.qubit for w in later)
        if void and not reused:
            outcome = links.measure(aware, made.qubit, Axis.Z)
            due = f"a refusal: the pair of qubit {made.qubit} was declared void"
            judge.that("QIA-EGP-EXP-05", not isinstance(outcome, Delivered), due=due, came=outcome)


@judges("QIA-EGP-SEQ-04", deepens=("QIA-EGP-SEQ-01", "QIA-EGP-OK-03"), pairs=16)
def the_counter_comes_round(links: LinkBench, judge: Judge) -> None:
    """The counter passes 65535, and then the number of a pair that is held since before."""
    port = links.fault_port(links.creator)
    if port is None:
        judge.not_applicable("QIA-EGP-SEQ-04", _NONE)
        return
    kept = None
    if PairType.KEEP in links.link.types:
        kept = served(links, type=PairType.KEEP)
    else:
        judge.not_applicable("QIA-EGP-SEQ-04", "the link offers no pairs to keep")
    if kept is not None and links.memory < 2 and PairType.MEASURE not in links.link.types:
        judge.not_applicable("QIA-EGP-SEQ-04", "the link has no memory for another pair")
        return
    _go_to(links, port, SEQUENCE_NUMBERS - 1)
    for _ in range(2):
        _judge_numbers(judge, served(links))
    if kept is None:
        return
    number = kept.pairs()[0].ends[0].sequence
    before = _go_to(links, port, (number - 1) % SEQUENCE_NUMBERS)
    told = [n for _ in range(2) for n in _numbers(served(links).at_origin_made())]
    if not kept.pairs():
        raise Undecidable(f"pair {number} was held, and declared void meanwhile")
    if number not in told and not _passes(before, number, told[-1]):
        raise Undecidable(f"the counter was to pass {number}; pairs had the numbers {told}")
    due = f"no pair with the number {number}, which is held at both ends"
    judge.that("QIA-EGP-SEQ-04", number not in told, due=due, came=f"pairs {told}")


def _judge_numbers(judge: Judge, episode: Episode) -> None:
    """The numbers of a request's pairs are alike at both ends, and none is beyond the last."""
    here, there = sorted(good(episode.at_origin())), sorted(good(episode.at_peer()))
    due, came = "the same numbers at both ends", f"{here} and {there}"
    judge.that("QIA-EGP-OK-03", here == there, due=due, came=came)
    inside = all(0 <= number < SEQUENCE_NUMBERS for number in here + there)
    judge.that("QIA-EGP-SEQ-01", inside, due="numbers from 0 to 65535", came=came)


def _go_to(links: LinkBench, port: FaultPort, number: int) -> int:
    """Leaves out numbers, until the next pair has this one; gives that of the last pair before.

    Raises:
        Undecidable: the fault port did not serve that, or nothing came of it.
    """
    for _ in range(_MOST_STRIDES):
        last = _numbers(served(links).at_origin_made())[-1]
        left_out = (number - last - 1) % SEQUENCE_NUMBERS
        stride = min(left_out, _STRIDE)
        outcome = port.skip_sequence_numbers(links.peer.node, stride)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"SkipSequenceNumbers was not served: {outcome}")
        if stride == left_out:
            return last
    raise Undecidable(f"SkipSequenceNumbers was served, and the numbers did not come to {number}")


def _passes(before: int, number: int, after: int) -> bool:
    """Whether a number lies between two others, modulo 65536."""
    return 0 < (number - before) % SEQUENCE_NUMBERS < (after - before) % SEQUENCE_NUMBERS


def _numbers(told: Sequence[LinkEvent]) -> list[int]:
    return [event.what.sequence for event in told if isinstance(event.what, PairMade)]
