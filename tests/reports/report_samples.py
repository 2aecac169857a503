"""Results as a run writes them, for requirements as the catalogue has them.

`passing()`, `failing()`, `undecided()`, `cut_short()`, `measured()` and `large()` each return
fresh results that satisfy the schema. `python report_samples.py DIRECTORY` writes a report of
each, to look at.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

from measured_sample import measurements
from report_stories import STORIES, draw, fetch

Results = dict[str, Any]

STANDARD = "ETSI GS QKD 014 V1.1.1 (2019-02)"
VERDICTS = ("pass", "fail", "inconclusive", "not_applicable", "waived", "not_tested")


def _beside(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


ROWS: list[dict[str, Any]] = _beside("etsi014_rows.json")
FRAME: Results = _beside("results_frame.json")
"""All that is the same in all of them: whose KME, which target, which run."""

UNSEEN = {
    "ETSI-014-4-09": "not observable from outside: what lies behind a KME does not show",
    "ETSI-014-4-10": "not observable from outside: the traffic between KMEs is not part of it",
    "ETSI-014-4-11": "not observable from outside: the place of a machine does not show",
    "ETSI-014-4-12": "not observable from outside: there is no list of applications",
    "ETSI-014-4-13": "not observable from outside: secure operation is a matter of audit",
    "ETSI-014-5.1-10": "not observable from outside: a duty of the SAE, not of the KME",
    "ETSI-014-6.2-25": "not observable from outside: a duty of the SAE, not of the KME",
    "ETSI-014-6.4-09": "not observable from outside: a duty of the SAE, not of the KME",
}
UNBROKEN = {"ETSI-014-4-07", "ETSI-014-6.1-01"}
"""Those against which no fault is seeded."""
NO_EXTENSION = "the supplier declares no extension"


def passing() -> Results:
    """A KME that does all it claims."""
    return _results([_requirement(row, _quiet_verdict(row)) for row in ROWS])


def failing() -> Results:
    """A KME with one leak, an old key served twice, an ignored option and its own wordings."""
    return _results([_requirement(row, _troubled_verdict(row)) for row in ROWS])


def undecided() -> Results:
    """A KME whose store ran dry."""
    results = failing()
    for requirement in results["requirements"]:
        if requirement["verdict"] in {"fail", "waived"}:
            requirement.pop("waiver", None)
            _set(requirement, "inconclusive", "the key store of the target has run dry")
    return _counted(results)


def cut_short() -> Results:
    """A run that was stopped by hand at a third of its way."""
    results = failing()
    for place, requirement in enumerate(results["requirements"]):
        if place > len(results["requirements"]) // 3 and requirement["verdict"] != "fail":
            requirement.pop("waiver", None)
            _set(requirement, "inconclusive", "the run was interrupted before this was decided")
    results["run"]["interrupted"] = "stopped from the keyboard after 14.2 s"
    results["run"]["errors"] = [
        "etsi014.statuses.limits_hold_under_load: KeyError: 'max_key_count' (a fault of the suite)"
    ]
    results["complete"] = False
    return _counted(results)


def measured() -> Results:
    """A network of keys and links that fails in something, with what its run measured."""
    results = failing()
    results["measurements"] = measurements()
    results["run"]["profiles"] = ["etsi-014", "qinet-links"]
    return results


def large(requirements: int = 600, failures: int = 100) -> Results:
    """Several profiles with many requirements, and many failures with a talkative server."""
    members = []
    for n in range(requirements):
        row = dict(ROWS[n % len(ROWS)])
        round_ = n // len(ROWS)
        row["id"] = f"{row['id']}-{round_}" if round_ > 2 else row["id"]
        requirement = _requirement(row, "fail" if n % (requirements // failures) == 0 else "pass")
        requirement["profile"] = ("etsi-014", "qinet-keys", "etsi-014-x")[min(round_, 2)]
        if requirement["verdict"] == "fail":
            for exchange in requirement["checks"][0]["evidence"]:
                exchange["reply"]["body"] = json.dumps({"message": "x" * 20_000})
        members.append(requirement)
    return _results(members)


def _results(requirements: list[dict[str, Any]]) -> Results:
    return _counted({**deepcopy(FRAME), "requirements": requirements, "complete": True})


def _counted(results: Results) -> Results:
    """With the summary that belongs to the requirements."""
    members = results["requirements"]
    shall = Counter(each["verdict"] for each in members if each["level"] == "shall")
    left = [
        each
        for each in members
        if each["level"] == "shall"
        and each["verdict"] in {"inconclusive", "not_tested"}
        and each["id"] not in UNSEEN
    ]
    if shall["fail"]:
        verdict, exit_code = "non_conforming", 1
        sentence = f"Acme KME 2.1 does not conform: {shall['fail']} shall requirements failed"
        sentence += f", and {len(left)} more are undecided." if left else "."
    elif left or not results["complete"]:
        verdict, exit_code = "inconclusive", 3
        sentence = f"Inconclusive: no shall failed, but {len(left)} were left undecided."
    else:
        verdict, exit_code = "conforming", 0
        sentence = (
            f"Acme KME 2.1 conforms to ETSI GS QKD 014: all {shall['pass']} shall requirements "
            "that apply and can be seen from outside were decided, and none failed."
        )
    results["summary"] = {
        "verdict": verdict,
        "sentence": sentence,
        "exit_code": exit_code,
        "counts": _counts(members),
        "by_level": {
            level: _counts([each for each in members if each["level"] == level])
            for level in ("shall", "should", "may")
        },
    }
    return results


def _counts(members: list[dict[str, Any]]) -> dict[str, int]:
    seen = Counter(each["verdict"] for each in members)
    return {verdict: seen[verdict] for verdict in VERDICTS}


def _requirement(row: dict[str, Any], verdict: str) -> dict[str, Any]:
    requirement: dict[str, Any] = {
        "id": row["id"],
        "standard": STANDARD,
        "clause": row["clause"],
        "level": row["level"],
        "profile": "etsi-014",
        "statement": row["statement"],
        "basis": row["basis"],
        "observed_by": row["observed_by"],
        "verdict": verdict,
        "checks": [],
    }
    told = ("concern", "why", "causes") if verdict in {"fail", "waived"} else ("concern",)
    requirement |= {key: row[key] for key in told if key in row}
    if verdict in {"not_tested", "not_applicable"}:
        _set(requirement, verdict, UNSEEN.get(row["id"], NO_EXTENSION))
    elif verdict == "inconclusive":
        _set(
            requirement, verdict, "needs a client with the role `bystander`; the manifest has none"
        )
    else:
        story = STORIES.get(row["id"]) if verdict in {"fail", "waived"} else None
        requirement["checks"] = [_check(row, verdict, story)]
        seeded = 0 if row["id"] in UNBROKEN else 4
        requirement["seeded_faults"] = {"caught": seeded, "of": seeded}
        requirement["checks"][0]["caught"] = seeded
    if verdict == "waived":
        requirement["waiver"] = {"reason": "tracked as KME-812", "expires": "2027-03-31"}
    return requirement


def _set(requirement: dict[str, Any], verdict: str, reason: str) -> None:
    requirement.update(verdict=verdict, reason=reason, checks=[])


def _quiet_verdict(row: dict[str, Any]) -> str:
    if row["id"] in UNSEEN:
        return "not_tested"
    return "not_applicable" if row["id"] == "ETSI-014-6.2-15" else "pass"


def _troubled_verdict(row: dict[str, Any]) -> str:
    if row["id"] == "ETSI-014-6.4-05":
        return "waived"
    if row["id"] in STORIES:
        return "fail"
    if row["id"] in {"ETSI-014-6.2-22", "ETSI-014-5.1-03"}:
        return "inconclusive"
    return _quiet_verdict(row)


def _check(row: dict[str, Any], verdict: str, story: dict[str, Any] | None) -> dict[str, Any]:
    name = row["id"].removeprefix("ETSI-014-").replace(".", "_").replace("-", "_")
    check: dict[str, Any] = {
        "id": f"etsi014.clause_{name}",
        "title": "Asks, and compares the answer with the text",
        "verdict": "fail" if verdict == "waived" else verdict,
        "duration_s": 0.21,
        "examples": 25,
        "message": "",
        "seed": 20261124,
        "evidence": [],
    }
    if verdict in {"fail", "waived"}:
        fallback = {
            "message": "the answer is not what the clause asks for",
            "expected": "400 with an Error",
            "actual": "200 OK with one key",
            "evidence": [draw(3), fetch(4, "sae-2", "200 OK")],
        }
        check.update(deepcopy(story or fallback))
        check["replay"] = f"qonform replay results.json#{row['id']}"
    return check


SAMPLES = {
    "passing": passing,
    "failing": failing,
    "undecided": undecided,
    "cut_short": cut_short,
    "measured": measured,
    "large": large,
}

if __name__ == "__main__":
    from qonform_report import write

    for name, build in SAMPLES.items():
        print(write(build(), Path(sys.argv[1]) / name))  # noqa: T201
