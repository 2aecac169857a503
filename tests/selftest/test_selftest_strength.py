"""What is kept of self-tests, and what is said of it."""

from __future__ import annotations

import json
from importlib import resources

from selftest_rows import CHECK, HARD, MILD, MONITOR, a_selftest, caught, crashed, survived

from qonform.selftest.keeping import merged
from qonform.strength import FILE_NAME, Strength, load

NOTHING = Strength({}, {})


def test_what_was_caught_and_what_not_is_kept_by_requirement_and_effort():
    kept = merged(NOTHING, a_selftest(caught(HARD, CHECK, MONITOR), survived(MILD)))
    assert kept.requirements == {
        "ETSI-014-5.4-06": {"key-twice": {"standard": [CHECK, MONITOR]}},
        "ETSI-014-5.4-07": {"key-raced": {"standard": []}},
    }
    hard, mild = (
        kept.proof("ETSI-014-5.4-06", "standard"),
        kept.proof("ETSI-014-5.4-07", "standard"),
    )
    assert (hard.caught, hard.missed, dict(hard.by_check)) == (
        ("key-twice",), (), {CHECK: 1, MONITOR: 1},
    )  # fmt: skip
    assert (mild.caught, mild.missed) == ((), ("key-raced",))


def test_an_effort_that_was_not_tested_has_no_proof_and_thorough_has_that_of_standard():
    kept = merged(NOTHING, a_selftest(caught(HARD), caught(MILD)))
    assert kept.proof("ETSI-014-5.4-06", "quick") is None
    assert kept.proof("ETSI-014-5.4-06", "thorough").caught == ("key-twice",)
    assert kept.proof("ETSI-014-6.1-01", "standard").caught == ()


def test_what_was_not_judged_leaves_what_was_known():
    before = merged(NOTHING, a_selftest(caught(HARD), caught(MILD)))
    after = merged(before, a_selftest(caught(HARD, MONITOR), crashed(MILD)))
    assert after.requirements["ETSI-014-5.4-06"]["key-twice"]["standard"] == [MONITOR]
    assert after.requirements["ETSI-014-5.4-07"] == before.requirements["ETSI-014-5.4-07"]


def test_a_fault_that_is_no_more_is_forgotten():
    before = merged(NOTHING, a_selftest(caught(HARD), caught(MILD)))
    after = merged(before, a_selftest(caught(HARD), known=(HARD,), selected=(HARD,)))
    assert set(after.requirements) == {"ETSI-014-5.4-06"}


def test_the_file_does_not_depend_on_who_ran_what_when():
    one = merged(NOTHING, a_selftest(caught(HARD, MONITOR, CHECK), caught(MILD)))
    two = merged(NOTHING, a_selftest(caught(MILD), caught(HARD, CHECK, MONITOR)))
    assert json.dumps(one.as_json()) == json.dumps(two.as_json())


def test_the_file_that_is_shipped_is_as_it_would_be_written():
    text = resources.files("qonform.strength").joinpath(FILE_NAME).read_text("utf-8")
    assert text == json.dumps(load().as_json(), indent=1) + "\n"
