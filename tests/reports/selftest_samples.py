"""Self-tests as `qonform selftest` writes them: `whole()`, `leaking()` and `cut_short()`.

`python selftest_samples.py DIRECTORY` writes a page of each, to look at.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

SelfTest = dict[str, Any]
STANDARD = "ETSI GS QKD 014 V1.1.1 (2019-02)"

ROWS = {
    "ETSI-014-5.4-01": ("5.4", "shall", "The slave gets the identical key material."),
    "ETSI-014-5.4-06": ("5.4", "shall", "A key delivered to its only slave is removed."),
    "ETSI-014-5.4-07": ("5.4", "should", "Of concurrent requests at most one delivers."),
    "ETSI-014-6.2-01": ("6.2", "shall", "Get key delivers `number` keys."),
    "ETSI-014-6.4-05": ("6.4", "shall", "The refusal has the message that is fixed."),
    "ETSI-014-6.5-03": ("6.5", "shall", "No seeded fault breaks this one."),
}
CHECKS = {
    "etsi014.fetching.both_ends_get_the_same_key": ("ETSI-014-5.4-01",),
    "etsi014.races.a_key_is_fetched_once": ("ETSI-014-5.4-06", "ETSI-014-5.4-07"),
    "etsi014.get_key.number_is_kept": ("ETSI-014-6.2-01",),
    "etsi014.fetching.a_message_is_fixed": ("ETSI-014-6.4-05",),
    "monitors.containers": ("ETSI-014-6.2-01",),
    "monitors.identifiers": ("ETSI-014-5.4-06",),
}


def whole() -> SelfTest:
    """Every fault is caught."""
    return _selftest([_caught(name) for name in FAULTS])


def leaking() -> SelfTest:
    """A *should* and a *shall* survive, and the clean reference is failed."""
    selftest = _selftest(
        [
            _caught("slave-bit-differs"),
            _survived("raced-key-twice", "pass", "8 requests, one delivery"),
            _survived("number-ignored", "inconclusive", "the key store of the target has run dry"),
            _caught("message-not-found"),
        ]
    )
    selftest["clean"] = {
        "outcome": "failed",
        "findings": [_finding("ETSI-014-6.4-05", "etsi014.fetching.a_message_is_fixed")],
        "run": _run("non_conforming", 1),
    }
    selftest["summary"] |= {
        "verdict": "does_not_hold",
        "sentence": "2 of 4 seeded faults survived, 1 of them of a mandatory requirement; the "
        "clean reference was failed, which is a false alarm.",
        "exit_code": 1,
    }
    return selftest


def wide() -> SelfTest:
    """As many requirements in one clause, and as long a name, as real ones may have."""
    selftest = whole()
    fault = selftest["faults"][0]
    pattern = next(r for r in selftest["requirements"] if r["id"] in fault["requirements"])
    ids = [f"ETSI-014-5.4-{number}" for number in range(50, 90)]
    selftest["requirements"] += [{**pattern, "id": id_} for id_ in ids]
    long = {**fault, "name": "slave-differs-in-reverse-whenever-a-batch-is-long"}
    selftest["faults"].append({**long, "requirements": [*fault["requirements"], *ids]})
    return selftest


def cut_short() -> SelfTest:
    """Ended by hand after the first fault."""
    ahead = {"outcome": "not_judged", "reason": "it was not its turn yet"}
    selftest = _selftest(
        [
            _caught("slave-bit-differs"),
            *({**_about(name), **ahead} for name in list(FAULTS)[1:]),
        ]
    )
    selftest["run"]["interrupted"] = "it was interrupted"
    selftest["clean"] = ahead
    selftest["summary"] |= {
        "verdict": "incomplete",
        "sentence": "The fault was caught; 3 could not be judged.",
        "exit_code": 3,
    }
    selftest["complete"] = False
    return selftest


FAULTS = {
    "slave-bit-differs": ("A bit of each key differs at the slave's end.", "ETSI-014-5.4-01"),
    "raced-key-twice": ("Requests at one moment all get the key.", "ETSI-014-5.4-07"),
    "number-ignored": ("`number` is ignored: one key, whatever is asked.", "ETSI-014-6.2-01"),
    "message-not-found": ("An unknown key is refused in own words.", "ETSI-014-6.4-05"),
}

SAMPLES = {"whole": whole, "leaking": leaking, "cut_short": cut_short, "wide": wide}


def _about(name: str) -> dict[str, Any]:
    sentence, requirement = FAULTS[name]
    return {
        "name": name,
        "sentence": sentence,
        "requirements": [requirement],
        "level": ROWS[requirement][1],
        "seen_in": ["example/kme (src/keys.py)"] if name == "number-ignored" else [],
        "beside": ["small-store"] if name == "number-ignored" else [],
    }


def _caught(name: str) -> dict[str, Any]:
    requirement = FAULTS[name][1]
    by = [check for check, judged in CHECKS.items() if requirement in judged]
    findings = [{**_finding(requirement, check), "seeded": True} for check in by]
    beside = {**_finding("ETSI-014-5.4-06", "monitors.identifiers"), "seeded": False}
    return {
        **_about(name),
        "outcome": "caught",
        "findings": [*findings, beside],
        "said_instead": [],
        "run": _run("non_conforming", 1),
    }


def _survived(name: str, verdict: str, message: str) -> dict[str, Any]:
    said = {
        "requirement": FAULTS[name][1],
        "profile": "etsi-014",
        "verdict": verdict,
        "message": message,
        "checks": ["etsi014.races.a_key_is_fetched_once"],
    }
    return {
        **_about(name),
        "outcome": "survived",
        "findings": [],
        "said_instead": [said],
        "run": _run("conforming", 0),
    }


def _finding(requirement: str, check: str) -> dict[str, Any]:
    message = f"due: what {requirement} says; came: `something else`"
    return {
        "requirement": requirement,
        "profile": "etsi-014",
        "check": check,
        "message": message,
    }


def _run(verdict: str, exit_code: int) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "sentence": f"The reference network was found {verdict}.",
        "exit_code": exit_code,
        "key_bits": 47_616,
        "requests": 1704,
        "duration_s": 2.5,
    }


def _selftest(faults: list[dict[str, Any]]) -> SelfTest:
    catches = {
        fault["name"]: {f["check"] for f in fault.get("findings", ()) if f["seeded"]}
        for fault in faults
    }
    return {
        "schema": "urn:qonform:selftest:1",
        "run": {
            "qonform_version": "0.1.0",
            "catalogues": {"etsi-014": f"sha256:{'0' * 64}"},
            "effort": "standard",
            "seed": 7,
            "workers": 2,
            "started": "2026-11-24T12:00:00+00:00",
            "duration_s": 61.5,
            "host": {"python": "3.11.2", "platform": "Linux", "cpus": 2},
            "selection": {"faults": [], "known": len(FAULTS)},
            "command": "qonform selftest --effort standard",
        },
        "summary": {
            "verdict": "holds",
            "sentence": f"All {len(faults)} seeded faults were caught; the clean reference was "
            "found conforming, without a warning.",
            "exit_code": 0,
            "counts": _counts(faults),
            "by_level": {
                level: _counts([f for f in faults if f["level"] == level])
                for level in ("shall", "should", "may")
            },
        },
        "clean": {"outcome": "conforming", "findings": [], "run": _run("conforming", 0)},
        "faults": faults,
        "checks": [
            {
                "id": check,
                "title": f"Looks whether {', '.join(requirements)} holds.",
                "requirements": list(requirements),
                "caught": [name for name, by in catches.items() if check in by],
                "alone": [name for name, by in catches.items() if by == {check}],
            }
            for check, requirements in CHECKS.items()
        ],
        "requirements": [_requirement(id_, faults) for id_ in ROWS],
        "complete": True,
    }


def _requirement(id_: str, faults: list[dict[str, Any]]) -> dict[str, Any]:
    clause, level, statement = ROWS[id_]
    mine = [f for f in faults if id_ in f["requirements"]]
    return {
        "id": id_,
        "standard": STANDARD,
        "clause": clause,
        "level": level,
        "statement": statement,
        "seeded": [f["name"] for f in mine],
        "caught": [f["name"] for f in mine if f["outcome"] == "caught"],
        "missed": [f["name"] for f in mine if f["outcome"] == "survived"],
    }


def _counts(faults: list[dict[str, Any]]) -> dict[str, int]:
    said = Counter(fault["outcome"] for fault in faults)
    return {outcome: said[outcome] for outcome in ("caught", "survived", "not_judged")}


if __name__ == "__main__":
    from qonform_report import write_selftest

    for name, build in SAMPLES.items():
        print(write_selftest(build(), Path(sys.argv[1]) / name))  # noqa: T201 - a tool
