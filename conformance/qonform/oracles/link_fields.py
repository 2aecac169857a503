"""What an event must say of itself, by the request that it belongs to (I2, I3, I8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Asked, Told, Violation
from qonform.ports.entanglement import Axis, Measured, PairMade, PairType, RandomBasis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.ports.entanglement import BasisChoice


def misaddressed(asked: Asked, told: Told) -> Iterator[Violation]:
    """The neighbour that any event names (I3)."""
    other = asked.other(told.node)
    if told.event.remote_node != other:
        ok = isinstance(told.event.what, PairMade)
        yield Violation(
            "QIA-EGP-OK-06" if ok else "QIA-EGP-ERR-01",
            f"remote node {other}",
            f"remote node {told.event.remote_node}",
            (told,),
            "I3",
        )


def misstated(asked: Asked, told: Told, made: PairMade) -> Iterator[Violation]:
    """The fields of an OK."""
    yield from _purpose(asked, told)
    yield from _type(asked, told, made)
    if made.bell_state is None:
        yield Violation("QIA-EGP-BEL-01", "one of four Bell states", "none", (told,), "I2")
    if not 0 <= made.goodness <= 1:
        yield Violation("QIA-EGP-FID-02", "a goodness in [0, 1]", str(made.goodness), (told,), "I8")
    if made.measured:
        yield from _measurement(asked, told, made.measured)


def disagreeing(here: Told, there: Told) -> Iterator[Violation]:
    """The two OKs of one pair of one request."""
    one, other = here.event.what, there.event.what
    if not isinstance(one, PairMade) or not isinstance(other, PairMade):
        return
    if None not in (one.bell_state, other.bell_state) and one.bell_state != other.bell_state:
        yield Violation(
            "QIA-EGP-BEL-01",
            "one Bell state at both ends",
            f"{one.bell_state} at {here.node}, {other.bell_state} at {there.node}",
            (here, there),
            "I2",
        )


def _purpose(asked: Asked, told: Told) -> Iterator[Violation]:
    """At the creator it may be left unset: the draft gives it a meaning at the peer only."""
    due, came = asked.request.purpose, told.event.purpose
    if came != due and (told.node != asked.node or came != 0):
        yield Violation("QIA-EGP-OK-07", f"purpose {due}", f"purpose {came}", (told,), "I2")


def _type(asked: Asked, told: Told, made: PairMade) -> Iterator[Violation]:
    due = asked.request.type
    measures = due is PairType.MEASURE or (due is PairType.PREPARE and told.node == asked.node)
    has = {"an outcome": made.measured is not None, "a qubit": made.qubit is not None}
    fits = has == {"an outcome": measures, "a qubit": not measures}
    if made.type is not due or not fits:
        half = " and ".join(name for name, there in has.items() if there) or "neither"
        yield Violation(
            "QIA-EGP-OK-08",
            f"{_named_type(due)} with {'an outcome' if measures else 'a qubit'}",
            f"{_named_type(made.type)} with {half}",
            (told,),
            "I2",
        )


def _named_type(kind: PairType | None) -> str:
    return f"type {kind.value}" if kind else "no known type"


def _measurement(asked: Asked, told: Told, measured: Measured) -> Iterator[Violation]:
    if measured.outcome not in (0, 1):
        yield Violation("QIA-EGP-MSR-01", "outcome 0 or 1", str(measured.outcome), (told,), "I8")
    here = asked.node == told.node
    choice = asked.request.local_basis if here else asked.request.remote_basis
    yield from _basis(choice, told, measured)


def _basis(choice: BasisChoice | None, told: Told, measured: Measured) -> Iterator[Violation]:
    """A rotation is not compared: one direction has several, and may have a name too."""
    came = measured.basis
    match choice:
        case RandomBasis(among=among, probabilities=probabilities):
            if not isinstance(came, Axis) or came not in among.value:
                due = " or ".join(axis.value for axis in among.value)
                yield Violation("QIA-EGP-MSR-01", due, _named(measured), (told,), "I8")
            elif probabilities and probabilities[list(among.value).index(came)] == 0:
                due = "no basis of probability 0"
                yield Violation("QIA-EGP-MSR-03", due, _named(measured), (told,), "I8")
        case Axis() | None if isinstance(came, Axis) and came is not (choice or Axis.Z):
            due = (choice or Axis.Z).value
            yield Violation("QIA-EGP-MSR-02", due, _named(measured), (told,), "I8")
        case _:
            pass


def _named(measured: Measured) -> str:
    return measured.basis.value if isinstance(measured.basis, Axis) else str(measured.basis)
