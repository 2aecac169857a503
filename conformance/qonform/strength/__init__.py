"""How well each requirement's checks are proven: which seeded faults they have caught.

`qonform selftest --keep` writes what it saw into `caught.json`, which comes with the package, and
every run shows it beside its verdicts. The file holds, by requirement, each seeded fault that
breaks it, and by effort the checks and monitors that failed the requirement for it; an empty list
means that none did. What the suite has not been tested for has no entry, and nothing is said of it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "caught.json"
_KIND = "urn:qonform:strength:1"
_LIKE = {"thorough": "standard"}
"""Efforts that no self-test has, and the one that they do at least as well as."""

Caught = dict[str, dict[str, dict[str, list[str]]]]
"""By requirement, fault and effort: the checks that caught the fault."""


@dataclass(frozen=True)
class Proof:
    """What the checks of one requirement have caught, at one effort."""

    caught: tuple[str, ...]
    """Names of the seeded faults."""
    missed: tuple[str, ...]
    by_check: Mapping[str, int]
    """How many of `caught` each check has caught; it may be one that others caught too."""


@dataclass(frozen=True)
class Strength:
    """All that self-tests have shown."""

    versions: Mapping[str, str]
    """By effort, the version of the suite that was tested last."""
    requirements: Caught

    def proof(self, requirement: str, effort: str) -> Proof | None:
        """The proof of a requirement at an effort; None if nothing was tested at that effort."""
        effort = _LIKE.get(effort, effort)
        if effort not in self.versions:
            return None
        tested = {
            fault: by_effort[effort]
            for fault, by_effort in self.requirements.get(requirement, {}).items()
            if effort in by_effort
        }
        return Proof(
            tuple(fault for fault, checks in tested.items() if checks),
            tuple(fault for fault, checks in tested.items() if not checks),
            Counter(check for checks in tested.values() for check in checks),
        )

    def faults(self, effort: str) -> dict[str, set[str]]:
        """Every fault that was tested at an effort, with the requirements that it breaks."""
        found: dict[str, set[str]] = {}
        for requirement, faults in self.requirements.items():
            for fault, by_effort in faults.items():
                if effort in by_effort:
                    found.setdefault(fault, set()).add(requirement)
        return found

    def as_json(self) -> dict[str, Any]:
        """What `caught.json` holds, in an order that does not depend on who ran what when."""
        return {
            "schema": _KIND,
            "versions": dict(sorted(self.versions.items())),
            "requirements": {
                requirement: {
                    fault: {effort: sorted(checks) for effort, checks in sorted(by.items())}
                    for fault, by in sorted(faults.items())
                }
                for requirement, faults in sorted(self.requirements.items())
            },
        }


@cache
def load() -> Strength:
    """What comes with the package."""
    text = resources.files(__name__).joinpath(FILE_NAME).read_text(encoding="utf-8")
    found = json.loads(text)
    return Strength(found["versions"], found["requirements"])


def faults_caught(requirement: str) -> tuple[str, ...]:
    """Names of the seeded faults that the checks of a requirement have caught, at any effort."""
    tested = load().requirements.get(requirement, {})
    return tuple(fault for fault, by_effort in tested.items() if any(by_effort.values()))
