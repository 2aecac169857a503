"""What is measured beside the verdicts: counts, rates and times, and no pair by itself."""

import json
import math
import random
from dataclasses import replace

import pytest
from link_exchanges import PROFILE, Story
from pairs import KETS, density, mean

from qonform.exchanges import Exchange, Message
from qonform.judging import PairEvidence
from qonform.monitors.key_figures import KeyFigures
from qonform.monitors.link_figures import LinkFigures
from qonform.monitors.pair_figures import POINTS, correlations, fidelity_course, ideal
from qonform.monitors.spans import SHARES, covered_s, distribution
from qonform.ports.entanglement import Axis, Delivery, Link, PairType, RequestKey, Rotation
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Failed
from qonform.ports.secret import KeyMaterial

LINK = Link("a", "b", frozenset({PairType.MEASURE}), 0.93, 10, 64, 0.95, 100.0)
AXES = (Axis.X, Axis.Y, Axis.Z)


def sample(story):
    return list(story.shown_to(PairEvidence()).sample())


def figures(story, step=0.15, speed=1.0):
    evidence = story.shown_to(PairEvidence())
    return story.shown_to(LinkFigures(evidence)).as_json(step, speed)


def measured(number, errors=0.05, min_fidelity=0.9):
    """Pairs in PSI_MINUS, at X, Y and Z in turn."""
    rng, story = random.Random(3), Story()
    story.asked("a", "GetLink", None, Delivered(LINK, 0)).accepts("b")
    story.creates(number=number, min_fidelity=min_fidelity)
    for at in range(number):
        one = rng.randrange(2)
        both = one, one ^ (rng.random() >= errors)
        story.pair(at, both, at_s=1.0 + at / 50, axis=AXES[at % 3])
    return story


def test_the_ideal_of_a_state_is_that_of_quantum_mechanics():
    for state in KETS:
        for one in Axis:
            for other in Axis:
                exact = mean(density(state), one, other)
                assert ideal(state, one, other) == pytest.approx(exact, abs=1e-12)


def test_correlations_are_counts_with_an_interval_about_the_estimate():
    told = correlations(sample(measured(300)))

    assert [each["axes"] for each in told] == [["X", "X"], ["Y", "Y"], ["Z", "Z"]]
    for each in told:
        assert each["pairs"] == 100
        assert each["estimate"] == pytest.approx(2 * each["equal"] / 100 - 1)
        assert each["low"] < each["estimate"] < each["high"] < 0
        assert each["ideal"] == -1


def test_an_axis_without_a_name_and_an_outcome_that_is_none_are_left_out():
    story = Story().accepts("b").creates()
    for at in range(0, 20, 2):
        story.pair(at, axis=Rotation(0.1, 0.2, 0.3)).pair(at + 1, (0, 7))

    assert correlations(sample(story)) == []


def test_of_few_pairs_no_correlation_is_told():
    assert correlations(sample(measured(12))) == []
    assert [each["pairs"] for each in correlations(sample(measured(15)))] == [5, 5, 5]


def test_the_course_of_a_fidelity_ends_with_all_pairs_and_is_short():
    (course,) = fidelity_course(sample(measured(300, errors=0.02)), 0.15, 0.95)
    last = course["points"][-1]

    assert (course["asked_for"], course["mark"]) == (0.9, pytest.approx(0.8))
    assert last["pairs"] == 300
    assert last["low"] < last["estimate"] < last["high"] <= 1
    assert last["pass_log10"] > course["passes_at_log10"]
    assert last["fail_log10"] < course["fails_at_log10"]
    assert len(course["points"]) <= POINTS + 1


def test_a_course_that_refutes_perfection_is_still_a_number():
    (course,) = fidelity_course(sample(measured(30, errors=1, min_fidelity=1.0)), 0.15, None)

    assert math.isfinite(course["points"][-1]["fail_log10"])
    json.dumps(course, allow_nan=False)


