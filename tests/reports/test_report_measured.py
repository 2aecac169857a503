"""What was measured, on the page: drawn, and the same in words and numbers."""

import math
import re
from xml.etree import ElementTree

import pytest
from measured_sample import measurements
from report_samples import failing, measured, passing

from qonform_report import render_html
from qonform_report.chart import MOST_POINTS, across, even_ticks, linear, path, thinned, up
from qonform_report.correlations import matrices
from qonform_report.fidelity_chart import fidelity_course
from qonform_report.measured import keys, links
from qonform_report.sequence import MOST_EXCHANGES, sequence
from qonform_report.waits import short_time, waits

SVG = re.compile(r'<svg[^>]*role="img".*?</svg>', re.DOTALL)


@pytest.fixture(scope="module")
def page():
    return render_html(measured())


def drawings(page):
    """Ours, so that the plain parser will do."""
    return [ElementTree.fromstring(found) for found in SVG.findall(page)]  # noqa: S314


def test_every_drawing_is_well_formed_and_has_a_title_and_a_description(page):
    drawn = drawings(page)
    assert len(drawn) >= 4
    for svg in drawn:
        named = svg.attrib["aria-labelledby"].split()
        told = {e.attrib["id"]: e.text for e in svg if e.tag in {"title", "desc"}}
        assert list(told) == named
        assert all(told.values())


def test_names_on_a_page_are_given_once(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_drawing_has_numbers_only_where_it_is_drawn(page):
    for found in SVG.findall(page):
        for drawn in re.findall(r'\sd="([^"]*)"', found):
            assert re.fullmatch(r"[MLHVZl0-9. eE+-]+", drawn)


def test_what_is_drawn_is_also_said(page):
    assert "After 243 pairs the fidelity is 0.950, between 0.933 and 1.000." in page
    assert "pass: reached" in page
    assert "fail: not reached" in page
    assert '<th scope="row">node-a to node-b</th><td class="number">2,000 pairs/s</td>' in page
    assert "253,438 bit/s" in page


def test_a_report_of_old_has_no_such_part():
    page = render_html(passing())
    assert 'id="links"' not in page
    assert 'id="keys"' not in page


def test_parts_that_are_empty_are_left_out():
    results = measured()
    results["measurements"] = {
        "links": {"offers": [], "correlations": [], "fidelity": [], "rates": [], "waits": []},
        "keys": {"waits": [], "rates": []},
    }
    assert links(results).waits is None
    assert keys(results).waits is None
    assert "Correlations" not in render_html(results)


def test_a_fidelity_that_failed_is_said_to_have():
    (course,) = measurements()["links"]["fidelity"]
    course["points"][-1].update(fail_log10=7.25, pass_log10=-300.0)
    passes, fails = fidelity_course(course, 1).sides
    assert (passes.look.word, fails.look.word) == ("pass: not reached", "fail: reached")
    assert "10^7.2," in fails.words


def test_a_fidelity_without_an_estimate_is_drawn_by_its_bounds():
    (course,) = measurements()["links"]["fidelity"]
    for point in course["points"]:
        point["estimate"] = None
    drawn = fidelity_course(course, 1)
    assert "not known" in drawn.sentence
    assert drawn.charts[0].curves == ()


def test_a_matrix_has_an_axis_of_the_node_that_was_asked_in_each_row():
    measure, keep = matrices(measurements()["links"]["correlations"])
    (state,) = measure.states
    assert state.columns == ("X", "Y", "Z")
    assert [axis for axis, _ in state.rows] == ["X", "Y", "Z", "(Z+X)/√2"]
    assert state.rows[0][1][1].estimate == "+0.10"
    assert state.rows[3][1][0] is None
    assert (state.rows[1][1][1].key, state.rows[1][1][1].ideal) == ("minus-4", "\u22121.00")
    assert keep.states[0].state == "PSI_PLUS"


def test_times_that_are_no_time_are_drawn_all_the_same():
    wait = {"of": "x", "profile": "p", "cases": 2, "points": [{"share": 0, "s": -1}]}
    wait["points"].append({"share": 1, "s": 1e300})
    drawn = waits([wait], "w", "t")
    assert drawn.chart.curves[0].path == "M46 180H350V12"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 µs"), (0.0001804, "180 µs"), (0.0027, "2.7 ms"), (0.9999, "1 s"), (12.34, "12.3 s")],
)
def test_times_have_few_digits(seconds, shown):
    assert short_time(seconds) == shown


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.5, 1), (0, 243), (-12, 100), (0, 1e9)])
def test_ticks_are_few_and_within(low, high):
    ticks = even_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert low <= ticks[0] < ticks[-1] <= high


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e308])
def test_what_cannot_be_drawn_stays_within_the_plot(value):
    assert 46 <= across(0, 1)(value) <= 350
    assert 12 <= up(0, 0)(value) <= 180
    assert linear(0, 1, 5, 5)(value) == 5


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    points = [(float(n), float(n)) for n in range(10_000)]
    kept = thinned(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) <= MOST_POINTS + 1
    assert path(points[:2], across(0, 1), up(0, 1)) == "M46 180L350 12"


