"""`qonform diff`: what changed between two runs."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from click.testing import CliRunner

from qonform.cli import commands
from qonform.practice.comparing import Change, compare

FAILED = {"verdict": "fail", "checks": [{"verdict": "fail", "message": "it is wrong"}]}
WAIVED = FAILED | {"verdict": "waived", "waiver": {"reason": "known", "expires": "2030-01-01"}}
HELD = {"verdict": "pass", "checks": []}
OPEN = {"verdict": "inconclusive", "reason": "no key", "checks": []}
UNTESTED = {"verdict": "not_tested", "reason": "not selected in this run", "checks": []}
DOES_NOT_APPLY = {"verdict": "not_applicable", "reason": "not claimed", "checks": []}


def run(row=None, level="shall", **about):
    rows = [] if row is None else [{"id": "X-01", "profile": "p", "level": level} | row]
    run_ = {
        "qonform_version": "1", "profiles": ["p"], "effort": "standard", "catalogues": {"p": "1"},
        "selection": {"requirements": [], "levels": []},
    }  # fmt: skip
    return {
        "implementation": {"supplier": "A", "name": "K", "version": "1"},
        "run": run_ | about, "requirements": rows, "complete": "interrupted" not in about,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "change", "breaks"),
    [
        (HELD, FAILED, Change.NEW, True),
        (OPEN, FAILED, Change.NEW, True),
        (None, FAILED, Change.NEW, True),
        (WAIVED, FAILED, Change.NEW, True),
        (HELD, WAIVED, Change.NEW, False),
        (FAILED, FAILED, Change.STILL, False),
        (FAILED, WAIVED, Change.STILL, False),
        (WAIVED, WAIVED, Change.STILL, False),
        (FAILED, HELD, Change.FIXED, False),
        (WAIVED, HELD, Change.FIXED, False),
        (HELD, OPEN, Change.GONE, False),
        (HELD, None, Change.GONE, False),
        (FAILED, UNTESTED, Change.GONE, False),
        (HELD, DOES_NOT_APPLY, Change.GONE, False),
        (OPEN, HELD, Change.DECIDED, False),
        (UNTESTED, HELD, Change.DECIDED, False),
        (None, HELD, Change.DECIDED, False),
        (HELD, HELD, None, False),
        (OPEN, UNTESTED, None, False),
        (OPEN, DOES_NOT_APPLY, None, False),
    ],
)
def test_each_turn_has_its_kind(before, after, change, breaks):
    comparison = compare(run(before), run(after))
    assert [d.change for d in comparison.differences] == ([change] if change else [])
    assert comparison.breaks is breaks


@pytest.mark.parametrize("level", ["should", "may"])
def test_what_is_not_mandatory_breaks_nothing(level):
    comparison = compare(run(HELD, level), run(FAILED, level))
    assert comparison.of(Change.NEW)
    assert not comparison.breaks


def test_what_makes_runs_hard_to_compare_is_said():
    other = run(effort="quick", catalogues={"p": "2"}, interrupted="stopped", errors=["x"])
    said = "\n".join(compare(run(), other).caveats)
    for part in (
        "efforts: standard, then quick",
        "catalogues of p",
        "incomplete: stopped",
        "faults",
    ):
        assert part in said
    assert compare(run(), run()).caveats == ()


def diff(*arguments):
    return CliRunner().invoke(commands, ["diff", *map(str, arguments)])


def test_a_new_failure_is_exit_1_and_named(good_run, failed_run, save):
    ended = diff(save(good_run, "a.json"), save(failed_run, "b.json"))
    assert ended.exit_code == 1
    new = ended.output.split("new failures")[1].split("still failing")[0]
    assert "ETSI-014-5.4-02 (etsi-014, shall, pass -> fail) the KME gave a key to an SAE" in new
    assert "ETSI-014-6.4-05 (etsi-014, shall, pass -> waived)" in new
    assert "ETSI-014-6.2-22 (etsi-014, shall, pass -> inconclusive) needs a client" in ended.output


def test_the_other_way_round_is_fixed_and_exit_0(good_run, failed_run, save):
    ended = diff(save(failed_run, "a.json"), save(good_run, "b.json"))
    assert ended.exit_code == 0
    assert "new failures" not in ended.output
    fixed = ended.output.split("fixed")[1]
    assert "ETSI-014-5.4-02 (etsi-014, shall, fail -> pass)" in fixed


def test_a_run_and_itself_differ_in_nothing(good_run, save):
    path = save(good_run)
    ended = diff(path, path)
    assert (ended.exit_code, ended.output) == (0, "no difference\n")


def test_json_says_the_same(good_run, failed_run, save):
    paths = save(good_run, "a.json"), save(failed_run, "b.json")
    ended = diff(*paths, "--json")
    assert ended.exit_code == 1
    told = json.loads(ended.stdout)
    assert {d["id"] for d in told["differences"] if d["breaks"]} == {
        r["id"] for r in failed_run["requirements"]
        if r["verdict"] == "fail" and r["level"] == "shall"
    }  # fmt: skip


def test_what_is_no_results_file_is_one_line_and_2(tmp_path, good_run, save):
    (tmp_path / "b.json").write_text("{")
    ended = diff(save(good_run), tmp_path / "b.json")
    assert ended.exit_code == 2
    assert len(ended.output.splitlines()) == 1
    assert "b.json" in ended.output


def test_a_message_does_not_command_the_terminal(good_run, failed_run, save):
    for row in failed_run["requirements"]:
        for check in row["checks"]:
            check["message"] = "\x1b[2Jgone\nnew failures: 0"
    ended = diff(save(good_run, "a.json"), save(failed_run, "b.json"))
    assert "\x1b" not in ended.output
    assert "\nnew failures: 0" not in ended.output


def test_results_are_not_changed(good_run, failed_run):
    before = deepcopy(good_run)
    compare(good_run, failed_run)
    assert good_run == before
