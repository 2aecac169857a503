"""Writes what a self-test has shown into the package, for every run to tell."""

from __future__ import annotations

import json
import os
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from qonform.selftest.outcome import NOT_JUDGED
from qonform.selftest.record import caught_by
from qonform.strength import FILE_NAME, Caught, Strength, load

if TYPE_CHECKING:
    from qonform.selftest.record import SelfTest


def merged(before: Strength, selftest: SelfTest) -> Strength:
    """What was known, with what this self-test saw; faults that are no more are left out."""
    known = {fault.name: fault.requirements for fault in selftest.known}
    found: Caught = {
        requirement: {
            fault: dict(by_effort)
            for fault, by_effort in faults.items()
            if requirement in known.get(fault, ())
        }
        for requirement, faults in before.requirements.items()
    }
    for row in selftest.rows:
        if row["outcome"] == NOT_JUDGED:
            continue
        by_check = caught_by(row)
        for requirement in row["requirements"]:
            found.setdefault(requirement, {}).setdefault(row["name"], {})[selftest.effort] = [
                check for check, requirements in by_check.items() if requirement in requirements
            ]
    versions = {**before.versions, selftest.effort: metadata.version("qonform")}
    return Strength(versions, {r: faults for r, faults in found.items() if faults})


def keep(selftest: SelfTest) -> Path:
    """Writes it, and returns where. Raises OSError when the package cannot be written to."""
    path = Path(str(resources.files("qonform.strength").joinpath(FILE_NAME)))
    text = json.dumps(merged(load(), selftest).as_json(), indent=1) + "\n"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)  # noqa: PTH105 (the one whose promise is atomicity)
    return path
