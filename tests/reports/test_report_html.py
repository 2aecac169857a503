"""The page: what it says, that it is one file, and that it stays small."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from itertools import pairwise

import pytest
from report_samples import SAMPLES, cut_short, failing, large, passing, undecided

from qonform_report import render_html
from qonform_report.page import page

MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=SAMPLES)
def any_page(request):
    return render_html(SAMPLES[request.param]())


def test_no_request_leaves_the_page(any_page):
    links = re.findall(r'(?:src|href|action|poster|data|srcset)="([^"]*)"', any_page)
    assert links
    assert all(link.startswith(("#", "data:image/svg+xml,")) for link in links)
    style = re.search("<style>(.*?)</style>", any_page, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(any_page):
    policy = re.search('Content-Security-Policy" content="([^"]*)"', any_page)[1]
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", any_page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r'\s(style|on\w+)="', any_page)


def test_anchors_are_permanent_unique_and_all_there(any_page):
    ids = re.findall(r'\sid="([^"]*)"', any_page)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"?][^"]*)"', any_page)
    assert set(targets) <= set(ids)
    assert "etsi-014/ETSI-014-5.4-02" in ids


def test_the_verdict_is_the_sentence_of_the_summary_and_never_a_score(any_page):
    assert "%" not in re.sub("<(style|script|head).*?</\\1>", "", any_page, flags=re.DOTALL)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sentence_is_that_of_the_summary(name):
    results = SAMPLES[name]()
    assert f'<p class="sentence">{results["summary"]["sentence"]}</p>' in render_html(results)


def test_headings_go_down_one_step_at_a_time(any_page):
    levels = [int(level) for level in re.findall(r"<h([1-6])", any_page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_an_incomplete_run_says_so_before_anything_else():
    html = render_html(cut_short())
    assert html.index("Incomplete run.") < html.index('class="certificate')
    assert "stopped from the keyboard after 14.2 s" in html
    assert "(incomplete run)</title>" in html
    assert "Incomplete run." not in render_html(failing())


def test_a_run_with_complete_false_and_no_reason_is_incomplete_too():
    results = passing()
    results["complete"] = False
    assert "Incomplete run." in render_html(results)


def test_a_failing_row_opens_to_everything_there_is():
    row = _row(render_html(failing()), "ETSI-014-5.4-02")
    for part in (
        "A third SAE at the KME that holds the key asks for it",
        "401, and no key in the body",
        "200 OK with the key that sae-1 had drawn for sae-2",
        "POST /api/v1/keys/sae-1/dec_keys",
        "2. sae-3 at kme-b: Get key with key IDs, k1 of sae-1",
        "no. 153 in the log",
        "Content-Type: application/json",
        "curl --cacert certs/ca.pem",
        "qonform replay results.json#ETSI-014-5.4-02",
        "etsi014.fetching.a_stranger_is_refused",
        "explicit in the text",
        "clause 5.4",
    ):
        assert part in row
    assert row.count('<div class="sides">') == 3


def test_a_waived_row_names_the_waiver():
    row = _row(render_html(failing()), "ETSI-014-6.4-05")
    assert "tracked as KME-812, until 2027-03-31" in row


def test_what_was_not_decided_stands_there_with_the_reason():
    html = render_html(undecided())
    section = html[html.index('<h2 id="undecided">') :]
    assert "the key store of the target has run dry" in section
    assert "not observable from outside: secure operation is a matter of audit" in section


def test_coverage_counts_what_was_decided_of_what_applies():
    by_clause = {
        clause.name: clause.coverage.words for clause in page(failing()).profiles[0].clauses
    }
    assert list(by_clause) == [
        "3.1", "4", "5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "6.4", "6.5",
    ]  # fmt: skip
    assert by_clause["4"] == "8 of 13 shall decided"
    assert by_clause["6.2"] == "17 of 19 shall decided"


@pytest.mark.parametrize("empty", ["requirements", "observations", "statistics"])
def test_a_run_that_found_nothing_still_has_a_page(empty):
    results = passing()
    results[empty] = []
    if empty == "requirements":
        for counts in (results["summary"]["counts"], *results["summary"]["by_level"].values()):
            counts.update(dict.fromkeys(counts, 0))
    for optional in ("target", "advertised", "claims"):
        del results[optional]
    assert "<h1" in render_html(results)


def test_a_large_report_fits_in_a_megabyte():
    html = render_html(large(requirements=600, failures=100))
    size = len(html.encode())
    assert size < MEGABYTE
    assert "more characters in results.json" in html


def test_failures_show_their_exchange_before_anything_else_does():
    results = large()
    for requirement in results["requirements"]:
        if requirement["verdict"] == "pass":
            requirement["checks"][0]["evidence"] = failing()["requirements"][0]["checks"][0][
                "evidence"
            ]
    html = render_html(results)
    assert _row(html, "ETSI-014-3.1-01").count('<div class="sides">') > 0


def test_text_has_the_contrast_that_wcag_aa_asks_for():
    style = re.search("<style>(.*?)</style>", render_html(passing()), re.DOTALL)[1]
    pairs = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", style))
    colours = {name: pair.split(", ") for name, pair in pairs.items()}
    inks = [name for name in colours if name not in {"paper", "sheet", "well", "line", "strong"}]
    assert len(inks) == 10
    for theme in (0, 1):
        for ink in inks:
            for ground in ("paper", "sheet", "well"):
                ratio = _contrast(colours[ink][theme], colours[ground][theme])
                assert ratio >= 4.5, (ink, ground, theme, ratio)


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _row(html, requirement):
    body = html.index(f'id="etsi-014/{requirement}"')
    return html[html.rindex("<li data-v", 0, body) : html.index("</details></li>", body)]


def test_an_open_point_says_how_far_the_text_goes():
    told = [o["text"] for o in passing()["observations"] if "text" in o]
    shown = unescape(render_html(passing()))
    assert told
    assert all(text in shown for text in told)


def test_a_failed_requirement_says_why_it_matters_and_what_it_usually_is():
    shown = unescape(render_html(failing()))
    row = next(r for r in failing()["requirements"] if r["id"] == "ETSI-014-5.4-02")
    assert row["why"] in shown
    assert all(cause in shown for cause in row["causes"])


def test_the_error_bound_of_all_judged_tests_together_is_told():
    assert "in at most one run of 3,333" in render_html(passing())
    results = passing()
    for test in results["statistics"]:
        test.pop("error_bound", None)
    assert "share one error bound" not in render_html(results)


def test_a_test_that_is_not_judged_never_looks_failed():
    *_, judged, ids = page(passing()).statistics
    assert judged.meaning == "undecided: 81,920 more bits could decide"
    assert (ids.key, ids.meaning) == ("inconclusive", "not so, and not judged: nothing demands it")
    assert (
        page(passing())
        .statistics[0]
        .meaning.endswith("would have found ones with a share of 0.5 ± 0.011")
    )


def row_of(page_text, id_):
    return re.search(rf'id="etsi-014/{re.escape(id_)}">.*?</details>', page_text, re.DOTALL)[0]


def test_a_row_says_how_well_its_checks_are_proven():
    shown = render_html(failing())
    assert "<dt>its checks</dt><dd>caught 4 of 4 seeded faults</dd>" in row_of(
        shown, "ETSI-014-5.4-02"
    )
    assert "no seeded fault breaks it yet" in row_of(shown, "ETSI-014-6.1-01")


def test_a_row_of_an_older_run_says_nothing_of_it():
    results = failing()
    for requirement in results["requirements"]:
        requirement.pop("seeded_faults", None)
    assert "<dt>its checks</dt>" not in render_html(results)


def test_what_could_not_be_paid_stands_beside_what_was_spent():
    results = undecided()
    step = {"check": "etsi014.races.x", "profile": "etsi-014", "effort": "quick", "key_bits": 1024}
    results["run"]["plan"] = {
        "key_bits": 5120, "shortening_bits": 1024, "checks": 60, "rounds": 3,
        "left_out": [step, step], "reduced": [step],
    }  # fmt: skip
    facts = {fact.name: fact.value for fact in page(results).spent}
    assert facts["foreseen at most"] == "5,120 bits, and 1,024 more to make short what fails"
    assert facts["left out for want of key"] == "2 checks, for up to 2,048 bits more"
    assert facts["with less effort for want of key"] == "1 check"
    assert facts["chance was tried"] == "3 times, with as many seeds"


def test_each_check_says_what_it_drew():
    results = passing()
    results["requirements"][0]["checks"][0]["key_bits"] = 512
    assert "512 bits of key" in render_html(results)
