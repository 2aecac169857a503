"""Each step of the life of a request, and each way in which it may end at both nodes together."""

from __future__ import annotations

import math

import pytest
from link_histories import ALLOWANCES, Script, played, requirements

from qonform.oracles.link_worlds import LinkWorlds
from qonform.ports.entanglement import (
    Axis,
    BasisSet,
    Bell,
    Delivery,
    Interleaving,
    LinkError,
    LinkEvent,
    Measured,
    PairMade,
    PairRequest,
    PairType,
    RandomBasis,
    RequestFailed,
    RequestKey,
    Void,
)

PAIR, WHOLE = Delivery.PER_PAIR, Delivery.WHEN_COMPLETE
TIMEOUT, REJECTED, OTHER = LinkError.TIMEOUT, LinkError.REJECTED, LinkError.OTHER
EXPIRED = LinkError.EXPIRED
SERVED = Script.of().ok("ab", 5).ok("ab", 6)


# --- the answer to a CREATE -----------------------------------------------------------------------


@pytest.mark.parametrize("error", [None, *LinkError])
def test_a_refusal_has_one_of_the_errors_of_arrival(error):
    script = Script.of(answer="refusal")
    steps = [*script.steps[:-1], script.then("refusal", 0.01, content=error).steps[-1]]

    due = {"ACK-02"} if error in {TIMEOUT, EXPIRED} else set()
    assert requirements(played(steps)) == due


@pytest.mark.parametrize("node", "ab")
@pytest.mark.parametrize("what", ["ok", "timeout", "void", "done"])
def test_nothing_comes_of_a_refused_request(node, what):
    refused = Script.of(answer="refusal")
    came = {
        "ok": refused.ok(node, 5),
        "timeout": refused.failed(node, TIMEOUT),
        "void": refused.failed(node, EXPIRED, void=Void()),
        "done": refused.done(node),
    }[what]
    assert "ACK-02" in came.breaks()


def test_create_ids_of_outstanding_requests_differ():
    again = PairRequest("b", 1)
    script = Script.of(number=1).then("sent", 1.0, content=again, number=1)
    script = script.then("ack", 1.1, content=1, number=1)

    assert script.ok("ab", 5, 2.0).ok("ab", 6, 2.1).breaks() == {"ACK-03"}


def test_a_create_id_may_come_again_when_its_request_is_over():
    again = PairRequest("b", 1, number=1)
    script = SERVED.then("sent", 50.0, content=again, number=1)
    script = script.then("ack", 50.1, content=1, number=1)

    assert not script.ok("ab", 7, 51.0).breaks()
    assert not script.failed("ab", EXPIRED, 50.5, Void(6, 7)).ok("ab", 7, 51.0).breaks()
    assert script.ok("a", 7, 51.0).breaks() == {"OK-01"}


def test_at_once_it_may_come_again_too_if_the_end_is_still_on_its_way():
    again = PairRequest("b", 1, number=1)
    script = Script.of().then("sent", 1.0, content=again, number=1)
    script = script.then("ack", 1.1, content=1, number=1)

    assert not script.ok("ab", 5, 1.15).ok("ab", 6, 1.2).ok("ab", 7, 1.25).breaks()


def test_the_ack_comes_before_anything_else_at_the_creator():
    script = Script.of()
    late = [step for step in script.ok("ab", 5, 1.0).steps if step.kind != "ack"]
    ack = script.then("ack", 1.1, content=1).steps[-1]
    later = script.then("ack", 3.0, content=1).steps[-1]
    rest = script.ok("ab", 6, 4.0).steps[len(script.steps) :]

    assert not requirements(played([*late, ack, *rest]))
    assert requirements(played([*late, later, *rest])) == {"ACK-01"}


def test_the_peer_may_be_told_first():
    script = Script.of()
    before = script.ok("b", 5, 0.005).steps[len(script.steps) :]

    steps = [*script.steps[:-1], *before, script.steps[-1]]
    after = script.ok("a", 5, 1.0).ok("ab", 6, 1.0).steps[len(script.steps) :]
    assert not played([*steps, *after])


