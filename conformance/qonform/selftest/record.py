"""All that a self-test has found by now, as selftest.schema.json has it."""

from __future__ import annotations

import datetime as dt
import os
import platform
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

from qonform.catalogue import Level
from qonform.checks.inventory import checks as every_check
from qonform.monitors.bank import MONITORS
from qonform.selftest.outcome import CAUGHT, NOT_JUDGED, SURVIVED, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qonform.catalogue import Catalogue
    from qonform.selftest.listing import Fault

TOOL_ERROR = 2
EXIT_CODE = {"holds": 0, "does_not_hold": 1, "incomplete": 3}
_AHEAD = "it was not its turn yet"


@dataclass
class SelfTest:
    """A self-test as it goes."""

    known: Sequence[Fault]
    """Every fault that there is."""
    selected: Sequence[Fault]
    """Those that are judged."""
    catalogue: Catalogue
    effort: str
    seed: int
    workers: int
    globs: Sequence[str] = ()
    command: str = "qonform selftest"
    clean: dict[str, Any] = field(default_factory=lambda: {"outcome": NOT_JUDGED, "reason": _AHEAD})
    interrupted: str | None = None
    """Why it ended early."""
    errors: list[str] = field(default_factory=list)
    """What went wrong with the tool itself."""
    over: bool = False

    def __post_init__(self) -> None:
        self.started = dt.datetime.now(dt.UTC)
        self._began = time.monotonic()
        self._rows = {f.name: not_judged(f, self.catalogue, _AHEAD) for f in self.selected}

    def keep(self, row: dict[str, Any]) -> None:
        """Keeps what became of a fault."""
        self._rows[row["name"]] = row
        self._note_errors(row["name"], row)

    def keep_clean(self, clean: dict[str, Any]) -> None:
        """Keeps what became of the clean reference."""
        self.clean = clean
        self._note_errors("the clean reference", clean)

    def _note_errors(self, name: str, row: dict[str, Any]) -> None:
        if row["outcome"] == NOT_JUDGED:
            self.errors.append(f"{name}: {row['reason']}")
        self.errors += [f"{name}: {error}" for error in row.get("run", {}).get("errors", ())]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What became of each selected fault, in the order of the listing."""
        return list(self._rows.values())

    def as_json(self) -> dict[str, Any]:
        """selftest.json, as far as it is known."""
        rows = self.rows
        verdict = _verdict(rows, self.clean)
        return {
            "schema": "urn:qonform:selftest:1",
            "run": self._run(),
            "summary": {
                "verdict": verdict,
                "sentence": _sentence(rows, self.clean),
                "exit_code": TOOL_ERROR if self.errors else EXIT_CODE[verdict],
                "counts": _counts(rows),
                "by_level": {
                    level.value: _counts(r for r in rows if r["level"] == level) for level in Level
                },
            },
            "clean": self.clean,
            "faults": rows,
            "checks": _checks(rows),
            "requirements": self._requirements(rows),
            "complete": self.over and not self.interrupted,
        }

    def _run(self) -> dict[str, Any]:
        run: dict[str, Any] = {
            "qonform_version": metadata.version("qonform"),
            "catalogues": {p: self.catalogue.digest(p) for p in self.catalogue.profiles},
            "effort": self.effort,
            "seed": self.seed,
            "workers": self.workers,
            "started": self.started.isoformat(timespec="seconds"),
            "duration_s": round(time.monotonic() - self._began, 3),
            "host": {
                "python": platform.python_version(),
                "platform": platform.platform(terse=True),
                "cpus": os.cpu_count() or 1,
            },
            "selection": {"faults": list(self.globs), "known": len(self.known)},
            "command": self.command,
        }
        if self.interrupted:
            run["interrupted"] = self.interrupted
        if self.errors:
            run["errors"] = list(self.errors)
        return run

    def _requirements(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Every requirement that can be tested, with the faults that break it."""
        listed = []
        for requirement in self.catalogue.requirements:
            if requirement.untested_because:
                continue
            judged = {
                row["name"]: requirement.id in _failed(row)
                for row in rows
                if requirement.id in row["requirements"] and row["outcome"] != NOT_JUDGED
            }
            listed.append(
                {
                    "id": requirement.id,
                    "standard": requirement.standard,
                    "clause": requirement.clause,
                    "level": requirement.level.value,
                    "statement": requirement.statement,
                    "seeded": [f.name for f in self.known if requirement.id in f.requirements],
                    "caught": [name for name, failed in judged.items() if failed],
                    "missed": [name for name, failed in judged.items() if not failed],
                }
            )
        return listed


def caught_by(row: dict[str, Any]) -> dict[str, set[str]]:
    """For each check that caught a fault, the requirements of the fault that it failed."""
    found: dict[str, set[str]] = {}
    for finding in row.get("findings", ()):
        if finding["seeded"]:
            found.setdefault(finding["check"], set()).add(finding["requirement"])
    return found


def _failed(row: dict[str, Any]) -> set[str]:
    return {finding["requirement"] for finding in row.get("findings", ())}


def _checks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every check and monitor that judges, with the faults that it caught, and caught alone."""
    judges = {c.id: (c.title, c.requirements) for c in every_check() if c.requirements}
    for monitor in MONITORS:  # several may stand in one module, and share its name
        title, requirements = judges.get(monitor.id(), ("", ()))
        whole = f"{title} {monitor.title()}".strip()
        judges[monitor.id()] = whole, (*requirements, *monitor.requirements)
    catches = {row["name"]: set(caught_by(row)) for row in rows}
    return [
        {
            "id": id_,
            "title": title,
            "requirements": list(dict.fromkeys(requirements)),
            "caught": [name for name, by in catches.items() if id_ in by],
            "alone": [name for name, by in catches.items() if by == {id_}],
        }
        for id_, (title, requirements) in judges.items()
    ]


def _counts(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    said = Counter(row["outcome"] for row in rows)
    return {outcome: said[outcome] for outcome in (CAUGHT, SURVIVED, NOT_JUDGED)}


def _verdict(rows: list[dict[str, Any]], clean: dict[str, Any]) -> str:
    """It holds when the clean reference conforms and every fault of a *shall* is caught."""
    shall = {row["outcome"] for row in rows if row["level"] == Level.SHALL}
    if SURVIVED in shall or clean["outcome"] == "failed":
        return "does_not_hold"
    if any(row["outcome"] == NOT_JUDGED for row in rows) or clean["outcome"] != "conforming":
        return "incomplete"
    return "holds"


def _sentence(rows: list[dict[str, Any]], clean: dict[str, Any]) -> str:
    n = _counts(rows)
    judged = n[CAUGHT] + n[SURVIVED]
    shall = sum(r["outcome"] == SURVIVED and r["level"] == Level.SHALL for r in rows)
    if n[SURVIVED]:
        mandatory = f"{shall or 'none'} of them of a mandatory requirement"
        some = f"{n[SURVIVED]} of {judged} seeded faults survived, {mandatory}"
    elif judged:
        some = f"All {judged} seeded faults were caught" if judged > 1 else "The fault was caught"
    else:
        some = "No seeded fault was judged"
    ahead = f"; {n[NOT_JUDGED]} could not be judged" if n[NOT_JUDGED] else ""
    of_clean = {
        "conforming": "the clean reference was found conforming, without a warning",
        "failed": "the clean reference was failed, which is a false alarm",
        NOT_JUDGED: "the clean reference was not judged",
    }.get(clean["outcome"], "the clean reference could not be decided")
    return f"{some}{ahead}; {of_clean}."
