"""What belongs to whom: purposes, and qubits."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from qonform.judging import Undecidable, judges
from qonform.ports.entanglement import Axis, PairType
from qonform.ports.outcome import Delivered, Refused
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.judging import Judge, PathBench, PathUser

_TAKEN = 1_800


@judges("QIA-QNP-APP-02", pairs=1)
def a_purpose_belongs_to_one_application(paths: PathBench, judge: Judge) -> None:
    """A purpose that one application has opened, and that another of its node opens too."""
    for owner, other in ((Role.PEER, Role.SECOND_PEER), (Role.CREATOR, Role.SECOND_CREATOR)):
        mine, theirs = paths.user(owner), paths.user(other)
        paths.open(mine, _TAKEN)
        came = theirs.path.open(paths.path.circuit, _TAKEN)
        paths.close_circuit(mine, _TAKEN)
        control = theirs.path.open(paths.path.circuit, _TAKEN)
        paths.close_circuit(theirs, _TAKEN)
        due = f"ALREADY_ACCEPTED, since {mine.id} has the purpose"
        refused = isinstance(came, Refused) and came.reason == "ALREADY_ACCEPTED"
        judge.refusal("QIA-QNP-APP-02", came, refused, due=due, control=control)


@judges("QIA-QNP-APP-03", pairs=1)
def a_qubit_belongs_to_one_application(paths: PathBench, judge: Judge) -> None:
    """A qubit of one application, which others at its node try to measure and to release."""
    if PairType.KEEP not in paths.path.types:
        judge.not_applicable("QIA-QNP-APP-03", "the circuit delivers no qubits")
        return
    episode = paths.make(type=PairType.KEEP)
    if not episode.is_done:
        raise Undecidable(f"a pair to keep was not made: {episode}")
    for user, qubit in episode.held():
        for other in _others(paths, user):
            for name, outcome in (
                ("Measure", other.path.measure(qubit, Axis.Z)),
                ("Release", other.path.release(qubit)),
            ):
                refused = not isinstance(outcome, Delivered)
                due = f"a refusal of {name} by {other.id}, whose qubit it is not"
                judge.that("QIA-QNP-APP-03", refused, due=due, came=outcome)
        outcome = user.path.measure(qubit, Axis.Z)
        due = "the outcome, for whom it belongs to"
        judge.that("QIA-QNP-APP-03", isinstance(outcome, Delivered), due=due, came=outcome)


def _others(paths: PathBench, user: PathUser) -> Iterator[PathUser]:
    found = False
    for role in (Role.SECOND_CREATOR, Role.SECOND_PEER, Role.STRANGER):
        with suppress(Undecidable):
            other = paths.user(role)
            if other.node == user.node:
                found = True
                yield other
    if not found:
        raise Undecidable(f"the manifest has nobody else at {user.node}")