def test_a_second_call_with_the_request_id_is_answered_as_the_first():
    again = PairRequest("b", 1, number=2, max_time_s=10.0, request_id="one")
    script = Script.of(request_id="one").then("sent", 1.0, content=again)

    same = script.then("ack", 1.1, content=1).ok("ab", 5, 2.0).ok("ab", 6, 2.0)
    assert not same.breaks()
    assert script.then("ack", 1.1, content=2).ok("ab", 5, 2.0).ok("ab", 6, 2.0).breaks() == {
        "ACK-01"
    }


# --- OK -------------------------------------------------------------------------------------------


def test_a_request_that_is_served_breaks_nothing():
    assert not SERVED.breaks()
    assert not SERVED.done("ab").breaks()
    assert not Script.of().ok("b", 5).ok("b", 6).ok("a", 5).ok("a", 6).breaks()


@pytest.mark.parametrize("node", "ab")
def test_one_pair_more_than_asked_for(node):
    assert "OK-09" in SERVED.ok(node, 7).breaks()
    assert "OK-09" in SERVED.done(node).ok(node, 7).breaks()


@pytest.mark.parametrize("node", "ab")
def test_one_ok_of_each_pair(node):
    assert SERVED.ok(node, 6).breaks() == {"OK-02"}


def test_no_ok_of_a_pair_that_was_declared_void():
    script = Script.of().failed("ab", EXPIRED, void=Void(5, 6))

    assert "EXP-05" in script.ok("ab", 5).breaks()
    assert not script.ok("ab", 6).ok("ab", 7).breaks()


@pytest.mark.parametrize("node", "ab")
def test_no_ok_after_the_time_is_over(node):
    made = Script.of().ok("ab", 5)

    assert not made.ok("ab", 6, 10.2).breaks()
    assert made.ok("ab", 6, 10.3).breaks() == {"TIM-03"}
    assert "TIM-03" in made.failed(node, TIMEOUT, 9.95).ok(node, 6, 9.96).breaks()


def test_time_runs_as_fast_as_the_nodes_clocks():
    fast = type(ALLOWANCES)(late_s=0.2, early_s=0.1, grace_s=1.0, clock_speed=10.0)

    assert Script.of().ok("ab", 5).ok("ab", 6, 1.3).breaks(allowances=fast) == {"TIM-03"}
    assert not Script.of().failed("ab", TIMEOUT, 1.0).breaks(allowances=fast)


def test_without_a_limit_no_ok_is_late():
    assert not Script.of(max_time_s=None).ok("ab", 5, 900.0).ok("ab", 6, 901.0).breaks()


@pytest.mark.parametrize(
    ("event", "requirement"),
    [({"remote_node": "c"}, "OK-06"), ({"purpose": 2}, "OK-07"), ({"application": "b9"}, "PUR-02")],
)
def test_what_an_event_says_of_its_request(event, requirement):
    script = Script.of(number=1).ok("a", 5).ok("b", 5, **event)
    assert requirement in script.breaks()


def test_the_purpose_means_something_at_the_peer_only():
    assert not Script.of(number=1).ok("a", 5, purpose=0).ok("b", 5).breaks()
    assert Script.of(number=1).ok("a", 5).ok("b", 5, purpose=0).breaks() == {"OK-07"}


@pytest.mark.parametrize(
    ("made", "requirement"),
    [
        ({"goodness": 1.5}, "FID-02"),
        ({"goodness": math.nan}, "FID-02"),
        ({"bell_state": None}, "BEL-01"),
        ({"type": PairType.KEEP}, "OK-08"),
        ({"qubit": 3}, "OK-08"),
        ({"measured": None}, "OK-08"),
        ({"measured": Measured(2, Axis.Z)}, "MSR-01"),
        ({"measured": Measured(0, Axis.X)}, "MSR-02"),
    ],
)
def test_what_an_ok_says(made, requirement):
    script = Script.of(number=1).ok("a", 5).ok("b", 5, made=made)
    assert script.breaks() == {requirement}


