"""Halves that are delivered before it is known whether they belong to a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.qia_qnp.endings import fill, memory_pairs
from qonform.judging import Undecidable, judges
from qonform.ports.entanglement import Axis, PairType
from qonform.ports.outcome import Delivered
from qonform.ports.paths import Confirmation, HalfConfirmed, HalfDelivered, HalfExpired

if TYPE_CHECKING:
    from qonform.judging import Judge, PathBench


@judges("QIA-QNP-EXP-02", pairs=20)
def early_halves_are_confirmed_or_expire(paths: PathBench, judge: Judge) -> None:
    """Halves of either type that are delivered early, until their request is over."""
    for kind in sorted(paths.path.types, key=lambda kind: kind.value):
        number = min(10, paths.path.max_number)
        if kind is PairType.KEEP:
            number = min(number, paths.memory)
        episode = paths.make(type=kind, number=number, confirmation=Confirmation.LATER)
        if not isinstance(episode.answer, Delivered):
            raise Undecidable(f"a request for early delivery was not taken: {episode.answer}")
        paths.await_deadline(episode)
        for user, events in ((episode.by, episode.at_head()), (episode.to, episode.at_tail())):
            what = [event.what for event in events]
            here = {each.half for each in what if isinstance(each, HalfDelivered)}
            known = {each.half for each in what if isinstance(each, HalfConfirmed | HalfExpired)}
            due = f"{len(here)} halves at {user.node} confirmed or expired"
            came = f"{len(here & known)} of {len(here)}"
            judge.that("QIA-QNP-EXP-02", here <= known, due=due, came=came)
        paths.give_up()


@judges("QIA-QNP-EXP-03", pairs=memory_pairs)
def qubits_of_expired_halves_are_gone(paths: PathBench, judge: Judge) -> None:
    """Halves that the head-end has early while the tail-end has no memory, so that they expire."""
    if PairType.KEEP not in paths.path.types:
        judge.not_applicable("QIA-QNP-EXP-03", "the circuit delivers no qubits")
        return
    fill(paths)
    user, qubit = next(
        (each for each in paths.held() if each[0].node == paths.creator.node), (None, 0)
    )
    if user is None:
        raise Undecidable("the head-end was given no qubit")
    control = user.path.measure(qubit, Axis.Z)
    episode = paths.make(type=PairType.KEEP, confirmation=Confirmation.LATER)
    paths.await_deadline(episode)
    if not episode.is_over:
        raise Undecidable(f"the request has no end, so that qubits may be used again: {episode}")
    what = [event.what for event in episode.at_head()]
    gone = {each.half for each in what if isinstance(each, HalfExpired)}
    qubits = {each.qubit for each in what if isinstance(each, HalfDelivered) and each.half in gone}
    names = {each for each in qubits if each is not None}
    if not names:
        judge.not_applicable("QIA-QNP-EXP-03", "no half has expired")
    for each in names:
        if paths.evidence.holds(user.id, user.node, each):
            continue  # its memory serves another half already
        came = user.path.measure(each, Axis.Z)
        refused = not isinstance(came, Delivered)
        due = f"QUBIT_NOT_FOUND for qubit {each}, whose half has expired"
        judge.refusal("QIA-QNP-EXP-03", came, refused, due=due, control=control)
