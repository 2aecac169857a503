"""In which order a link serves requests, when they fail, and what that does to memory."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from itertools import pairwise

import pytest
from link_cores import PURPOSE, Core, new_core, refusal

from qinet_reference.links.domain.events import EventLog
from qinet_reference.links.domain.model import (
    BasisSet,
    Delivery,
    Done,
    Interleaving,
    Measured,
    Notice,
    PairType,
    Qubit,
    RandomBasis,
    RequestKey,
)
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell

KEEP, PREPARE = PairType.KEEP, PairType.PREPARE
AT_ONCE, BLOCK = Delivery.WHEN_COMPLETE, Interleaving.FORBIDDEN


def served(core: Core) -> list[int]:
    """The Create IDs of the pairs of node a, in the order of their numbers."""
    return [
        notice.request.create_id
        for notice in core.told
        if notice.node == "a" and not isinstance(notice.what, Done)
    ]


def test_each_pair_is_told_at_both_ends_at_its_time() -> None:
    core = new_core()
    key = core.create(number=2)
    core.at(0.99)
    assert core.told == []
    core.at(1)
    assert [notice.node for notice in core.told] == ["a", "b"]
    core.at(5)
    assert [(pair.sequence, pair.goodness_time) for pair in core.pairs("a")] == [(0, 1), (1, 2)]
    assert core.ends(key) == [("a", Done), ("b", Done)]
    assert [(one.remote_node, one.purpose) for one in core.told[:2]] == [
        ("b", PURPOSE),
        ("a", PURPOSE),
    ]


def test_the_time_of_a_success_is_geometric() -> None:
    core = new_core(success_probability=0.25, attempt_time=0.5)
    core.create(number=1000)
    core.at(1e6)
    times = [0.0, *(pair.goodness_time for pair in core.pairs("a"))]
    waits = [(later - earlier) / 0.5 for earlier, later in pairwise(times)]
    assert all(wait == round(wait) >= 1 for wait in waits)
    assert sum(waits) / len(waits) == pytest.approx(4, rel=0.15)
    assert Counter(waits)[1] / len(waits) == pytest.approx(0.25, rel=0.2)


def test_the_greater_priority_comes_first_and_then_who_came_first() -> None:
    core = new_core()
    low, first, second = core.create(number=3), core.create(priority=5), core.create(priority=5)
    core.at(10)
    assert served(core) == [first, second, low, low, low]


def test_a_greater_priority_interrupts() -> None:
    core = new_core()
    low = core.create(number=3)
    core.at(1)
    high = core.create(priority=1)
    core.at(10)
    assert served(core) == [low, high, low, low]


def test_a_block_is_not_interrupted() -> None:
    core = new_core()
    low = core.create(number=3, interleaving=BLOCK)
    core.at(1)
    high = core.create(priority=7)
    core.at(10)
    assert served(core) == [low, low, low, high]


def test_a_block_that_was_not_begun_waits() -> None:
    core = new_core()
    low = core.create(number=2, interleaving=BLOCK)
    high = core.create(priority=7, number=2)
    core.at(10)
    assert served(core) == [high, high, low, low]


def test_an_attempt_serves_nobody_who_came_after_it_began() -> None:
    core = new_core()
    core.create(number=2)
    core.at(0.5)
    late = core.create(priority=7)
    core.at(10)
    assert served(core)[1] == late
    assert core.pairs("a", late)[0].goodness_time == 2


def test_all_at_once_when_complete() -> None:
    core = new_core()
    slow = core.create(number=3, delivery=AT_ONCE)
    core.at(2.9)
    assert core.told == []
    core.at(3)
    pairs = core.pairs("b")
    assert [(one.sequence, one.goodness_time) for one in pairs] == [(0, 1), (1, 2), (2, 3)]
    assert core.ends(slow) == [("a", Done), ("b", Done)]


def test_numbers_rise_at_each_node_even_where_some_pairs_wait() -> None:
    core = new_core()
    core.create(number=3, delivery=AT_ONCE)
    core.at(2)
    core.create(priority=1, number=2)
    core.at(10)
    for node in "ab":
        assert [pair.sequence for pair in core.pairs(node)] == [0, 1, 2, 3, 4]


def test_a_request_fails_at_its_deadline_at_both_nodes() -> None:
    core = new_core()
    late = core.create(number=5, max_time=3.5)
    core.at(3.49)
    assert core.ends(late) == []
    core.at(3.5)
    assert core.ends(late) == [("a", LinkError.TIMEOUT), ("b", LinkError.TIMEOUT)]
    core.at(10)
    assert len(core.pairs("a")) == len(core.pairs("b")) == 3


def test_what_is_complete_at_its_deadline_has_not_failed() -> None:
    core = new_core()
    just = core.create(number=3, max_time=3.0)
    core.at(10)
    assert core.ends(just) == [("a", Done), ("b", Done)]


def test_requests_that_wait_fail_on_time_too() -> None:
    core = new_core()
    core.create(number=100)
    waiting = [core.create(max_time=2.0 + index) for index in range(3)]
    core.at(4)
    failed = [notice for notice in core.told if notice.request.create_id in waiting]
    assert [one.request.create_id for one in failed] == [key for key in waiting for _ in "ab"]


def test_nothing_of_a_failed_request_is_delivered_at_once_or_kept() -> None:
    core = new_core(memory=4)
    late = core.create(type=KEEP, number=4, delivery=AT_ONCE, max_time=2.5)
    core.at(2.5)
    assert core.ends(late) == [("a", LinkError.TIMEOUT), ("b", LinkError.TIMEOUT)]
    assert core.pairs("a") == []
    assert [node.memory.free for node in core.network.nodes.values()] == [4, 4]


def test_memory_runs_out_and_comes_back() -> None:
    core = new_core(memory=2)
    keep = core.create(type=KEEP, number=4)
    core.at(10)
    assert core.qubits("a") == [0, 1]
    assert core.ends(keep) == []
    core.services["a"].release("alice", 1)
    core.at(20)
    assert len(core.pairs("a")) == 2, "the peer has no room yet"
    core.services["b"].measure("bob", 0, Axis.Z)
    core.at(30)
    assert core.qubits("a") == [0, 1, 1]
    assert core.qubits("b") == [0, 1, 0]
    assert core.pairs("a")[-1].goodness_time == 21


def test_a_block_that_waits_for_memory_lets_nobody_through() -> None:
    core = new_core(memory=1)
    block = core.create(type=KEEP, number=2, interleaving=BLOCK)
    core.at(1)
    other = core.create(priority=7, max_time=5)
    core.at(10)
    assert core.ends(other) == [("a", LinkError.TIMEOUT), ("b", LinkError.TIMEOUT)]
    core.services["a"].release("alice", 0)
    core.services["b"].release("bob", 0)
    core.at(20)
    assert core.ends(block) == [("a", Done), ("b", Done)]


def test_others_are_served_while_one_waits_for_memory() -> None:
    core = new_core(memory=1)
    core.create(type=KEEP, number=2, priority=7)
    measure = core.create(number=2)
    core.at(10)
    assert core.ends(measure) == [("a", Done), ("b", Done)]


def test_two_that_need_all_memory_do_not_wait_for_each_other() -> None:
    core = new_core(memory=4)
    low = core.create(type=KEEP, number=3, delivery=AT_ONCE)
    core.at(1)
    high = core.create(type=KEEP, number=3, delivery=AT_ONCE, priority=7)
    core.at(10)
    assert core.ends(low) == [("a", Done), ("b", Done)]
    for qubit in (0, 1, 2):
        core.services["a"].release("alice", qubit)
        core.services["b"].release("bob", qubit)
    core.at(20)
    assert core.ends(high) == [("a", Done), ("b", Done)]


def test_qubits_belong_to_those_who_were_told_of_them() -> None:
    core = new_core()
    core.create(type=KEEP)
    at_a = core.services["a"]
    core.at(1)
    for call in (
        lambda: at_a.measure("carol", 0, Axis.Z),
        lambda: at_a.release("carol", 0),
        lambda: at_a.release("alice", 1),
    ):
        assert refusal(call) is LinkError.QUBIT_NOT_FOUND
    at_a.measure("alice", 0, Axis.Z)
    assert refusal(lambda: at_a.measure("alice", 0, Axis.Z)) is LinkError.QUBIT_NOT_FOUND
    core.services["b"].release("bob", 0)
    assert refusal(lambda: core.services["b"].release("bob", 0)) is LinkError.QUBIT_NOT_FOUND


def test_qubits_that_were_not_delivered_are_nobodys() -> None:
    core = new_core()
    core.create(type=KEEP, number=2, delivery=AT_ONCE)
    core.at(1)
    release = lambda: core.services["a"].release("alice", 0)  # noqa: E731
    assert refusal(release) is LinkError.QUBIT_NOT_FOUND
    core.at(2)
    release()


def test_prepare_measures_here_and_holds_there() -> None:
    core = new_core(labels=(Bell.PSI_MINUS,))
    core.create(type=PREPARE, number=4, local_basis=Axis.X)
    core.at(4)
    for mine, theirs in zip(core.pairs("a"), core.pairs("b"), strict=True):
        assert isinstance(mine.half, Measured)
        assert isinstance(theirs.half, Qubit)
        assert mine.half.basis is Axis.X
        there = core.services["b"].measure("bob", theirs.half.id, Axis.X)
        assert there.outcome != mine.half.outcome
    assert core.network.nodes["a"].memory.free == 4


def test_each_end_measures_as_it_was_asked() -> None:
    core = new_core()
    core.create(
        number=200,
        local_basis=RandomBasis(BasisSet.XYZ, (0.0, 1.0, 0.0)),
        remote_basis=RandomBasis(BasisSet.CHSH),
    )
    core.at(200)
    bases = {
        node: {pair.half.basis for pair in core.pairs(node) if isinstance(pair.half, Measured)}
        for node in "ab"
    }
    assert bases == {"a": {Axis.Y}, "b": set(BasisSet.CHSH.value)}


def test_measured_along_z_unless_said_otherwise() -> None:
    core = new_core(labels=(Bell.PHI_PLUS,))
    core.create(number=50)
    core.at(50)
    halves = [[pair.half for pair in core.pairs(node)] for node in "ab"]
    assert halves[0] == halves[1]
    assert {half.basis for half in halves[0] if isinstance(half, Measured)} == {Axis.Z}
    assert len({half.outcome for half in halves[0] if isinstance(half, Measured)}) == 2


def test_sequence_numbers_begin_again_after_65535() -> None:
    core = new_core(first_sequence=65_534)
    core.create(number=4)
    core.at(4)
    assert [pair.sequence for pair in core.pairs("b")] == [65_534, 65_535, 0, 1]


def test_events_are_kept_up_to_a_number() -> None:
    log = EventLog(kept=3)
    notice = Notice("a", "alice", RequestKey("a", 1), "b", 0, Done())
    heard: list[int] = []
    with log.heard_by(lambda: heard.append(1)):
        for _ in range(5):
            log.append(notice)
    log.append(notice)
    assert len(heard) == 5
    assert log.listeners == 0
    assert [event.number for event in log.after(0)] == [4, 5, 6]
    assert [event.number for event in log.after(5)] == [6]
    assert list(log.after(99)) == []


def test_every_story_keeps_the_books() -> None:
    """Whatever is asked: one end a request at each node, equal numbers, no memory lost."""
    chance = random.Random(5)
    for seed in range(30):
        core = new_core(memory=3, seed=seed, success_probability=0.7)
        keys = []
        for step in range(30):
            core.at(step * 2.0)
            kind = chance.choice(list(PairType))
            caller = chance.choice(["alice", "bob"])
            keys.append(
                core.create(
                    caller,
                    type=kind,
                    number=chance.randint(1, 3),
                    max_time=chance.uniform(1, 20),
                    priority=chance.randint(0, 7),
                    delivery=chance.choice(list(Delivery)),
                    interleaving=chance.choice(list(Interleaving)),
                )
            )
            owners = {"a": ("alice", "carol"), "b": ("bob",)}
            for node, names in owners.items():
                for qubit in range(3):
                    for name in names:
                        if chance.random() < 0.5:
                            with suppress(LinkRefusal):
                                core.services[node].release(name, qubit)
        core.at(1000)
        sequences = {node: [pair.sequence for pair in core.pairs(node)] for node in "ab"}
        assert sequences["a"] == sequences["b"] == list(range(len(sequences["a"])))
        ends = Counter(
            (notice.node, notice.request)
            for notice in core.told
            if not hasattr(notice.what, "sequence")
        )
        assert set(ends.values()) == {1}
        assert len(ends) == 2 * len(keys)
        assert core.network.next_moment() is None
        for node in core.network.nodes.values():
            assert node.outstanding == set()