def test_a_random_basis_is_of_the_set_and_not_one_that_is_never_drawn():
    basis = RandomBasis(BasisSet.XYZ, (0.5, 0.0, 0.5))
    script = Script.of(number=1, local_basis=basis, remote_basis=Axis.Z)

    for axis, broken in ((Axis.X, set()), (Axis.Y, {"MSR-03"}), (Axis.Z_PLUS_X, {"MSR-01"})):
        made = {"measured": Measured(1, axis)}
        assert script.ok("a", 5, made=made).ok("b", 5).breaks() == broken


def test_of_a_prepared_pair_the_peer_has_a_qubit():
    script = Script.of(number=1, type=PairType.PREPARE)
    wrong = {"qubit": None, "measured": Measured(0, Axis.Z)}

    assert not script.ok("ab", 5).breaks()
    assert "OK-08" in script.ok("a", 5).ok("b", 5, made=wrong).breaks()


def test_both_ends_name_one_state():
    script = Script.of(number=1).ok("a", 5).ok("b", 5, made={"bell_state": Bell.PHI_PLUS})
    assert script.breaks() == {"BEL-01"}


def test_sequence_numbers_rise_and_wrap():
    assert Script.of().ok("ab", 6).ok("ab", 5).breaks() == {"SEQ-02"}
    assert not Script.of().ok("ab", 65_535).ok("ab", 3).breaks()


def test_both_ends_have_one_order():
    script = Script.of().ok("a", 5).ok("a", 6).ok("b", 6).ok("b", 5)
    assert script.breaks() == {"SEQ-02", "SEQ-03"}


def test_an_event_of_a_request_that_nobody_made():
    assert Script.of(number=1).ok("ab", 5).ok("a", 6, request=RequestKey("a", 9)).breaks() == {
        "OK-04"
    }


def test_an_event_with_its_direction_the_wrong_way_round():
    assert "OK-05" in Script.of(number=1).ok("b", 5).ok("a", 5, request=RequestKey("b", 1)).breaks()


# --- all at once, and in one block ----------------------------------------------------------------


def test_all_or_nothing():
    script = Script.of(delivery=WHOLE)

    assert not script.ok("ab", 5).ok("ab", 6).breaks()
    assert not script.failed("ab", TIMEOUT, 10.0).breaks()
    assert "CON-02" in script.ok("ab", 5).breaks()
    assert "CON-02" in script.ok("ab", 5).failed("ab", TIMEOUT, 10.0).breaks()
    assert "CON-02" in script.ok("ab", 5, 1.0).ok("ab", 6, 1.3).breaks()


def test_pair_by_pair_a_part_may_be_delivered():
    assert not Script.of().ok("ab", 5).failed("ab", TIMEOUT, 10.0).breaks()


def interleaved(interleaving, middle=6):
    """Pairs 5 and 7 of one request, and one of another request."""
    script = Script.of(interleaving=interleaving)
    other = PairRequest("b", 1, number=1)
    script = script.then("sent", 0.1, content=other, number=1)
    script = script.then("ack", 0.2, content=2, number=1)
    return script.ok("ab", 5).ok("ab", middle, request=RequestKey("a", 2)).ok("ab", 7)


def test_a_block_is_not_broken():
    assert not interleaved(Interleaving.ALLOWED).breaks()
    assert interleaved(Interleaving.FORBIDDEN).breaks() == {"ATO-01"}
    assert not interleaved(Interleaving.FORBIDDEN, middle=8).breaks()


def test_a_void_pair_breaks_no_block():
    script = interleaved(Interleaving.FORBIDDEN)
    void = RequestFailed(EXPIRED, Void(6, 7))
    for node in "ab":
        script = script.told(node, void, request=RequestKey("a", 2))
    assert not script.breaks()


# --- ERR ------------------------------------------------------------------------------------------


def test_a_timeout_comes_in_time():
    assert not Script.of().failed("ab", TIMEOUT, 9.95).breaks()
    assert Script.of().failed("ab", TIMEOUT, 5.0).breaks() == {"TIM-04"}
    assert Script.of(max_time_s=None).failed("ab", TIMEOUT).breaks() == {"TIM-04"}
    assert Script.of().failed("ab", TIMEOUT, 10.5).breaks() == {"TIM-01"}