def exchange(client, node, asked, came, at_s=0.0, took_ms=0.0):
    return {
        "number": 1,
        "at_s": at_s,
        "duration_ms": took_ms,
        "client": client,
        "node": node,
        "transport": "grpc",
        "request": {"summary": asked},
        "reply": {"summary": came},
    }


def one_sided():
    return [
        exchange("app-1", "node-a", "x.LinkLayer/Create", "OK", 1.0, 2.0),
        exchange("app-1", "node-a", "x.LinkLayer/Subscribe", "event 7, node-a/4: pair 3", 1.005),
        exchange("app-2", "node-b", "x.LinkLayer/Subscribe", "event 9, node-a/4: done", 1.001),
    ]


def test_a_sequence_has_each_node_between_its_clients_and_messages_in_the_order_of_time():
    drawn = sequence(one_sided(), "x")
    assert [lane.name for lane in drawn.lanes] == ["app-1", "node-a", "node-b", "app-2"]
    assert [(arrow.at, arrow.label) for arrow in drawn.arrows] == [
        ("+0.0 ms", "Create"),
        ("+1.0 ms", "node-a/4: done"),
        ("+2.0 ms", "OK"),
        ("+5.0 ms", "node-a/4: pair 3"),
    ]
    assert drawn.arrows[0].start < drawn.arrows[0].end
    assert drawn.arrows[2].start > drawn.arrows[2].end


def test_two_parties_need_no_diagram_and_too_many_get_none():
    two = exchange("sae-1", "kme-a", "POST /api/v1/keys/sae-2/enc_keys?x=1", "200 OK")
    assert sequence([two, two, two], "x") is None
    assert sequence([{**two, "client": f"c{n}"} for n in range(9)], "x") is None
    third = {**two, "client": "sae-2", "node": "kme-b"}
    assert sequence([two, third], "x") is None
    assert sequence([two, third, two], "x").arrows[0].label == "POST enc_keys"


def test_a_long_history_is_drawn_from_its_end():
    drawn = sequence(one_sided() * 20, "x")
    assert len(drawn.arrows) <= 2 * MOST_EXCHANGES


def test_only_failures_are_drawn():
    assert 'class="sequence"' in render_html(failing())
    assert 'class="sequence"' not in render_html(passing())


def test_a_page_about_links_does_not_speak_of_keys_alone():
    results = measured()
    for profiles, said, unsaid in (
        (["qinet-links"], "how pairs are made", "how keys are made"),
        (["etsi-014"], "how keys are made", "how pairs are made"),
    ):
        results["run"]["profiles"] = profiles
        page = render_html(results)
        assert said in page
        assert unsaid not in page
