"""From a judged run to what became of a fault: pure, and as selftest.schema.json has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.catalogue import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qonform.catalogue import Catalogue
    from qonform.selftest.judged import Judged
    from qonform.selftest.listing import Fault

CAUGHT, SURVIVED, NOT_JUDGED = "caught", "survived", "not_judged"
LONGEST_WORDS = 400
"""Of one message: a server may have put anything into it."""


def level_of(requirements: Iterable[str], catalogue: Catalogue) -> Level:
    """The strongest level among the requirements that a fault breaks.

    Raises UnknownIdError when the catalogue does not hold one of them.
    """
    levels = {catalogue.requirement(id_).level for id_ in requirements}
    return next(level for level in Level if level in levels)


def about(fault: Fault, catalogue: Catalogue) -> dict[str, Any]:
    """What is known of a fault before it is judged."""
    return {
        "name": fault.name,
        "sentence": fault.sentence,
        "requirements": list(fault.requirements),
        "level": level_of(fault.requirements, catalogue).value,
        "seen_in": list(fault.seen_in),
        "beside": list(fault.beside),
    }


def not_judged(fault: Fault, catalogue: Catalogue, reason: str) -> dict[str, Any]:
    """A fault of which nothing can be said."""
    return {**about(fault, catalogue), "outcome": NOT_JUDGED, "reason": reason}


def of_fault(fault: Fault, catalogue: Catalogue, judged: Judged) -> dict[str, Any]:
    """What became of a fault: caught when a requirement that it breaks has the verdict `fail`."""
    if reason := unusable(judged):
        return not_judged(fault, catalogue, reason)
    seeded = set(fault.requirements)
    caught = set(judged.failed()) & seeded
    return {
        **about(fault, catalogue),
        "outcome": CAUGHT if caught else SURVIVED,
        "findings": [
            {**found, "seeded": found["requirement"] in seeded}
            for found in _findings(judged.results)
        ],
        "said_instead": list(_said_instead(judged.results, seeded - caught)),
        "run": run_of(judged),
    }


def of_clean(judged: Judged) -> dict[str, Any]:
    """What became of the clean reference: every finding is a false alarm."""
    if reason := unusable(judged):
        return {"outcome": NOT_JUDGED, "reason": reason}
    failed, verdict = judged.failed(), judged.results["summary"]["verdict"]
    return {
        "outcome": "failed" if failed else verdict,
        "findings": list(_findings(judged.results)),
        "run": run_of(judged),
    }


def unusable(judged: Judged) -> str | None:
    """Why nothing can be concluded from a run; None if something can."""
    if not judged.results:
        said = (judged.stderr or judged.stdout).strip().splitlines()
        return f"the run left no results: {_short(said[-1]) if said else 'it said nothing'}"
    if not judged.results["complete"]:
        return str(judged.results["run"].get("interrupted", "the run was cut short"))
    return None


def run_of(judged: Judged) -> dict[str, Any]:
    """Verdict and cost of a run."""
    summary, run = judged.results["summary"], judged.results["run"]
    said = {
        "verdict": summary["verdict"],
        "sentence": summary["sentence"],
        "exit_code": judged.exit_code,
        "key_bits": run["spent"]["key_bits"],
        "pairs": run["spent"].get("pairs", 0),
        "requests": run["spent"]["requests"],
        "duration_s": run["duration_s"],
    }
    return {**said, "errors": run["errors"]} if run.get("errors") else said


def _findings(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each check and each monitor that failed a requirement, over each transport."""
    for row in results["requirements"]:
        for check in row["checks"]:
            if row["verdict"] == "fail" and check["verdict"] == "fail":
                yield {
                    "requirement": row["id"],
                    "profile": row["profile"],
                    "check": check["id"],
                    "message": _short(check["message"]),
                }


def _said_instead(results: dict[str, Any], missed: set[str]) -> Iterator[dict[str, Any]]:
    """What the run said of requirements that should have failed, over each transport."""
    for row in results["requirements"]:
        if row["id"] in missed:
            messages = [c["message"] for c in row["checks"] if c["message"]]
            words = row.get("reason") or "; ".join(dict.fromkeys(messages))
            yield {
                "requirement": row["id"],
                "profile": row["profile"],
                "verdict": row["verdict"],
                "message": _short(words),
                "checks": sorted({c["id"] for c in row["checks"]}),
            }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_WORDS else text[: LONGEST_WORDS - 1] + "…"
