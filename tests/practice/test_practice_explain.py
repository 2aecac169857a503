"""`qonform explain`: what is known of one requirement."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from qonform import strength
from qonform.catalogue import load_all
from qonform.cli import commands
from qonform.practice.explaining import explain

CATALOGUE = load_all()


def said(*arguments: str) -> str:
    ended = CliRunner().invoke(commands, ["explain", *arguments])
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_a_requirement_is_explained_whole():
    page = said("ETSI-014-5.4-06")
    requirement = CATALOGUE.requirement("ETSI-014-5.4-06")
    for told in (requirement.statement, requirement.why, requirement.observed_by):
        assert told in page
    assert all(cause in page for cause in requirement.causes)
    assert "etsi014.fetching.a_key_is_delivered_once  (draws at most 1 key)" in page
    assert "A-05" in page


def test_a_check_of_links_costs_pairs():
    page = said("QIA-EGP-OK-01")
    assert "requests.a_request_is_acknowledged_and_served  (draws at most 8 pairs)" in page
    assert "(draws at most 1200 pairs)" in said("QIA-EGP-TIM-01")


def test_what_only_a_monitor_sees_costs_nothing():
    assert "monitors.identifiers  (sends nothing" in said("ETSI-014-3.1-01")


def test_what_cannot_be_tested_says_why():
    assert "Not tested: not observable from outside" in said("ETSI-014-4-10")


@pytest.mark.parametrize("row", CATALOGUE.requirements, ids=lambda r: r.id)
def test_whatever_is_judged_is_judged_by_something(row):
    assert bool(explain(row.id, CATALOGUE).judged_by) is not bool(row.untested_because)


@pytest.mark.parametrize("point", CATALOGUE.observations, ids=lambda o: o.id)
def test_an_open_point_says_how_far_the_text_goes(point):
    page = said(point.id)
    assert point.question in page
    assert point.text in page
    assert point.observed_by in page


def test_open_points_that_a_requirement_bounds_stand_first():
    points = [o.id for o in explain("ETSI-014-6.2-01", CATALOGUE).left_open]
    assert points[:2] == ["A-01", "A-03"]


@pytest.mark.parametrize("id_", ["ETSI-014-5.4-6", "etsi-014-5.4-06", "A-99"])
def test_an_unknown_id_is_one_line_with_the_nearest_known(id_):
    ended = CliRunner().invoke(commands, ["explain", id_])
    assert ended.exit_code == 2
    assert len(ended.output.splitlines()) == 1
    assert id_ in ended.output


def test_it_names_the_seeded_faults_that_were_caught(monkeypatch):
    known = {"ETSI-014-5.4-06": {"key-twice": {"quick": ["a check"]}, "missed": {"quick": []}}}
    monkeypatch.setattr(strength, "load", lambda: strength.Strength({"quick": "0.1"}, known))
    page = said("ETSI-014-5.4-06")
    assert "Seeded faults that its checks have caught\n  key-twice\n" in page
    assert "Seeded faults" not in said("ETSI-014-6.1-01")
