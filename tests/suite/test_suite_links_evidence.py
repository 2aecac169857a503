"""Both ends of a pair find one another, whatever lies between them in the log."""

import pytest
from link_exchanges import FIRST, Story, expired, made

from qonform.judging import PairEvidence
from qonform.ports.entanglement import Axis, Bell, PairType, RequestDone, RequestKey, Void
from qonform.ports.outcome import Failed

SECOND, BACK = RequestKey("a", 2), RequestKey("b", 1)


def sample(story):
    return list(story.shown_to(PairEvidence()).sample())


def outcomes(story):
    """By request, what the origin and the peer measured."""
    return [
        (str(pair.key), *(measured.outcome for measured in pair.outcomes)) for pair in sample(story)
    ]


def numbers(story):
    return [pair.origin.made.sequence for pair in sample(story)]


# --- both ends of one pair ------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", ["ab", "ba"])
def test_the_origin_comes_first_whoever_is_heard_first(nodes):
    assert outcomes(Story().creates().pair(5, (0, 1), nodes=nodes)) == [("a/1", 0, 1)]


def test_the_origin_is_the_node_that_asked():
    assert outcomes(Story().creates("b").pair(5, (0, 1), of=BACK)) == [("b/1", 1, 0)]


def test_pairs_are_matched_by_their_numbers_and_not_by_their_order():
    story = Story().creates().pair(5, (0, 0), nodes="a").pair(6, (1, 1), nodes="a")
    story.pair(6, (1, 1), nodes="b").pair(5, (0, 0), nodes="b")

    assert outcomes(story) == [("a/1", 0, 0), ("a/1", 1, 1)]


def test_one_number_of_two_requests_is_two_pairs():
    story = Story().creates().creates(create_id=2)
    story.pair(5, (0, 1)).pair(5, (1, 0), of=SECOND)

    assert outcomes(story) == [("a/1", 0, 1), ("a/2", 1, 0)]


def test_requests_of_both_nodes_with_one_create_id_are_kept_apart():
    story = Story().creates().creates("b").pair(5, (0, 0), nodes="a").pair(5, (1, 1), of=BACK)

    assert outcomes(story) == [("b/1", 1, 1)]


def test_one_end_alone_is_no_pair():
    assert not sample(Story().creates().pair(5, nodes="a"))
    assert not sample(Story().creates().pair(5, nodes="b"))


def test_an_end_that_is_told_twice_counts_once_as_it_was_told_last():
    story = Story().creates().pair(5, (0, 0)).pair(5, (1, 1), nodes="a")

    assert outcomes(story) == [("a/1", 1, 0)]


# --- what was asked for ---------------------------------------------------------------------------


def test_a_pair_knows_what_was_asked_for_and_where_it_was_told():
    (pair,) = sample(Story().accepts("b").creates(min_fidelity=0.8).pair(5))

    assert pair.request.min_fidelity == 0.8
    assert pair.exchanges == (3, 4)


def test_pairs_may_be_heard_of_before_the_ack():
    assert sample(Story().pair(5).creates(min_fidelity=0.8))[0].request.min_fidelity == 0.8


def test_of_a_request_whose_ack_was_lost_nobody_knows_what_was_asked_for():
    (pair,) = sample(Story().is_lost().pair(5))

    assert pair.request is None
    assert pair.key == FIRST


def test_the_lower_goodness_counts():
    story = Story().creates().pair(5, nodes="a", goodness=0.9).pair(5, nodes="b", goodness=0.7)

    assert [pair.goodness for pair in sample(story)] == [0.7]


# --- pairs that are void --------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", ["a", "b", "ab"])
def test_a_void_pair_leaves_the_sample_whichever_end_says_so(nodes):
    story = Story().creates().pair(5).pair(6).pair(7)

    assert numbers(story.ends(nodes, expired(Void(6, 7)))) == [5, 7]


def test_all_pairs_of_a_request_may_be_void_and_no_others():
    story = Story().creates().creates(create_id=2).pair(5).pair(6, of=SECOND)

    assert numbers(story.ends("a", expired(Void()))) == [6]


