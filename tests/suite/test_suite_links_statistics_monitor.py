"""What the monitor of pairs says of samples that are good, that lie, and that are too small."""

import random

import pytest
from link_exchanges import KNOWN, PROFILE, Story, expired

from qonform.judging import Judge, PairEvidence, Verdict
from qonform.monitors.pair_statistics import (
    PairStatistics,
    asked_for,
    at_common_axes,
    fidelity,
    labels,
    say,
    told,
)
from qonform.ports.entanglement import Axis, Bell, PairType, RequestKey, Rotation, Void
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.result import Evidence, Result
from qonform.statistics.links.result import Verdict as Said

FAIR, PHYSICAL, GOODNESS = "QIA-EGP-MSR-06", "QIA-EGP-MSR-08", "QIA-EGP-FID-03"


def outcomes(rng, axis, errors, state=Bell.PSI_MINUS):
    """Fair outcomes of both ends, which break the state's relation at a share of `errors`."""
    one = rng.randrange(2)
    differ = dict(zip(PAULI_AXES, state.value, strict=True))[axis] < 0
    return one, one ^ differ ^ (rng.random() < errors)


def pairs(number, *, errors=0.03, outcomes=outcomes, story=None, first=0, create_id=1, **ok):
    """So many pairs, at X, Y and Z in turn; the request is made if there is no story."""
    rng = random.Random(7)
    story = story or Story().accepts("b").creates(number=number)
    for at in range(number):
        axis = PAULI_AXES[at % 3]
        both = outcomes(rng, axis, errors)
        story.pair(first + at, both, axis=axis, of=RequestKey("a", create_id), **ok)
    return story


def said(story, known=KNOWN, profile=PROFILE):
    """Verdict by requirement, and what it is said with."""
    found = story.shown_to(PairStatistics(known)).findings(profile)
    return {each.requirement: each for each in found}


def verdicts(story):
    return {requirement: each.verdict for requirement, each in said(story).items()}


def common(story):
    return at_common_axes(story.shown_to(PairEvidence()).sample())


# --- all three ------------------------------------------------------------------------------------


def test_good_pairs_pass():
    assert verdicts(pairs(300)) == dict.fromkeys((FAIR, PHYSICAL, GOODNESS), Verdict.PASS)


def test_each_finding_cites_where_the_last_pairs_were_told_of():
    story = pairs(300)
    last = tuple(range(len(story.exchanges) - 5, len(story.exchanges) + 1))
    assert {each.evidence for each in said(story).values()} == {last}


def test_few_pairs_decide_nothing():
    assert verdicts(pairs(12)) == dict.fromkeys((FAIR, PHYSICAL, GOODNESS), Verdict.INCONCLUSIVE)


def test_without_pairs_nothing_is_said():
    assert not said(Story().accepts("b").creates())
    assert not said(pairs(300, nodes="a"))


def test_nothing_is_said_of_another_profile_or_of_what_was_not_selected():
    known = {PROFILE: frozenset({FAIR}), "etsi-014": frozenset({FAIR})}

    assert not said(pairs(300), known, "etsi-014")
    assert set(said(pairs(300), known)) == {FAIR}


def test_a_finding_tells_the_estimate_its_interval_and_the_number_of_pairs():
    message = said(pairs(300))[GOODNESS].message

    assert message.startswith("goodness 0.9000 on average; fidelity 0.9")
    assert "by 300 pairs" in message
    assert "(limit 10^6.0)" in message


# --- fair outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("biased", PAULI_AXES)
def test_an_end_that_always_sees_one_outcome_is_not_fair(end, biased):
    def stuck(rng, axis, errors):
        both = outcomes(rng, axis, errors)
        if axis is not biased or both[end] == 0:
            return both
        return both[0] ^ 1, both[1] ^ 1

    assert verdicts(pairs(300, outcomes=stuck)) == {
        FAIR: Verdict.FAIL,
        PHYSICAL: Verdict.PASS,
        GOODNESS: Verdict.PASS,
    }


# --- relations that a state can have --------------------------------------------------------------


def test_outcomes_that_are_equal_at_every_axis_are_of_no_state():
    def equal(rng, _axis, _errors):
        return (rng.randrange(2),) * 2

    assert verdicts(pairs(300, outcomes=equal))[PHYSICAL] is Verdict.FAIL


def test_ends_that_differ_about_the_sense_of_y_are_of_no_state():
    def mirrored(rng, axis, errors):
        one, other = outcomes(rng, axis, errors)
        return one, other ^ (axis is Axis.Y)

    assert verdicts(pairs(300, outcomes=mirrored))[PHYSICAL] is Verdict.FAIL


@pytest.mark.parametrize("state", Bell)
def test_each_bell_state_is_physical(state):
    def of_state(rng, axis, errors):
        return outcomes(rng, axis, errors, state)

    found = verdicts(pairs(300, outcomes=of_state, bell_state=state))
    assert set(found.values()) == {Verdict.PASS}


# --- goodness that is no boast --------------------------------------------------------------------


def test_goodness_far_above_the_fidelity_is_a_boast():
    finding = said(pairs(600, errors=0.15, goodness=0.99))[GOODNESS]

    assert finding.verdict is Verdict.FAIL
    assert finding.actual.startswith("goodness 0.9900 on average; fidelity 0.7")


