"""What became of one request, by what either end was told of it."""

from types import SimpleNamespace

import pytest
from link_exchanges import FIRST, event, expired, made

from qonform.judging import Episode, LinkBench, Undecidable, made_s, resolution_s
from qonform.judging.cost import Effort
from qonform.judging.episode import good, is_over
from qonform.ports.entanglement import (
    Axis,
    LinkError,
    Measured,
    PairRequest,
    RequestDone,
    RequestFailed,
    RequestKey,
    Void,
)
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused

NODES = ("a", "b")


def user(node, events):
    return SimpleNamespace(node=node, link=SimpleNamespace(events=lambda: events))


def episode(here, there, *, number=2, acknowledged=None, heard=(0, 0), **more):
    """A request of node a, of which these things were told at a and at b."""
    ends = [
        user(node, [told if hasattr(told, "what") else event(node, told) for told in what])
        for node, what in zip(NODES, (here, there), strict=True)
    ]
    request = PairRequest("b", 1, number=number, max_time_s=more.pop("max_time_s", None))
    outcome = acknowledged or Delivered(1, 0)
    return Episode(*ends, request, outcome, *heard, 0.0, 0.01, **more)


def sequences(pairs):
    return [tuple(end.sequence for end in pair.ends) for pair in pairs]


# --- pairs that are good --------------------------------------------------------------------------


def test_an_ok_is_good_until_it_is_declared_void():
    events = [event("a", made(5)), event("a", made(6)), event("a", expired(Void(5, 6)))]

    assert list(good(events[:2])) == [5, 6]
    assert list(good(events)) == [6]


def test_the_end_of_a_void_range_is_outside_and_wraps():
    told = [event("a", made(n)) for n in (65_534, 65_535, 0, 1)]

    assert list(good([*told, event("a", expired(Void(65_535, 1)))])) == [65_534, 1]


def test_a_void_without_numbers_covers_what_was_told_before_it():
    events = [event("a", made(5)), event("a", expired(Void())), event("a", made(6))]

    assert list(good(events)) == [6]


def test_another_failure_leaves_pairs_good():
    assert list(good([event("a", made(5)), event("a", RequestFailed(LinkError.TIMEOUT))])) == [5]


def test_pairs_are_matched_by_number_in_the_order_of_the_origin():
    found = episode([made(6), made(5)], [made(5), made(6)])

    assert sequences(found.pairs()) == [(6, 6), (5, 5)]
    assert found.is_complete


@pytest.mark.parametrize("there", [[], [made(6)], [made(5), expired(Void(5, 6))]])
def test_a_pair_that_is_good_at_one_end_only_is_none(there):
    found = episode([made(5)], there, number=1)

    assert not found.pairs()
    assert not found.is_complete


# --- what belongs to the request ------------------------------------------------------------------


def test_events_of_other_requests_and_of_earlier_times_are_left_out():
    other = event("a", made(4), key=RequestKey("b", 1))
    found = episode([made(3), other, made(5)], [made(5)], number=1, heard=(1, 0))

    assert [e.what.sequence for e in found.at_origin_made()] == [5]
    assert found.is_complete


def test_a_request_that_was_refused_has_no_name_and_no_events():
    refused = Refused(RefusalKind.OTHER, "FAILED_PRECONDITION", None, 0, "UNSUPPORTED")
    found = episode([made(5)], [made(5)], acknowledged=refused)

    assert found.key is None
    assert not found.at_origin()
    assert not found.at_peer_made()


def test_its_name_is_that_of_the_ack_at_the_origin():
    assert episode([], []).key == FIRST
    assert episode([], [], acknowledged=Failed("it broke", 0)).key is None


# --- whether all is accounted for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "there", "accounted"),
    [
        ([5, 6], [5, 6], True),
        ([5, 6, 7], [5, 6, 7], False),
        ([5], [5], False),
        ([5, 6], [5], False),
        ([5, 6], [5, 7], False),
        ([5, 6, Void(6, 7)], [5], True),
        ([5, 6, Void(6, 7)], [5, 6, Void(6, 7)], True),
        ([5, 6, Void(6, 7), 7], [5, 7], True),
        ([5, Void(5, 6)], [5], False),
    ],
    ids=[
        "all pairs", "one too many", "one too few", "one end has one less", "numbers differ",
        "the missing one is void", "a void one counts", "a void one is replaced", "void here only",
    ],
)  # fmt: skip
def test_a_void_pair_may_count_or_be_replaced(here, there, accounted):
    ends = [
        [expired(what) if isinstance(what, Void) else made(what) for what in end]
        for end in (here, there)
    ]
    assert episode(*ends).is_accounted_for is accounted


