"""What a campaign knows, in files of JSON lines: the mutants made, and how each ended.

An outcome is written the moment it is known, so a campaign that is interrupted goes on where it
was. The last line about a mutant counts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from benchmarks.mutants.making import Mutant, modules, mutants_of
from benchmarks.mutants.tools import mutations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class Ended(StrEnum):
    """How it ended with a mutant."""

    KILLED = "killed"
    """A requirement failed: a shall, or only a should."""
    SURVIVED = "survived"
    """The run conforms, without a warning."""
    UNDECIDED = "undecided"
    """Nothing failed, but something mandatory was left open, which forbids "conforming"."""
    STILLBORN = "stillborn"
    """The network did not start: there was nothing to judge."""
    HUNG = "hung"
    """The run did not end in time."""
    SUITE_ERROR = "suite-error"
    """The suite itself failed: a bug of ours."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended with one mutant, at which stage, and what failed."""

    id: str
    ended: Ended
    stage: str = ""
    shall: tuple[str, ...] = ()
    should: tuple[str, ...] = ()
    said: str = ""


class Outcomes:
    """The outcomes of a campaign, in a file that only grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._known: dict[str, Outcome] = {}
        if file.exists():
            for line in file.read_text("utf-8").splitlines():
                outcome = _outcome(line)
                self._known[outcome.id] = outcome

    def __iter__(self) -> Iterator[Outcome]:
        """All outcomes, one a mutant."""
        return iter(self._known.values())

    def of(self, mutant: str) -> Outcome | None:
        """How it ended with a mutant; None if it was not judged yet."""
        return self._known.get(mutant)

    def add(self, outcome: Outcome) -> None:
        """Keeps an outcome. May be called from several threads."""
        fields = {name: value for name, value in asdict(outcome).items() if value}
        with self._lock:
            self._known[outcome.id] = outcome
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(fields) + "\n")

    def tidy(self, mutants: Collection[str]) -> None:
        """Writes the file anew, sorted, with one line for each of these mutants."""
        kept = [outcome for outcome in self._known.values() if outcome.id in mutants]
        ordered = sorted(kept, key=lambda outcome: outcome.id)
        self._known.clear()
        self._file.unlink(missing_ok=True)
        for outcome in ordered:
            self.add(outcome)


def _outcome(line: str) -> Outcome:
    fields = json.loads(line)
    fields["ended"] = Ended(fields["ended"])
    for name in ("shall", "should"):
        fields[name] = tuple(fields.get(name, ()))
    return Outcome(**fields)


_RECIPE = ("tools.py", "visible.py", "making.py")


def all_mutants(folder: Path) -> list[Mutant]:
    """Every mutant of the reference network; made once, and kept in `folder`.

    They are made anew when a text has changed, or the way to make them.
    """
    texts = modules()
    recipe = [Path(__file__).with_name(name).read_text("utf-8") for name in _RECIPE]
    digest = hashlib.sha256(json.dumps([texts, recipe]).encode()).hexdigest()[:16]
    file = folder / f"made-{digest}.jsonl"
    if not file.exists():
        made = [
            mutant
            for name, text in texts.items()
            for mutant in mutants_of(name, text, mutations(text))
        ]
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(asdict(mutant)) + "\n" for mutant in made), "utf-8")
    return [_mutant(line) for line in file.read_text("utf-8").splitlines()]


def _mutant(line: str) -> Mutant:
    fields = json.loads(line)
    return Mutant(**{**fields, "was": tuple(fields["was"]), "now": tuple(fields["now"])})
