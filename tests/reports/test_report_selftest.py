"""The page of a self-test: survivors first, whole, quiet; nothing from outside acts."""

from __future__ import annotations

import json
import re
from copy import deepcopy

import pytest
from selftest_samples import FAULTS, SAMPLES, cut_short, leaking, whole

from qonform_report import (
    UnusableResultsError,
    render_selftest,
    render_selftest_summary,
    write_selftest,
)
from qonform_report.selftest_page import selftest_page

FILES = {"selftest.html", "selftest.md", "selftest.json"}


@pytest.fixture(params=SAMPLES)
def any_page(request):
    return render_selftest(SAMPLES[request.param]())


def text_of(page):
    return re.sub(r"<(style|script|svg)\b.*?</\1>", "", page, flags=re.DOTALL)


def test_survivors_come_first_those_of_a_shall_on_top():
    page = text_of(render_selftest(leaking()))
    said = [page.index(f'<p class="what">{start}') for start in ("<code>number", "Requests at one")]
    assert said == sorted(said)
    assert said[-1] < page.index('id="matrix"') < page.index('id="faults"')
    survivors = page[said[0] : page.index('id="matrix"')]
    assert "the key store of the target has run dry" in survivors
    assert "ETSI-014-6.2-01" in survivors
    assert "A bit of each key differs" not in survivors


def test_a_false_alarm_stands_above_all():
    page = text_of(render_selftest(leaking()))
    assert page.index("False alarms") < page.index("Networks that lie")


def test_every_fault_is_in_the_matrix_and_in_the_list(any_page):
    for name in FAULTS:
        assert any_page.count(f'href="#fault/{name}"') >= 1
        assert any_page.count(f'id="fault/{name}"') == 1


def test_the_matrix_tells_what_failed_what_did_not_and_what_else_did():
    (group,) = [g for g in selftest_page(leaking()).groups if g.title == "Clause 5.4"]
    assert [column.short for column in group.columns] == ["5.4-01", "5.4-06", "5.4-07"]
    marks = {line.fault.name: [m.key for m in line.marks] for line in group.lines}
    assert marks == {
        "slave-bit-differs": ["caught", "beside", "none"],
        "raced-key-twice": ["none", "none", "missed"],
    }
    assert group.words == "1 of 2 faults caught"


def test_a_fault_that_was_not_judged_is_no_miss():
    lines = {line.fault.name: line for g in selftest_page(cut_short()).groups for line in g.lines}
    assert [mark.key for mark in lines["number-ignored"].marks] == ["open"]


def test_what_a_fault_cost_is_told():
    fault = selftest_page(whole()).groups[0].lines[0].fault
    assert (fault.drawn, fault.requests, fault.took) == ("48 kbit", "1,704", "2.5 s")


def test_a_check_that_caught_nothing_and_a_requirement_that_nothing_breaks_are_listed():
    page = selftest_page(whole())
    assert [check.id for check in page.idle] == ["monitors.identifiers"]
    assert [each.id for each in page.unbroken] == ["ETSI-014-5.4-06", "ETSI-014-6.5-03"]
    text = text_of(render_selftest(whole()))
    assert text.index("Caught nothing") < text.index("monitors.identifiers</code> <span>Looks")


def test_an_incomplete_one_says_so():
    assert "Incomplete" in text_of(render_selftest(cut_short()))
    assert "**Incomplete:**" in render_selftest_summary(cut_short())
    assert "Incomplete" not in text_of(render_selftest(whole()))


def test_no_request_leaves_the_page(any_page):
    links = re.findall(r'(?:src|href|action|data|srcset)="([^"]*)"', any_page)
    assert all(link.startswith(("#", "data:image/svg+xml,")) for link in links)
    assert "url(" not in re.search("<style>(.*?)</style>", any_page, re.DOTALL)[1]
    assert not re.search(r'\s(style|on\w+)="', any_page)


def test_anchors_are_unique_and_all_there(any_page):
    ids = re.findall(r'\sid="([^"]*)"', any_page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"?][^"]*)"', any_page)) <= set(ids)


def test_what_a_server_said_cannot_act():
    selftest = leaking()
    selftest["faults"][1]["said_instead"][0]["message"] = "<script>alert(1)</script>\u202e"
    page = render_selftest(selftest)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "<script>" not in render_selftest_summary(selftest)


def test_no_page_has_a_score(any_page):
    assert "%" not in re.sub("<head.*?</head>", "", text_of(any_page), flags=re.DOTALL)


def test_the_summary_has_a_row_for_each_fault_and_names_survivors():
    summary = render_selftest_summary(leaking())
    for name in FAULTS:
        assert f"| {name} |" in summary
    assert summary.index("## Survivors") < summary.index("| fault |")
    assert "- **number-ignored** (shall)" in summary


@pytest.mark.parametrize("name", SAMPLES)
def test_three_files_are_written_together_the_last_member_is_complete(tmp_path, name):
    selftest = SAMPLES[name]()
    before = deepcopy(selftest)
    assert write_selftest(selftest, tmp_path / "a") == tmp_path / "a" / "selftest.html"
    assert {p.name for p in (tmp_path / "a").iterdir()} == FILES
    assert selftest == before
    found = json.loads((tmp_path / "a" / "selftest.json").read_text())
    assert list(found)[-1] == "complete"
    assert found == selftest


def test_what_breaks_the_schema_is_not_written(tmp_path):
    selftest = whole()
    selftest["faults"][0]["outcome"] = "killed"
    with pytest.raises(UnusableResultsError, match=r"faults\[0\]\.outcome"):
        write_selftest(selftest, tmp_path)
    with pytest.raises(UnusableResultsError, match="not a self-test"):
        write_selftest({**whole(), "schema": "urn:qonform:results:1"}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_a_run_over_links_drew_is_told_in_pairs():
    selftest = leaking()
    run = selftest["faults"][0]["run"]
    for amounts, said in (
        ({"key_bits": 0, "pairs": 2_050}, "2,050 pairs"),
        ({"key_bits": 47_616, "pairs": 1}, "48 kbit and 1 pair"),
        ({"key_bits": 0, "pairs": 0}, "0 kbit"),
    ):
        run.update(amounts)
        assert said in render_selftest(selftest)
