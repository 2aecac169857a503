"""junit.xml, read back as a CI server reads it: a failed case never counts as passed."""

from __future__ import annotations

from collections import Counter

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from report_samples import SAMPLES, cut_short, failing, passing

from qonform_report import render_html, render_junit, render_summary


def cases(results):
    report = JUnitXml.fromstring(render_junit(results).encode())
    return [case for suite in report for case in suite]


def kinds(results):
    return Counter(type(case.result[0]) if case.result else None for case in cases(results))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_has_the_counts_of_the_summary(name):
    results = SAMPLES[name]()
    counts, shall = results["summary"]["counts"], results["summary"]["by_level"]["shall"]
    seen = kinds(results)
    assert seen[Failure] == shall["fail"]
    assert seen[None] == counts["pass"] + counts["fail"] - shall["fail"]
    undecided = ("inconclusive", "not_applicable", "waived", "not_tested")
    assert seen[Skipped] == sum(counts[verdict] for verdict in undecided)

    page = render_html(results)
    of_rows = {
        "pass": counts["pass"],
        "fail": shall["fail"],
        "warning": counts["fail"] - shall["fail"],
        **{verdict.replace("_", "-"): counts[verdict] for verdict in undecided},
    }
    for key, n in of_rows.items():
        assert page.count(f'<li data-v="{key}"') == n, key

    line = next(line for line in render_summary(results).splitlines() if "**shall**" in line)
    cells = [cell.strip().replace("·", "0") for cell in line.split("|")[2:-1]]
    order = ("pass", "fail", "waived", "inconclusive", "not_tested", "not_applicable")
    assert [int(cell) for cell in cells] == [shall[verdict] for verdict in order]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_totals_of_the_file_are_those_of_its_cases(name):
    results = SAMPLES[name]()
    report = JUnitXml.fromstring(render_junit(results).encode())
    seen = kinds(results)
    assert (report.tests, report.failures, report.errors, report.skipped) == (
        seen.total(),
        seen[Failure],
        seen[Error],
        seen[Skipped],
    )


def test_a_case_is_a_requirement_in_the_suite_of_its_profile():
    results = failing()
    report = JUnitXml.fromstring(render_junit(results).encode())
    assert [suite.name for suite in report] == ["etsi-014"]
    assert [(case.name, case.classname) for case in cases(results)] == [
        (each["id"], each["profile"]) for each in results["requirements"]
    ]


def test_a_failure_tells_clause_expected_actual_exchange_and_replay():
    case = next(each for each in cases(failing()) if each.name == "ETSI-014-5.4-02")
    failure = case.result[0]
    assert failure.message == "the KME gave a key to an SAE that Get key had not named"
    for part in (
        "clause 5.4 (shall)",
        "expected: 401, and no key in the body",
        "actual: 200 OK",
        "due: 401 for an SAE that was not named",
        "[153] sae-3 to kme-b: POST /api/v1/keys/sae-1/dec_keys -> 200 OK",
        "replay: qonform replay results.json#ETSI-014-5.4-02",
    ):
        assert part in failure.text


def test_a_failed_should_passes_and_says_so():
    case = next(each for each in cases(failing()) if each.name == "ETSI-014-5.4-07")
    assert case.result == []
    assert case.system_out.startswith("warning: a should failed")


def test_what_is_skipped_says_why():
    reasons = {each.name: each.result[0].message for each in cases(failing()) if each.is_skipped}
    assert reasons["ETSI-014-6.4-05"] == "waived: tracked as KME-812 (until 2027-03-31)"
    assert reasons["ETSI-014-4-09"].startswith("not tested: not observable from outside")
    assert reasons["ETSI-014-5.1-03"].startswith("inconclusive: needs a client")
    assert reasons["ETSI-014-6.2-15"].startswith("not applicable: ")


def test_faults_of_the_suite_and_an_early_end_are_errors():
    results = [each.result[0] for each in cases(cut_short()) if each.result]
    errors = [result for result in results if isinstance(result, Error)]
    assert [error.message for error in errors] == [
        "stopped from the keyboard after 14.2 s",
        cut_short()["run"]["errors"][0],
    ]


def test_an_incomplete_run_is_never_green():
    results = passing()
    results["complete"] = False
    assert kinds(results)[Error] == 1