def test_time_that_ran_out_is_told():
    assert Script.of().breaks() == {"TIM-02"}
    assert not Script.of().failed("a", TIMEOUT, 10.0).breaks()
    assert Script.of().ok("ab", 5).failed("a", TIMEOUT, 10.0).breaks() == {"TIM-02"}


@pytest.mark.parametrize("error", [TIMEOUT, OTHER, LinkError.NO_TIME, LinkError.NO_RESOURCES])
def test_a_request_that_is_done_does_not_fail(error):
    assert "ERR-02" in SERVED.failed("a", error, 10.0).breaks()


def test_a_request_fails_once_and_is_then_not_done():
    failed = Script.of().failed("ab", OTHER)

    assert failed.failed("a", OTHER).breaks() == {"ERR-02"}
    assert failed.done("a").breaks() == {"ERR-02"}
    assert SERVED.done("ab").done("b").breaks() == {"ERR-02"}
    assert "OK-09" in Script.of().ok("ab", 5).done("a").breaks()


@pytest.mark.parametrize("error", [LinkError.UNSUPPORTED, LinkError.MALFORMED])
def test_what_was_acknowledged_is_supported(error):
    assert Script.of().failed("a", error).breaks() == {"ACK-02"}


def test_errors_are_known_ones():
    assert Script.of().failed("a", None).breaks() == {"ERR-01"}
    assert not SERVED.told("a", None).breaks()


@pytest.mark.parametrize("void", [None, Void(5, 65_536), Void(-1, 3)])
def test_void_pairs_are_named(void):
    assert SERVED.failed("ab", EXPIRED, void=void).breaks() == {"EXP-01"}


def test_pairs_may_be_declared_void_at_any_time_and_again():
    for void in (Void(5, 6), Void(5, 7), Void(65_000, 6), Void()):
        script = SERVED.done("ab").failed("ab", EXPIRED, void=void)
        assert not script.breaks()
        assert not script.failed("a", EXPIRED, void=void).breaks()


def test_ranges_do_not_hold_their_end():
    script = SERVED.failed("a", EXPIRED, void=Void(5, 6))

    assert script.failed("b", EXPIRED, void=Void(5, 7)).breaks() == {"EXP-02"}
    assert not script.failed("b", EXPIRED, void=Void(5, 6)).breaks()


def test_ranges_wrap():
    script = Script.of().ok("ab", 65_535).ok("ab", 0)
    assert (
        not script.failed("a", EXPIRED, void=Void(65_535, 1))
        .failed("b", EXPIRED, void=Void())
        .breaks()
    )


def test_a_range_of_another_request_may_cover_the_pair_or_not():
    other = PairRequest("b", 1, number=1)
    script = Script.of().then("sent", 0.1, content=other, number=1)
    script = script.then("ack", 0.2, content=2, number=1)
    script = script.ok("ab", 5).ok("ab", 6).ok("ab", 7, request=RequestKey("a", 2))
    void = RequestFailed(EXPIRED, Void(5, 8))
    for request in (RequestKey("a", 1), RequestKey("a", 2)):
        once = script.told("a", void, request=request)
        assert once.breaks() == {"EXP-02"}, "because pairs of the request are void at one end"
        assert not once.told("b", void, request=request).breaks()


def test_void_pairs_are_replaced_or_counted():
    lost = Script.of().ok("ab", 5).failed("ab", EXPIRED, void=Void(5, 6)).ok("ab", 6)

    assert not lost.breaks()
    assert not lost.done("ab").breaks()
    assert not lost.ok("ab", 7).breaks()
    assert "OK-09" in lost.ok("ab", 7).ok("ab", 8).breaks()
    assert not lost.failed("ab", TIMEOUT, 10.0).breaks()


# --- how a request may end at both nodes (creator, peer) ------------------------------------------


def late_rejection(script, at_s=1.0):
    return script.failed("a", REJECTED, at_s)