def test_a_range_of_one_request_leaves_the_pairs_of_others():
    story = Story().creates().creates(create_id=2).pair(5).pair(6, of=SECOND)

    assert numbers(story.ends("a", expired(Void(0, 100)))) == [6]


def test_a_range_wraps():
    story = Story().creates().pair(65_535).pair(0).pair(1)

    assert numbers(story.ends("b", expired(Void(65_535, 1)))) == [1]


def test_the_end_of_a_request_leaves_its_pairs():
    assert numbers(Story().creates().pair(5).ends("ab", RequestDone())) == [5]


def test_a_qubit_of_a_void_pair_may_be_measured_and_counts_for_nothing():
    story = Story().creates(type=PairType.KEEP).kept(5).ends("ab", expired(Void(5, 6)))

    assert not sample(story.measures("a", 5, 0).measures("b", 5, 1))


def test_nobody_holds_the_qubit_of_a_void_pair():
    story = Story().creates(type=PairType.KEEP).kept(5, qubit=0).ends("a", expired(Void(5, 6)))
    evidence = story.shown_to(PairEvidence())
    holds = [evidence.holds(f"app-{node}", node, 0) for node in "ab"]
    assert holds == [False, True]


# --- qubits that are measured later ---------------------------------------------------------------


def test_a_pair_that_is_kept_counts_once_both_ends_are_measured():
    story = Story().creates(type=PairType.KEEP).kept(5).measures("a", 5, 0, Axis.X)
    assert not sample(story)

    (pair,) = sample(story.measures("b", 5, 1, Axis.X))
    assert [(m.outcome, m.basis) for m in pair.outcomes] == [(0, Axis.X), (1, Axis.X)]


def test_a_qubit_is_of_the_node_and_the_application_that_hold_it():
    story = Story().creates(type=PairType.KEEP).kept(5)
    story.measures("a", 5, 0, caller="another").measures("b", 5, 1)

    assert not sample(story)


def test_a_number_of_a_qubit_that_is_given_again_is_of_the_later_pair():
    story = Story().creates(type=PairType.KEEP)
    story.kept(5, qubit=0).measures("a", 0, 0).measures("b", 0, 1)
    story.kept(6, qubit=0).measures("a", 0, 1).measures("b", 0, 0)

    assert outcomes(story) == [("a/1", 0, 1), ("a/1", 1, 0)]


def test_a_second_measurement_of_a_qubit_changes_nothing():
    story = Story().creates(type=PairType.KEEP).kept(5).measures("a", 5, 0).measures("b", 5, 1)

    assert outcomes(story.measures("a", 5, 1)) == [("a/1", 0, 1)]


def test_a_measurement_that_was_not_answered_is_none():
    story = Story().creates(type=PairType.KEEP).kept(5).measures("a", 5, 0)

    assert not sample(story.asked("b", "Measure", 5, Failed("it broke", 0)))


def test_one_end_may_be_measured_by_its_node_and_the_other_later():
    story = Story().creates(type=PairType.PREPARE).pair(5, (1, 0), nodes="a")

    assert outcomes(story.kept(5, nodes="b").measures("b", 5, 0)) == [("a/1", 1, 0)]


# --- what the ends say that it is -----------------------------------------------------------------


@pytest.mark.parametrize("there", [Bell.PSI_PLUS, None])
def test_ends_that_name_different_states_are_no_sample(there):
    story = Story().creates().pair(5, nodes="a").pair(5, nodes="b", bell_state=there)

    assert not sample(story)


def test_a_pair_of_which_no_end_names_the_state_is_no_sample():
    assert not sample(Story().creates().pair(5, bell_state=None))


def test_a_pair_is_in_the_state_that_both_ends_name():
    story = Story().creates().pair(5, bell_state=Bell.PHI_PLUS)

    assert [pair.bell_state for pair in sample(story)] == [Bell.PHI_PLUS]


def test_an_end_without_an_outcome_is_no_sample():
    story = Story().creates().pair(5, nodes="a").told("b", made(5, measured=None))

    assert not sample(story)