def test_ends_that_hold_different_pairs_are_shown_with_their_numbers():
    assert str(episode([made(5), made(6)], [made(5)])) == "delivered 1; 2 pairs at a, 1 at b"


# --- what is held ---------------------------------------------------------------------------------


def test_qubits_are_those_of_either_end():
    found = episode([made(5, qubit=3), made(6)], [made(5, qubit=8)])

    assert [(who.node, qubit) for who, qubit in found.held()] == [("a", 3), ("b", 8)]


def test_a_qubit_of_number_0_is_one():
    assert [qubit for _, qubit in episode([made(5, qubit=0)], []).held()] == [0]


# --- when it is over ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "over"),
    [
        (made(5), False),
        (None, False),
        (expired(Void(5, 6)), False),
        (expired(Void()), False),
        (RequestDone(), True),
        (RequestFailed(LinkError.TIMEOUT), True),
        (RequestFailed(None), True),
    ],
    ids=["OK", "unknown event", "void pair", "all void", "done", "TIMEOUT", "unknown error"],
)
def test_a_request_is_over_when_it_is_done_or_has_failed(what, over):
    assert is_over([event("a", made(4)), event("a", what)]) is over


def test_the_deadline_counts_on_the_clock_of_the_node():
    assert episode([], [], node_time_s=1_000.0, max_time_s=2.5).deadline_s == 1_002.5
    assert episode([], [], node_time_s=1_000.0).deadline_s is None
    assert episode([], [], max_time_s=2.5).deadline_s is None


# --- when a pair was made -------------------------------------------------------------------------


def test_a_pair_was_made_when_it_was_measured():
    measured = made(5, measured=Measured(0, Axis.Z, time_s=7.0), goodness_time_s=9.0)
    untimed = made(5, measured=Measured(0, Axis.Z), goodness_time_s=9.0)

    assert made_s(event("a", measured)) == 7.0
    assert made_s(event("a", untimed)) == 9.0


def test_a_pair_that_is_held_was_made_at_the_time_of_goodness():
    assert made_s(event("a", made(5, qubit=1, goodness_time_s=9.0))) == 9.0
    assert made_s(event("a", made(5, qubit=1))) is None


def test_what_is_no_pair_was_not_made():
    assert made_s(event("a", RequestDone())) is None


# --- what a request is waited for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "step"),
    [([5.0, 7.0], 1.0), ([5.5, 7.0], 0.1), ([5.25], 0.01), ([5.123_4], 1e-3), ([], 1e-3)],
)
def test_a_clock_is_as_coarse_as_it_shows(times, step):
    assert resolution_s(times) == step


def test_what_has_failed_at_the_origin_need_not_be_told_to_the_peer():
    assert episode([RequestFailed(LinkError.REJECTED)], []).has_failed
    assert not episode([made(1), expired(Void(1, 2))], []).has_failed


def bench(rate, waits):
    """A bench at a link of this rate, whose waits end so."""
    meter = SimpleNamespace(pair_budget=10)
    driver = SimpleNamespace(meter=meter, profile="qinet-links", now=lambda: 0.0)
    links = SimpleNamespace(slack_s=0.0, clock_speed=1.0)
    target = SimpleNamespace(claims=SimpleNamespace(links=links))
    made_up = LinkBench(target, driver, Effort.QUICK, 1)
    made_up.link = SimpleNamespace(pairs_per_second=rate)
    return made_up, iter(waits)


def waited_for(rate, waits, here, there, times=1):
    made_up, ends = bench(rate, waits * times)
    request = episode(here, there)
    for each in (request.by, request.to):
        each.link.wait = lambda _done, _within: next(ends)
    for _ in range(times):
        made_up.await_end(request)


def test_a_request_without_an_end_is_no_failure_where_nobody_says_how_fast_pairs_come():
    with pytest.raises(Undecidable, match="more is to come"):
        waited_for(None, [False, False], [made(1)], [made(1)])
    waited_for(100.0, [False, False], [made(1)], [made(1)])
    waited_for(None, [True, False], [made(1)], [])


def test_after_much_that_was_waited_in_vain_what_lacks_is_undecided_and_what_has_failed_is_not():
    with pytest.raises(Undecidable, match="more is to come"):
        waited_for(100.0, [True, False], [made(1)], [], times=5)
    waited_for(100.0, [True, False], [RequestFailed(LinkError.TIMEOUT)], [], times=9)
