"""What a preflight says: one line for each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"
    """A run will go, and decide; something is worth a look, or will fail."""
    PROBLEM = "problem"
    """It will keep a run from deciding something."""


@dataclass(frozen=True)
class Line:
    """One thing that was looked at."""

    state: State
    subject: str
    """Such as `sae-1` or `kme-a over etsi-014`."""
    said: str
    todo: str = ""
    """What to do about it; empty when it is in order."""


def ok(subject: str, said: str) -> Line:
    """In order."""
    return Line(State.OK, subject, said)


def warning(subject: str, said: str, todo: str) -> Line:
    """Worth a look."""
    return Line(State.WARNING, subject, said, todo)


def problem(subject: str, said: str, todo: str) -> Line:
    """Keeps a run from deciding something."""
    return Line(State.PROBLEM, subject, said, todo)
