"""The rule: caught when a requirement that the fault breaks has failed, and nothing else counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonform.catalogue import UnknownIdError, load_all
from qonform.selftest.judged import Judged
from qonform.selftest.listing import Fault
from qonform.selftest.outcome import of_clean, of_fault

CATALOGUE = load_all()
BROKEN, ALSO, OTHER = "ETSI-014-5.4-06", "ETSI-014-5.4-07", "ETSI-014-6.4-05"
FAULT = Fault("key-twice", "A key is delivered twice.", (BROKEN, ALSO))


def row(id_, verdict, *, profile="etsi-014", check="etsi014.races.once", message="due; came"):
    checks = [{"id": check, "verdict": verdict, "message": message}]
    level = CATALOGUE.requirement(id_).level.value
    return {"id": id_, "profile": profile, "level": level, "verdict": verdict, "checks": checks}


def judged(*rows, complete=True, exit_code=0, **run):
    spent = {"key_bits": 1024, "pairs": 12, "requests": 7}
    results = {
        "requirements": list(rows),
        "summary": {"verdict": "conforming", "sentence": "It conforms."},
        "run": {"spent": spent, "duration_s": 1.5, **run},
        "complete": complete,
    }
    return Judged(exit_code, "", "", Path("report"), results)


def outcome(*rows, **changes):
    return of_fault(FAULT, CATALOGUE, judged(*rows, **changes))


def test_one_of_its_requirements_is_enough():
    found = outcome(row(BROKEN, "pass"), row(ALSO, "fail"))
    assert found["outcome"] == "caught"
    assert [f["requirement"] for f in found["findings"]] == [ALSO]


def test_one_transport_is_enough():
    found = outcome(row(BROKEN, "pass"), row(BROKEN, "fail", profile="qinet-keys"))
    assert found["outcome"] == "caught"


def test_what_fails_beside_does_not_catch_it():
    found = outcome(row(BROKEN, "pass"), row(ALSO, "inconclusive"), row(OTHER, "fail"))
    assert found["outcome"] == "survived"
    assert [(f["requirement"], f["seeded"]) for f in found["findings"]] == [(OTHER, False)]


@pytest.mark.parametrize("verdict", ["pass", "inconclusive", "not_applicable", "waived"])
def test_no_other_verdict_catches_it(verdict):
    assert outcome(row(BROKEN, verdict), row(ALSO, "pass"))["outcome"] == "survived"


def test_it_is_told_what_the_run_said_instead():
    found = outcome(row(BROKEN, "fail"), row(ALSO, "inconclusive", message="no key was left"))
    assert found["said_instead"] == [
        {
            "requirement": ALSO,
            "profile": "etsi-014",
            "verdict": "inconclusive",
            "message": "no key was left",
            "checks": ["etsi014.races.once"],
        }
    ]


def test_a_fault_has_the_strongest_level_of_what_it_breaks():
    assert outcome(row(BROKEN, "fail"))["level"] == "shall"
    mild = Fault("races", "Races.", (ALSO,))
    assert of_fault(mild, CATALOGUE, judged(row(ALSO, "fail")))["level"] == "should"


def test_a_fault_that_breaks_what_nobody_knows_is_an_error():
    with pytest.raises(UnknownIdError, match=r"ETSI-014-9\.9-01"):
        of_fault(Fault("odd", "Odd.", ("ETSI-014-9.9-01",)), CATALOGUE, judged())


def test_a_run_that_was_cut_short_decides_nothing():
    found = outcome(row(BROKEN, "pass"), complete=False, interrupted="the run was interrupted")
    assert (found["outcome"], found["reason"]) == ("not_judged", "the run was interrupted")
    assert "findings" not in found


def test_a_run_without_results_decides_nothing():
    crashed = Judged(2, "", "Error: a fault of the suite itself: KeyError at x.py:1\n", Path())
    found = of_fault(FAULT, CATALOGUE, crashed)
    assert found["outcome"] == "not_judged"
    assert "KeyError at x.py:1" in found["reason"]


def test_what_it_cost_is_kept():
    run = outcome(row(BROKEN, "fail"), exit_code=1)["run"]
    assert (run["key_bits"], run["pairs"]) == (1024, 12)
    assert (run["requests"], run["duration_s"]) == (7, 1.5)


def test_a_long_message_is_cut():
    (finding,) = outcome(row(BROKEN, "fail", message="x" * 5000))["findings"]
    assert len(finding["message"]) == 400


def test_any_failure_of_the_clean_reference_is_a_false_alarm():
    assert of_clean(judged(row(ALSO, "fail")))["outcome"] == "failed"
    assert of_clean(judged(row(ALSO, "pass")))["outcome"] == "conforming"
