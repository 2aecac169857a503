"""The qubits that nodes hold for applications: their names, and how many there are at once."""

from __future__ import annotations

from link_histories import Script

from qonform.ports.entanglement import LinkError, PairType, Void

EXPIRED = LinkError.EXPIRED
VOID_5 = Void(5, 6)


def kept(**request):
    return Script.of(type=PairType.KEEP, **request)


def test_qubits_that_are_held_have_different_names():
    twice = kept().ok("a", 5, made={"qubit": 3}).ok("a", 6, 2.0, made={"qubit": 3}).ok("b", 5)

    assert twice.ok("b", 6, 2.0).breaks() == {"KEP-01"}


def test_a_name_may_be_used_again():
    first = kept().ok("a", 5, made={"qubit": 3}).ok("b", 5)
    given_up = first.then("give up", 1.5, content=3)
    void = first.failed("ab", EXPIRED, 1.5, VOID_5)

    for script in (given_up, void):
        assert not script.ok("a", 6, 2.0, made={"qubit": 3}).ok("b", 6, 2.0).breaks()


def test_giving_up_what_is_void_may_end_the_pair_that_has_its_name_now():
    void = kept().ok("a", 5, made={"qubit": 3}).failed("ab", EXPIRED, 1.5, VOID_5)
    taken = void.then("give up", 1.6, content=3).ok("a", 6, 1.7, made={"qubit": 3}).ok("b", 6, 1.7)

    assert not taken.ok("ab", 7, 2.0, made={"qubit": 3}).breaks()
    later = void.then("give up", 1.6, content=3).ok("a", 6, 9.0, made={"qubit": 3}).ok("b", 6, 9.0)
    assert later.ok("ab", 7, 9.1, made={"qubit": 3}).breaks() == {"KEP-01"}


def test_no_more_is_held_than_there_is_room_for():
    both = kept().ok("ab", 5).ok("ab", 6)

    assert not both.breaks(memory={"a": 2, "b": 2})
    assert both.breaks(memory={"a": 1, "b": 2}) == {"KEP-01"}
    one = kept().ok("ab", 5).then("give up", 1.1, content=5)
    assert not one.ok("ab", 6, 2.0).breaks(memory={"a": 1, "b": 2})
