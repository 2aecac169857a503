"""What a self-test says on the whole: verdict, exit code, idle checks, unbroken requirements."""

from __future__ import annotations

import pytest
from selftest_rows import (
    CATALOGUE,
    CHECK,
    CONFORMING,
    FAILED,
    HARD,
    MILD,
    MONITOR,
    RUN,
    UNDECIDED,
    a_selftest,
    caught,
    crashed,
    survived,
)

from qonform.checks.inventory import checks as every_check
from qonform.monitors.bank import MONITORS
from qonform.selftest.record import SelfTest
from qonform_report import render_selftest


@pytest.mark.parametrize(
    ("hard", "mild", "clean", "verdict", "code"),
    [
        (caught, caught, CONFORMING, "holds", 0),
        (caught, survived, CONFORMING, "holds", 0),
        (survived, caught, CONFORMING, "does_not_hold", 1),
        (caught, caught, FAILED, "does_not_hold", 1),
        (caught, caught, UNDECIDED, "incomplete", 3),
        (caught, crashed, CONFORMING, "incomplete", 2),
        (survived, crashed, CONFORMING, "does_not_hold", 2),
    ],
)
def test_verdict_and_exit_code(hard, mild, clean, verdict, code):
    found = a_selftest(hard(HARD), mild(MILD), clean=clean).as_json()
    assert (found["summary"]["verdict"], found["summary"]["exit_code"]) == (verdict, code)
    assert render_selftest(found)


def test_what_is_not_judged_yet_makes_it_incomplete():
    test = SelfTest((HARD, MILD), (HARD, MILD), CATALOGUE, "quick", 1, 2)
    test.keep(caught(HARD))
    found = test.as_json()
    assert (found["summary"]["verdict"], found["summary"]["exit_code"]) == ("incomplete", 3)
    assert found["complete"] is False
    assert render_selftest(found)


def test_a_fault_of_the_suite_in_a_caught_run_is_a_tool_error():
    row = caught(HARD)
    row["run"] = {**RUN, "errors": ["etsi014.races.once: KeyError at races.py:7"]}
    found = a_selftest(row, caught(MILD)).as_json()
    assert found["summary"]["exit_code"] == 2
    assert found["run"]["errors"] == ["key-twice: etsi014.races.once: KeyError at races.py:7"]


def test_the_sentence_counts_survivors_and_those_of_a_shall():
    assert a_selftest(survived(HARD), survived(MILD)).as_json()["summary"]["sentence"] == (
        "2 of 2 seeded faults survived, 1 of them of a mandatory requirement; "
        "the clean reference was found conforming, without a warning."
    )


def test_a_check_is_credited_with_what_it_failed_and_not_with_what_failed_beside():
    found = a_selftest(caught(HARD, CHECK, beside=(MONITOR,)), caught(MILD, CHECK, MONITOR))
    by_id = {check["id"]: check for check in found.as_json()["checks"]}
    assert by_id[MONITOR]["caught"] == ["key-raced"]
    assert by_id[MONITOR]["alone"] == []


def test_every_check_and_monitor_that_judges_is_listed():
    checks = a_selftest(caught(HARD), caught(MILD)).as_json()["checks"]
    assert len({c["id"] for c in checks}) == len(checks)
    judging = {check.id for check in every_check() if check.requirements}
    assert {c["id"] for c in checks} == judging | {monitor.id() for monitor in MONITORS}
    assert all(c["requirements"] for c in checks)


def test_requirements_know_their_faults_also_those_not_selected():
    found = a_selftest(caught(HARD), selected=(HARD,)).as_json()
    by_id = {r["id"]: r for r in found["requirements"]}
    hard, mild, other = by_id["ETSI-014-5.4-06"], by_id["ETSI-014-5.4-07"], by_id["ETSI-014-6.1-01"]
    assert (hard["seeded"], hard["caught"], hard["missed"]) == (["key-twice"], ["key-twice"], [])
    assert (mild["seeded"], mild["caught"], mild["missed"]) == (["key-raced"], [], [])
    assert other["seeded"] == []
    untested = {r.id for r in CATALOGUE.requirements if r.untested_because}
    assert not untested & set(by_id)
