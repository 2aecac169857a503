"""Requirements as a page lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.coverage import Coverage, coverage_of
from qonform_report.exchanges import Allowance, Step, named, steps
from qonform_report.order import chief_clause, clauses
from qonform_report.sequence import Diagram, sequence
from qonform_report.visible import shortened
from qonform_report.words import Look, counted, duration, look, proven

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LONGEST_WORDS = 1_500
"""Of a message, and of what was expected and seen; a server may have put anything into them."""

LONGEST_HISTORY = 6_000

_BASES = {
    "explicit": "explicit in the text",
    "table": "an entry of a table that the text makes binding",
    "inherited": "inherited from a document that the standard refers to",
    "derived": "derived from the text by a short argument",
}


@dataclass(frozen=True)
class Check:
    """What one check did and found."""

    id: str
    title: str
    look: Look
    message: str
    expected: str
    actual: str
    effort: str
    replay: str
    history: str
    sequence: Diagram | None
    """Of a failure that several parties took part in."""
    steps: tuple[Step, ...]
    steps_left_out: int

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say but that it was done."""
        return not (
            self.message
            or self.expected
            or self.actual
            or self.history
            or self.sequence
            or self.steps
            or self.replay
        )


@dataclass(frozen=True)
class Row:
    """A requirement with everything that its row opens to."""

    anchor: str
    id: str
    standard: str
    clause: str
    level: str
    statement: str
    basis: str
    observed_by: str
    why: str
    causes: tuple[str, ...]
    provisional: bool
    look: Look
    reason: str
    waiver: Mapping[str, str] | None
    proven: str
    """How many seeded faults its checks have caught, in words."""
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Clause:
    """The requirements of one clause in one profile."""

    anchor: str
    name: str
    title: str
    rows: tuple[Row, ...]
    coverage: Coverage


@dataclass(frozen=True)
class Profile:
    """A profile, clause by clause."""

    name: str
    standards: tuple[str, ...]
    clauses: tuple[Clause, ...]
    coverage: Coverage


def profiles(requirements: Iterable[Mapping[str, Any]]) -> tuple[Profile, ...]:
    """The requirements by profile, in the order they come, and by clause, in natural order."""
    all_of_them = list(requirements)
    allowance = Allowance.share(all_of_them)
    names = dict.fromkeys(each["profile"] for each in all_of_them)
    return tuple(
        _profile(name, [each for each in all_of_them if each["profile"] == name], allowance)
        for name in names
    )


def _profile(name: str, members: list[Mapping[str, Any]], allowance: Allowance) -> Profile:
    return Profile(
        name,
        tuple(dict.fromkeys(each["standard"] for each in members)),
        tuple(
            _clause(name, clause, members, allowance)
            for clause in clauses(each["clause"] for each in members)
        ),
        coverage_of(members),
    )


def _clause(
    profile: str, clause: str, members: list[Mapping[str, Any]], allowance: Allowance
) -> Clause:
    of_clause = [each for each in members if chief_clause(each["clause"]) == clause]
    return Clause(
        anchor=f"{profile}/clause-{clause.replace(' ', '-')}",
        name=clause,
        title=f"Clause {clause}" if clause[:1].isdigit() else clause,
        rows=tuple(_row(each, allowance) for each in of_clause),
        coverage=coverage_of(of_clause),
    )


def _row(requirement: Mapping[str, Any], allowance: Allowance) -> Row:
    basis = requirement.get("basis", "")
    return Row(
        anchor=named(requirement),
        id=requirement["id"],
        standard=requirement["standard"],
        clause=requirement["clause"],
        level=requirement["level"],
        statement=requirement["statement"],
        basis=_BASES.get(basis, basis),
        observed_by=requirement.get("observed_by", ""),
        why=requirement.get("why", ""),
        causes=tuple(requirement.get("causes", ())),
        provisional=requirement.get("provisional", False),
        look=look(requirement["verdict"], requirement["level"]),
        reason=requirement.get("reason", ""),
        waiver=requirement.get("waiver"),
        proven=proven(requirement),
        checks=tuple(
            _check(check, requirement, place, allowance)
            for place, check in enumerate(requirement["checks"])
        ),
    )


def _check(
    check: Mapping[str, Any], requirement: Mapping[str, Any], place: int, allowance: Allowance
) -> Check:
    evidence = check["evidence"]
    allowed = allowance.steps.get((named(requirement), place), 0)
    effort = [counted(check["examples"], "case"), duration(check["duration_s"])]
    if check.get("key_bits"):
        effort.append(f"{counted(check['key_bits'], 'bit')} of key")
    if check.get("pairs"):
        effort.append(counted(check["pairs"], "pair"))
    if "seed" in check:
        effort.append(f"seed {check['seed']}")
    if check.get("caught") and len(requirement["checks"]) > 1:
        effort.append(f"caught {counted(check['caught'], 'seeded fault')}")
    return Check(
        id=check["id"],
        title=check.get("title", ""),
        look=look(check["verdict"], requirement["level"]),
        message=shortened(check["message"], LONGEST_WORDS),
        expected=shortened(check.get("expected", ""), LONGEST_WORDS),
        actual=shortened(check.get("actual", ""), LONGEST_WORDS),
        effort=", ".join(effort),
        replay=check.get("replay", ""),
        history=shortened("\n".join(check.get("history", ())), LONGEST_HISTORY),
        sequence=_sequence(evidence[:allowed], (named(requirement), place), allowance),
        steps=tuple(steps(evidence[:allowed], allowance.cut)),
        steps_left_out=len(evidence) - allowed,
    )


def _sequence(
    shown: Sequence[Mapping[str, Any]], check: tuple[str, int], allowance: Allowance
) -> Diagram | None:
    """Of what failed, the messages in the order of time."""
    id_ = re.sub(r"[^A-Za-z0-9.-]", "_", "-".join(map(str, check)))
    return sequence(shown, id_) if check in allowance.diagrams and shown else None
