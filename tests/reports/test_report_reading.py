"""A report is read whole or not at all."""

from __future__ import annotations

import json

import pytest
from report_samples import SAMPLES, failing, passing

from qonform_report import (
    UnusableResultsError,
    read,
    render_html,
    render_junit,
    render_summary,
    write,
)


def refused(path):
    with pytest.raises(UnusableResultsError) as caught:
        read(path)
    complaint = str(caught.value)
    assert "\n" not in complaint
    assert complaint.startswith(str(path))
    return complaint


@pytest.fixture
def written(tmp_path):
    write(failing(), tmp_path)
    return tmp_path / "results.json"


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_written_is_read_back(tmp_path, name):
    results = SAMPLES[name]()
    write(results, tmp_path)
    assert read(tmp_path / "results.json") == results


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_anywhere_reads_as_truncated(written, share):
    text = written.read_text()
    written.write_text(text[: int((len(text) - 4) * share)])
    assert "truncated" in refused(written)


def test_a_file_without_complete_reads_as_truncated_and_never_as_a_pass(written):
    results = passing()
    del results["complete"]
    written.write_text(json.dumps(results))
    assert "truncated: it has no member 'complete'" in refused(written)


def test_complete_is_the_last_member(written):
    assert list(json.loads(written.read_text()))[-1] == "complete"


def test_an_incomplete_run_can_be_read(tmp_path):
    write(SAMPLES["cut_short"](), tmp_path)
    assert read(tmp_path / "results.json")["complete"] is False


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "results.json")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\xff\xfe{}", "not UTF-8"),
        (b"<html>not here</html>", "not JSON at line 1, column 1"),
        (b'{"schema": NaN}', "it holds NaN"),
        (b"[]", "the top level is not an object"),
        (b'{"schema": "urn:other:1", "complete": true}', "'schema' is 'urn:other:1'"),
    ],
)
def test_what_is_not_results_is_refused(tmp_path, content, complaint):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    assert complaint in refused(path)


def _misspelt(results):
    results["requirements"][3]["verdict"] = "passed"


def _miscounted(results):
    results["summary"]["counts"]["pass"] += 1


def _miscounted_level(results):
    results["summary"]["by_level"]["shall"]["pass"] -= 1


def _flattered(results):
    results["summary"]["verdict"] = "conforming"


def _twice(results):
    results["requirements"].append(results["requirements"][0])


def _infinite(results):
    results["statistics"][0]["e_value_log10"] = float("inf")


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_misspelt, "breaks the schema at requirements[3].verdict: 'passed' is not one of"),
        (_miscounted, "summary.counts.pass is"),
        (_miscounted_level, "summary.by_level.shall.pass is"),
        (_flattered, "the verdict is conforming, but ETSI-014-"),
        (_twice, "etsi-014/ETSI-014-3.1-01 is listed 2 times"),
    ],
)
def test_results_that_break_their_law_make_no_report(tmp_path, spoil, complaint):
    results = failing()
    spoil(results)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    assert complaint in refused(path)
    for render in (render_html, render_junit, render_summary, lambda r: write(r, tmp_path / "new")):
        with pytest.raises(UnusableResultsError):
            render(results)
    assert not (tmp_path / "new").exists()


def test_infinity_is_not_written(tmp_path):
    results = failing()
    _infinite(results)
    with pytest.raises(UnusableResultsError, match="not JSON"):
        write(results, tmp_path / "new")
    assert not (tmp_path / "new").exists()