VOID_5, VOID_6 = Void(5, 6), Void(6, 7)
ENDS = {
    "rejected, unseen": (late_rejection(Script.of()), set()),
    "rejected, done": (late_rejection(Script.of().ok("b", 5).ok("b", 6)), {"PUR-01"}),
    "rejected, timeout": (late_rejection(Script.of()).failed("b", TIMEOUT, 10.0), {"PUR-01"}),
    "rejected, failed": (late_rejection(Script.of()).failed("b", OTHER), {"PUR-01"}),
    "rejected with an OK": (late_rejection(Script.of().ok("a", 5)), {"PUR-01"}),
    "done, unseen": (Script.of().ok("a", 5).ok("a", 6), {"OK-01"}),
    "done, done": (SERVED, set()),
    "done, timeout": (
        Script.of().ok("ab", 5).ok("a", 6).failed("b", TIMEOUT, 10.0),
        {"EXP-02"},
    ),
    "done, timeout, void": (
        Script.of()
        .ok("ab", 5)
        .ok("a", 6)
        .failed("b", TIMEOUT, 10.0)
        .failed("a", EXPIRED, 2, VOID_6),
        set(),
    ),
    "done, failed": (Script.of().ok("ab", 5).ok("a", 6).failed("b", OTHER), {"EXP-02"}),
    "done, failed, void": (
        Script.of().ok("ab", 5).ok("a", 6).failed("b", OTHER).failed("a", EXPIRED, 2, VOID_6),
        set(),
    ),
    "timeout, unseen": (Script.of().failed("a", TIMEOUT, 10.0), set()),
    "timeout, unseen, one": (Script.of().ok("a", 5).failed("a", TIMEOUT, 10.0), {"EXP-02"}),
    "timeout, unseen, one, void": (
        Script.of().ok("a", 5).failed("a", EXPIRED, 2, VOID_5).failed("a", TIMEOUT, 10.0),
        set(),
    ),
    "timeout, done": (
        Script.of().ok("ab", 5).ok("b", 6).failed("a", TIMEOUT, 10.0),
        {"EXP-02"},
    ),
    "timeout, done, void": (
        Script.of()
        .ok("ab", 5)
        .ok("b", 6)
        .failed("b", EXPIRED, 2, VOID_6)
        .failed("a", TIMEOUT, 10.0),
        set(),
    ),
    "timeout, timeout": (Script.of().ok("ab", 5).failed("ab", TIMEOUT, 10.0), set()),
    "timeout, fewer": (Script.of().ok("a", 5).failed("ab", TIMEOUT, 10.0), {"EXP-02"}),
    "timeout, failed": (
        Script.of().ok("ab", 5).failed("a", TIMEOUT, 10.0).failed("b", OTHER, 10.0),
        set(),
    ),
    "failed, unseen": (Script.of().failed("a", OTHER), set()),
    "failed, unseen, one": (Script.of().ok("a", 5).failed("a", OTHER), {"EXP-02"}),
    "failed, done": (Script.of().ok("ab", 5).ok("b", 6).failed("a", OTHER), {"EXP-02"}),
    "failed, failed": (Script.of().ok("ab", 5).failed("ab", OTHER), set()),
    "all void, goes on": (
        Script.of().ok("ab", 5).failed("ab", EXPIRED, 1, Void()).ok("ab", 6).ok("ab", 7),
        set(),
    ),
    "all void, is over": (Script.of().ok("ab", 5).failed("ab", EXPIRED, 1, Void()), set()),
    "all void, at one end": (
        Script.of().ok("ab", 5).ok("ab", 6).failed("a", EXPIRED, 1, Void()),
        {"EXP-02"},
    ),
    "two numbers for one pair": (Script.of(number=1).ok("a", 5).ok("b", 6), {"OK-03"}),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_a_request_may_end_at_both_nodes(name):
    script, broken = ENDS[name]
    assert script.breaks() == broken


# --- requests whose answer was lost ---------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [
        lambda script: script,
        lambda script: script.ok("ab", 5).ok("ab", 6),
        lambda script: script.ok("ab", 5).failed("ab", TIMEOUT, 10.0),
        lambda script: script.ok("b", 5).ok("b", 6),
        lambda script: script.failed("b", OTHER),
        lambda script: script.failed("a", REJECTED),
    ],
)
def test_a_request_without_an_answer_was_made_or_not(after):
    assert not after(Script.of(answer="lost")).breaks()