def test_goodness_below_the_fidelity_is_modest():
    assert verdicts(pairs(300, goodness=0.5))[GOODNESS] is Verdict.PASS


def test_of_the_goodness_of_two_ends_the_lower_counts():
    story = pairs(300, errors=0.15, nodes="a", goodness=1.0)
    story = pairs(300, errors=0.15, nodes="b", goodness=0.6, story=story)

    assert verdicts(story)[GOODNESS] is Verdict.PASS


def test_pairs_that_were_declared_void_are_not_held_against_goodness():
    story = pairs(600, errors=0.5, goodness=0.99)
    assert verdicts(story)[GOODNESS] is Verdict.FAIL

    story.ends("b", expired(Void(0, 600)))
    story = pairs(300, errors=0.0, goodness=0.95, story=story, first=600)
    finding = said(story)[GOODNESS]
    assert finding.verdict is Verdict.PASS
    assert "by 300 pairs" in finding.message


# --- which pairs count ----------------------------------------------------------------------------


def test_pairs_at_one_pauli_axis_count():
    story = Story().creates().pair(1, axis=Axis.X).pair(2, axis=Axis.Z_PLUS_X)
    story.pair(3, axis=Rotation(0.0, 0.0, 0.0)).pair(4, nodes="a", axis=Axis.X)
    story.pair(4, nodes="b", axis=Axis.Y).pair(5, axis=Axis.Y, outcomes=(0, 2))

    assert [each.pair.origin.made.sequence for each in common(story)] == [1]


def test_a_pair_breaks_the_relation_of_the_state_that_was_reported():
    story = Story().creates().pair(1, (0, 0), bell_state=Bell.PSI_MINUS)
    story.pair(2, (0, 0), bell_state=Bell.PHI_PLUS)

    assert [each.breaks for each in common(story)] == [True, False]


def test_pairs_count_by_type_and_by_what_was_asked_for():
    story = Story().creates(min_fidelity=0.8).creates(create_id=2, min_fidelity=0.6)
    story.pair(1).pair(2, of=RequestKey("a", 2)).pair(3, of=RequestKey("a", 3))
    story.pair(4, type=PairType.KEEP)

    def numbers(kind, least):
        chosen = asked_for(common(story), kind, least)
        return [each.pair.origin.made.sequence for each in chosen]

    assert numbers(PairType.MEASURE, 0.8) == [1]
    assert numbers(PairType.MEASURE, 0.6) == [1, 2]
    assert numbers(PairType.MEASURE, 0.0) == [1, 2, 3]
    assert numbers(PairType.KEEP, 0.0) == [4]


# --- the tests that checks share ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "errors", "due"),
    [(600, 0.02, Said.HOLDS), (600, 0.3, Said.BROKEN), (12, 0.02, Said.UNDECIDED)],
)
def test_a_fidelity_of_at_least_so_much(number, errors, due):
    assert fidelity(common(pairs(number, errors=errors)), 0.8).verdict is due


def test_a_wrong_state_that_is_reported_breaks_the_labels():
    right = labels(common(pairs(600)))
    wrong = labels(common(pairs(600, bell_state=Bell.PSI_PLUS)))

    assert {result.verdict for result in right} == {Said.HOLDS}
    assert Said.BROKEN in {result.verdict for result in wrong}


# --- how a result is told -------------------------------------------------------------------------


def a_result(holds=0.0, broken=0.0, *, more=None, found=""):
    sides = Evidence(holds, 1e-3), Evidence(broken, 1e-6)
    return Result("a claim", 40, *sides, "share", 0.25, (0.125, 0.5), 1e-3, more, found)


def finding(*results, **how):
    judge = Judge([FAIR], tuple)
    say(judge, FAIR, results, **how)
    return judge.judged()[0]


PROVED, REFUTED, OPEN = a_result(holds=7.0), a_result(broken=14.0), a_result(more=90)


@pytest.mark.parametrize(
    ("results", "silence_counts", "due"),
    [
        ([PROVED], False, Verdict.PASS),
        ([REFUTED], False, Verdict.FAIL),
        ([OPEN], False, Verdict.INCONCLUSIVE),
        ([OPEN], True, Verdict.PASS),
        ([REFUTED], True, Verdict.FAIL),
        ([PROVED, OPEN], False, Verdict.INCONCLUSIVE),
        ([PROVED, REFUTED, OPEN], True, Verdict.FAIL),
        ([a_result(holds=7.0, broken=14.0)], False, Verdict.FAIL),
    ],
)
def test_the_worst_of_several_results_counts(results, silence_counts, due):
    judged = finding(*results, silence_counts=silence_counts)

    assert judged.verdict is due
    assert judged.examples == len(results)


def test_what_is_undecided_says_how_many_pairs_more_could_decide():
    assert finding(OPEN).message.endswith("; about 90 more pairs could decide")
    assert "more pairs" not in finding(a_result()).message


def test_a_result_is_told_with_its_interval_and_the_strength_of_what_is_against_it():
    assert told(a_result(broken=4.60517, found="at Z")) == (
        "share 0.250, between 0.125 and 0.500 by 40 pairs; "
        "e-value against it 10^2.0 (limit 10^6.0); at Z"
    )
