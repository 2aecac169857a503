"""summary.md: a CI job's page."""

from __future__ import annotations

from report_samples import cut_short, failing, large, passing

from qonform_report import render_summary
from qonform_report.markdown import MOST_ROWS


def test_failures_come_first_with_clause_expected_and_actual():
    text = render_summary(failing())
    lines = text.splitlines()
    assert lines[0] == "## ❌ Acme KME 2.1: not conforming"
    assert "6 shall requirements failed" in text
    first = next(line for line in lines if line.startswith("| **ETSI-014"))
    assert "ETSI-014-5.4-02" in first
    assert "clause 5.4" in first
    assert "401, and no key in the body" in first
    assert "200 OK with the key" in first
    assert text.index("6 failed shall") < text.index("1 warning") < text.index("left undecided")
    assert text.index("2 shall left undecided") < text.index("8 shall not tested")
    assert text.index("8 shall not tested") < text.index("how to repeat it")


def test_it_says_what_was_spent_and_how_to_repeat_it():
    text = render_summary(passing())
    assert "182,272 key bits, 712 keys, 1,934 requests, 61 connections in 41.7 s" in text
    assert text.rstrip().endswith(
        "```sh\nqonform run --target qonform.toml --profile etsi-014 --seed 20261124\n```"
    )


def test_a_conforming_run_has_no_list_of_failures():
    text = render_summary(passing())
    assert text.startswith("## ✅")
    assert "failed shall" not in text
    assert "warning" not in text


def test_an_incomplete_run_is_marked():
    text = render_summary(cut_short())
    assert "> [!WARNING]\n> **Incomplete run:** stopped from the keyboard after 14.2 s." in text
    assert "Faults of the suite itself" in text
    conforming = passing()
    conforming["complete"] = False
    assert render_summary(conforming).startswith("## ⚠️")


def test_long_lists_are_cut_and_say_so():
    text = render_summary(large())
    assert f"and {89 - MOST_ROWS} more, in index.html." in text
    assert len(text.encode()) < 100_000


def test_a_failure_says_how_well_its_checks_are_proven():
    assert "<br>its checks: caught 4 of 4 seeded faults |" in render_summary(failing())
