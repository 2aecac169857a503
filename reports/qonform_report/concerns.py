"""What is at stake in a requirement, and what to repair first.

A supplier with twenty failures asks where to begin. Secrecy comes before agreement of the two
ends, that before whether keys come as ordered, that before form, and the wording of a message
last. The results name the concern of each requirement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.order import clause_key
from qonform_report.words import is_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Concern:
    """A kind of harm."""

    key: str
    title: str


_MOST_FUNDAMENTAL_FIRST = (
    Concern("secrecy", "Who gets a key"),
    Concern("agreement", "The same keys at both ends, once"),
    Concern("service", "Keys as they were ordered"),
    Concern("form", "Form on the wire"),
    Concern("wording", "The wording of messages"),
)
_BY_KEY = {concern.key: concern for concern in _MOST_FUNDAMENTAL_FIRST}
_UNTOLD = _BY_KEY["service"]
"""Of a requirement whose results do not say."""

_RANK = {concern.key: rank for rank, concern in enumerate(_MOST_FUNDAMENTAL_FIRST)}


def concern_of(requirement: Mapping[str, Any]) -> Concern:
    """The concern of a requirement."""
    return _BY_KEY.get(requirement.get("concern", ""), _UNTOLD)


@dataclass(frozen=True)
class Cause:
    """Failures that one check showed, or several checks that share failures: one thing to fix.

    `failures` has the most fundamental first; `findings` is the number of failed checks.
    """

    concern: Concern
    failures: tuple[Mapping[str, Any], ...]
    findings: int


def fix_first(requirements: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """The failed *shall*, grouped by what shows them, the most fundamental group first.

    Within a concern, the group with more findings leads; then the order of clauses decides.
    """
    groups: list[tuple[set[str], list[Mapping[str, Any]]]] = []
    for failure in filter(is_failure, requirements):
        shown_by = {
            _showing(check, failure) for check in failure["checks"] if check["verdict"] == "fail"
        }
        joined = [group for group in groups if group[0] & shown_by]
        groups = [group for group in groups if group not in joined]
        checks = shown_by.union(*(group[0] for group in joined))
        members = [each for group in joined for each in group[1]]
        groups.append((checks, [*members, failure]))
    return sorted((_cause(*group) for group in groups), key=_urgency)


def _showing(check: Mapping[str, Any], failure: Mapping[str, Any]) -> str:
    """What failures have in common: the check, over any transport.

    A monitor sees every exchange; what it finds of one requirement has nothing to do with another.
    """
    alone = check["id"].startswith("monitors.")
    return f"{check['id']}/{failure['id']}" if alone else str(check["id"])


def _cause(checks: set[str], failures: list[Mapping[str, Any]]) -> Cause:
    ordered = sorted(failures, key=_importance)
    return Cause(concern_of(ordered[0]), tuple(ordered), max(len(checks), len(failures)))


def _importance(failure: Mapping[str, Any]) -> tuple[Any, ...]:
    return _RANK[concern_of(failure).key], clause_key(failure["clause"]), failure["id"]


def _urgency(cause: Cause) -> tuple[Any, ...]:
    rank, *place = _importance(cause.failures[0])
    return (rank, -cause.findings, *place)
