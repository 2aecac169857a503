"""What can be said of all that both ends of circuits tell."""

from dataclasses import replace
from itertools import count

import pytest

from qonform.oracles.path_story import PathStory
from qonform.ports.entanglement import Asked, Axis, Bell, LinkError, Measured, Told
from qonform.ports.outcome import Delivered
from qonform.ports.paths import (
    Confirmation,
    HalfConfirmed,
    HalfDelivered,
    HalfExpired,
    PathDone,
    PathEvent,
    PathFailed,
    PathKey,
    PathPair,
    PathRequest,
)

HEAD, TAIL, STRANGER = ("app-1", "a"), ("app-2", "c"), ("app-5", "a")
REQUEST = PathRequest("a..c", 7, number=2)


def pair(number, bell=Bell.PHI_PLUS):
    return PathPair(number, bell, 0.9)


def half(number, of, provisional=False):
    return HalfDelivered(number, of, provisional, None, Measured(0, Axis.Z))


class Story:
    """A story that is told step by step, with the numbers that suites and nodes give."""

    def __init__(self, request=REQUEST, requests=1):
        self.story, self.exchanges = PathStory(), count(1)
        self.numbers = {}
        for user in (HEAD, TAIL):
            self.ask(user, "OpenCircuit", (request.circuit, request.purpose), None)
        for number in range(1, requests + 1):
            self.ask(HEAD, "Request", request, number)

    def ask(self, user, operation, what, value):
        exchange = next(self.exchanges)
        call = Asked(*user, operation, what)
        self.story.asked(call, Delivered(value, exchange), exchange)

    def tell(self, user, *events, request=1, purpose=7):
        for what in events:
            number = next(self.numbers.setdefault(user, count(1)))
            key = PathKey("a..c", request)
            event = PathEvent(number, key, "", purpose, what, 0.0, next(self.exchanges))
            self.story.told(Told(*user), event)
        return self

    def both(self, *events, request=1):
        self.tell(HEAD, *events, request=request)
        return self.tell(TAIL, *events, request=request)

    @property
    def broken(self):
        return {case.requirement for case in self.story.cases() if not case.holds}


WHOLE = (half(1, pair(4)), half(2, pair(6)), PathDone())


def test_the_same_pairs_at_both_ends_are_right():
    told = Story().both(*WHOLE)
    assert told.broken == set()
    assert {case.requirement for case in told.story.cases()} >= {
        "QIA-QNP-ID-01",
        "QIA-QNP-EXP-01",
        "QIA-QNP-BEL-01",
        "QIA-QNP-CMP-02",
    }


def test_the_order_may_differ_at_the_ends():
    told = Story().tell(HEAD, *WHOLE).tell(TAIL, WHOLE[1], WHOLE[0], PathDone())
    assert told.broken == set()


def test_nothing_is_missed_before_both_ends_have_heard_of_the_end():
    assert Story().tell(HEAD, *WHOLE).tell(TAIL, WHOLE[0]).broken == set()


def test_early_halves_are_confirmed_or_expire():
    request = replace(REQUEST, confirmation=Confirmation.LATER)
    early = [half(number, None, provisional=True) for number in (1, 2, 3)]
    events = (*early, HalfExpired(2), HalfConfirmed(3, pair(1)), HalfConfirmed(1, pair(2)))
    assert Story(request).both(*events, PathDone()).broken == set()


@pytest.mark.parametrize(
    ("tail", "broken"),
    [
        ((half(1, pair(14)), half(2, pair(16)), PathDone()), "QIA-QNP-ID-01"),
        ((half(1, pair(4)), half(2, pair(5)), PathDone()), "QIA-QNP-EXP-01"),
        ((half(1, pair(4, Bell.PSI_PLUS)), half(2, pair(6)), PathDone()), "QIA-QNP-BEL-01"),
        ((half(1, pair(4, None)), half(2, pair(6)), PathDone()), "QIA-QNP-BEL-01"),
        ((half(1, pair(4)), half(2, pair(4)), PathDone()), "QIA-QNP-ID-02"),
        ((half(1, pair(4)), half(1, pair(6)), PathDone()), "QIA-QNP-ID-04"),
        ((half(1, pair(4)), PathDone()), "QIA-QNP-CMP-02"),
        ((*WHOLE, half(3, pair(7))), "QIA-QNP-CMP-01"),
        ((*WHOLE, PathDone()), "QIA-QNP-CMP-01"),
        ((half(1, None, provisional=True), *WHOLE[1:]), "QIA-QNP-REQ-06"),
        ((HalfDelivered(1, pair(4), False, qubit=0), *WHOLE[1:]), "QIA-QNP-REQ-06"),
        ((HalfConfirmed(1, pair(4)), *WHOLE[1:]), "QIA-QNP-EXP-02"),
    ],
)
def test_what_the_tail_end_tells_wrong_is_found(tail, broken):
    assert broken in Story().tell(HEAD, *WHOLE).tell(TAIL, *tail).broken


@pytest.mark.parametrize(
    "rest",
    [
        (PathFailed(LinkError.TIMEOUT),),
        (HalfConfirmed(1, pair(4)), HalfExpired(1), PathFailed(LinkError.TIMEOUT)),
    ],
)
def test_an_early_half_has_one_end(rest):
    request = replace(REQUEST, confirmation=Confirmation.LATER)
    told = Story(request).tell(HEAD, half(1, None, provisional=True), *rest)
    assert told.broken == {"QIA-QNP-EXP-02"}


def test_a_pair_of_two_requests_is_found():
    told = Story(requests=2).tell(HEAD, *WHOLE).tell(TAIL, *WHOLE, request=2)
    assert "QIA-QNP-ID-03" in told.broken


def test_a_number_that_two_requests_have_is_found():
    told = Story()
    told.ask(HEAD, "Request", replace(REQUEST, number=1), 1)
    assert told.broken == {"QIA-QNP-REQ-07"}


def test_a_call_that_is_made_twice_has_one_number():
    told = Story(replace(REQUEST, request_id="once"))
    told.ask(HEAD, "Request", replace(REQUEST, request_id="once"), 1)
    assert told.broken == set()


def test_who_takes_no_part_hears_nothing():
    assert Story().tell(STRANGER, WHOLE[0]).broken == {"QIA-QNP-APP-01"}


def test_events_name_the_purpose_of_their_request():
    assert Story().tell(TAIL, WHOLE[0], purpose=0).broken == {"QIA-QNP-APP-01"}


def test_a_final_state_is_told_of_every_pair():
    told = Story(replace(REQUEST, final_state=Bell.PSI_MINUS)).both(*WHOLE)
    assert told.broken == {"QIA-QNP-BEL-04"}


def test_an_event_that_is_left_out_is_found():
    told = Story().tell(HEAD, WHOLE[0])
    next(told.numbers[HEAD])
    assert told.tell(HEAD, WHOLE[1]).broken == {"QIA-QNP-EVT-01"}