def test_numbers_that_are_none_are_left_out():
    story = measured(60, min_fidelity=math.nan)
    wild = replace(
        LINK, max_min_fidelity=math.nan, pairs_per_second=math.inf, expected_fidelity=math.inf
    )
    story.asked("b", "GetLink", None, Delivered(replace(wild, node="b", remote_node="a"), 0))
    told = figures(story)

    assert told["fidelity"] == []
    assert "max_min_fidelity" not in told["offers"][1]
    assert "promised_per_s" not in told["rates"][1]
    json.dumps(told, allow_nan=False)


def test_without_pairs_there_is_no_course():
    assert fidelity_course([], 0.15, 0.95) == []


def test_a_rate_is_pairs_in_the_time_in_which_requests_were_under_way():
    (rate,) = figures(measured(51), speed=2.0)["rates"]

    assert rate["busy_s"] == pytest.approx(2.0)
    assert rate["per_s"] == pytest.approx(25.5)
    assert rate["within_requests_per_s"] == pytest.approx(50.0)
    assert rate["promised_per_s"] == 200.0


def test_waits_are_told_for_either_end_and_only_where_pairs_are_told_of_one_by_one():
    story = measured(3).creates(create_id=2, delivery=Delivery.WHEN_COMPLETE, at_s=5.0)
    story.pair(9, at_s=9.0, of=RequestKey("a", 2))
    waits = figures(story)["waits"]

    assert [each["cases"] for each in waits] == [1, 1, 1]
    assert [each["points"][-1]["s"] for each in waits] == [1.0, 1.0, pytest.approx(1.04)]


def test_what_a_node_offers_is_told_and_what_it_leaves_out_is_absent():
    (offer,) = figures(measured(1))["offers"]

    assert offer["types"] == ["measure"]
    assert offer["pairs_per_second"] == 100.0
    assert "promised_state" not in offer


def test_where_no_link_was_asked_nothing_is_told():
    assert figures(Story()) == {}


def test_no_pair_is_told_by_itself():
    told = json.dumps(figures(measured(9)))

    assert "outcome" not in told
    assert "sequence" not in told


def test_a_distribution_has_no_more_points_than_cases():
    assert distribution("x", PROFILE, []) is None
    assert [p["s"] for p in distribution("x", PROFILE, [3, 1, 2])["points"]] == [1, 2, 3]
    many = distribution("x", PROFILE, range(1001))
    assert [p["s"] for p in many["points"]] == [round(1000 * share) for share in SHARES]
    assert many["cases"] == 1001


def test_covered_time_counts_once_what_overlaps():
    assert covered_s([(5, 6), (0, 2), (1, 3)]) == 4
    assert covered_s([]) == 0


def key_exchange(call, outcome, at_s, took_ms, profile="etsi-014"):
    nothing = Message("")
    return Exchange(
        1, at_s, took_ms, profile, "rest", "kme-a", "sae-1", nothing, nothing, "",
        call=call, outcome=outcome,
    )  # fmt: skip


def test_keys_are_counted_by_length_and_the_time_of_calls_that_were_served():
    keys = KeyContainer((Key("k", KeyMaterial(bytes(32))), Key("l", KeyMaterial(bytes(32)))))
    asked, fetched = GetKey("sae-1", "sae-2", KeyRequest()), GetKeyWithIds("sae-2", "sae-1", ("k",))
    heard = KeyFigures()
    heard.see(key_exchange(asked, Delivered(keys, 1), 0.0, 250))
    heard.see(key_exchange(asked, Failed("it broke", 1), 1.0, 9_000))
    heard.see(key_exchange(fetched, Delivered(keys, 1), 2.0, 500))
    told = heard.as_json()

    assert told["rates"] == [
        {"profile": "etsi-014", "keys": 2, "bits": 512, "busy_s": 0.25, "bits_per_s": 2048.0}
    ]
    assert [(each["of"], each["points"][0]["s"]) for each in told["waits"]] == [
        ("Get key over etsi-014", 0.25),
        ("Get key with key IDs over etsi-014", 0.5),
    ]


def test_where_no_key_was_served_nothing_is_told():
    assert KeyFigures().as_json() == {}