def test_what_comes_of_it_is_judged_all_the_same():
    script = Script.of(answer="lost")

    assert script.ok("a", 5).ok("a", 6).breaks() == {"OK-01"}
    assert "OK-09" in script.ok("ab", 5).ok("ab", 6).ok("ab", 7).breaks()
    assert script.ok("ab", 5, request=RequestKey("b", 1)).breaks() == {"OK-05"}


def test_one_that_was_lost_is_one_request_and_not_two():
    script = Script.of(answer="lost", number=1).ok("ab", 5)
    assert script.ok("ab", 6, request=RequestKey("a", 2)).breaks() == {"OK-04"}


def test_of_several_that_were_lost_each_may_be_the_one():
    other = PairRequest("b", 1, number=1, max_time_s=10.0)
    script = Script.of(answer="lost").then("sent", 0.1, content=other, number=1)
    script = script.then("lost", 0.2, number=1)
    both = script.ok("ab", 5).ok("ab", 6).ok("ab", 7, request=RequestKey("a", 2))

    assert not both.breaks()
    assert both.ok("ab", 8, request=RequestKey("a", 2)).breaks() == {"OK-04"}


# --- who accepts ----------------------------------------------------------------------------------


def test_what_is_not_accepted_is_not_served():
    assert "PUR-01" in Script.of(accepted=False).ok("ab", 5).ok("ab", 6).breaks()
    assert not late_rejection(Script.of(accepted=False)).breaks()


def withdrawn_at(at_s, sent_s):
    """A purpose that is accepted no longer, and a request for it."""
    request = PairRequest("b", 1, number=1)
    script = Script.of(number=1).ok("ab", 5, 0.5)
    script = script.then("stop", at_s, node="b", application="b1", content=1)
    script = script.then("sent", sent_s, content=request, number=1)
    return script.then("ack", sent_s + 0.1, content=2, number=1)


def test_nor_what_is_accepted_no_longer():
    key = RequestKey("a", 2)

    assert withdrawn_at(1.0, sent_s=2.0).ok("ab", 6, 3.0, request=key).breaks() == {"PUR-03"}
    assert not withdrawn_at(2.5, sent_s=2.0).ok("ab", 6, 3.0, request=key).breaks()


# --- how it is said -------------------------------------------------------------------------------


def test_a_violation_shows_what_was_due_what_came_and_the_events():
    model = LinkWorlds(ALLOWANCES)
    model.acceptances.begin("b", "b1", "a", 1, 0.0)
    asked = model.sent("a", "a1", PairRequest("b", 1), 0.0)
    model.acknowledged(asked, 1, 0.01)
    made = PairMade(5, PairType.MEASURE, Bell.PSI_PLUS, 0.9, None, measured=Measured(0, Axis.Z))
    events = [LinkEvent(n, RequestKey("a", 1), "b", 1, made, 1.0 + n) for n in (1, 2)]

    assert not model.told("a", "a1", events[0])
    (found,) = model.told("a", "a1", events[1])
    assert (found.requirement, found.invariant) == ("QIA-EGP-OK-02", "I4")
    assert found.due == "one OK of each pair"
    assert found.came == "5 at a for a/1, and again for a/1"
    assert [told.event for told in found.events] == events


def test_what_was_judged_is_not_judged_again():
    model = LinkWorlds(ALLOWANCES)
    model.acceptances.begin("b", "b1", "a", 1, 0.0)
    asked = model.sent("a", "a1", PairRequest("b", 1, max_time_s=1.0), 0.0)
    model.acknowledged(asked, 1, 0.01)

    assert not model.quiet(2.0)
    assert requirements(model.quiet(3.0)) == {"TIM-02"}
    assert not model.quiet(4.0)


def test_a_request_without_a_limit_may_take_its_time():
    assert not Script.of(max_time_s=None).ok("ab", 5).breaks()
    assert Script.of(max_time_s=None).ok("ab", 5).ok("a", 6).breaks() == {"OK-01"}
