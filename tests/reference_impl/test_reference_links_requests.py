"""Which requests a link takes, and what it says to the others."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from link_cores import CERTAIN, HOMES, PURPOSE, new_core, refusal

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.links.domain.model import BasisSet, Delivery, PairType, RandomBasis
from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.links.physics.bases import Axis, Rotation

KEEP, PREPARE = PairType.KEEP, PairType.PREPARE


@pytest.mark.parametrize(
    "fields",
    [
        {"remote_node": "a"},
        {"remote_node": "z"},
        {"remote_node": ""},
        {"purpose": 65_536},
        {"purpose": -1},
        {"number": 0},
        {"min_fidelity": 1.0001},
        {"min_fidelity": -0.1},
        {"min_fidelity": math.nan},
        {"max_time": 0.0},
        {"max_time": -1.0},
        {"priority": 8},
        {"type": KEEP, "local_basis": Axis.Z},
        {"type": KEEP, "remote_basis": Axis.Z},
        {"type": PREPARE, "remote_basis": Axis.Z},
        {"local_basis": Rotation(math.inf, 0, 0)},
        {"remote_basis": RandomBasis(BasisSet.XYZ, (0.5, 0.5))},
        {"remote_basis": RandomBasis(BasisSet.XZ, (0.6, 0.5))},
        {"local_basis": RandomBasis(BasisSet.XZ, (1.5, -0.5))},
        {"local_basis": RandomBasis(BasisSet.XZ, (math.nan, 0.5))},
    ],
    ids=str,
)
def test_what_makes_no_sense(fields: dict[str, Any]) -> None:
    core = new_core()
    assert core.refusal(**fields) is LinkError.MALFORMED
    core.at(10)
    assert core.told == []


@pytest.mark.parametrize(
    "fields",
    [
        {"min_fidelity": 0.94},
        {"number": CERTAIN.max_number + 1},
        {"max_time": 0.999},
        {"type": KEEP, "number": 5, "delivery": Delivery.WHEN_COMPLETE},
        {"type": PREPARE, "number": 5, "delivery": Delivery.WHEN_COMPLETE},
    ],
    ids=str,
)
def test_what_the_link_can_never_do(fields: dict[str, Any]) -> None:
    core = new_core(memory=4)
    assert core.refusal(**fields) is LinkError.UNSUPPORTED
    core.at(10)
    assert core.told == []


@pytest.mark.parametrize(
    "fields",
    [
        {"min_fidelity": 0.93},
        {"min_fidelity": 0.0},
        {"number": CERTAIN.max_number},
        {"max_time": 1.0},
        {"priority": 7},
        {"type": KEEP, "number": 5},
        {"type": KEEP, "number": 4, "delivery": Delivery.WHEN_COMPLETE},
        {"type": PREPARE, "local_basis": Axis.X},
        {"local_basis": RandomBasis(BasisSet.XYZ, (0.2, 0.3, 0.5))},
        {"remote_basis": Rotation(0.1, -7.0, 3.0)},
    ],
    ids=str,
)
def test_what_lies_at_the_edge_is_served(fields: dict[str, Any]) -> None:
    core = new_core(memory=4)
    core.create(**fields)
    core.at(1)
    assert core.told or fields.get("delivery") is Delivery.WHEN_COMPLETE


@pytest.mark.parametrize("purpose", [0, 65_535])
def test_every_purpose_can_be_accepted(purpose: int) -> None:
    core = new_core()
    assert core.refusal(purpose=purpose) is LinkError.REJECTED
    core.services["b"].accept("bob", "a", purpose)
    core.create(purpose=purpose)


def test_without_memory_nothing_is_kept() -> None:
    core = new_core(memory=0)
    assert core.refusal(type=KEEP) is LinkError.UNSUPPORTED
    assert core.refusal(type=PREPARE) is LinkError.UNSUPPORTED
    core.create()


def test_a_type_that_is_not_served() -> None:
    core = new_core(types=frozenset({PairType.MEASURE}))
    assert core.refusal(type=KEEP) is LinkError.UNSUPPORTED


def test_a_purpose_belongs_to_one_application() -> None:
    core = new_core()
    at_b = core.services["b"]
    assert refusal(lambda: at_b.accept("dora", "a", PURPOSE)) is LinkError.ALREADY_ACCEPTED
    at_b.accept("bob", "a", PURPOSE)
    at_b.stop_accepting("dora", "a", PURPOSE)
    core.create()
    at_b.stop_accepting("bob", "a", PURPOSE)
    at_b.stop_accepting("bob", "a", PURPOSE)
    assert core.refusal() is LinkError.REJECTED
    core.at(1)
    assert [one.sequence for one in core.pairs("b")] == [0], "acknowledged before, served after"
    at_b.accept("dora", "a", PURPOSE)
    core.create()
    for bad in (lambda: at_b.accept("bob", "z", 1), lambda: at_b.accept("bob", "a", 65_536)):
        assert refusal(bad) is LinkError.MALFORMED


def test_only_so_many_wait() -> None:
    core = new_core(max_waiting=2)
    core.create()
    core.create()
    assert core.refusal() is LinkError.NO_TIME
    core.at(1)
    core.create()


def test_only_applications_of_the_node_are_served() -> None:
    core = new_core()
    at_a = core.services["a"]
    for caller in ("bob", "nobody", None):
        for call in (
            lambda caller=caller: at_a.get_link(caller, "b"),
            lambda caller=caller: at_a.events(caller),
            lambda caller=caller: at_a.accept(caller, "b", 1),
            lambda caller=caller: at_a.stop_accepting(caller, "b", 1),
            lambda caller=caller: at_a.measure(caller, 0, Axis.Z),
            lambda caller=caller: at_a.release(caller, 0),
        ):
            with pytest.raises(Refusal) as caught:
                call()
            assert caught.value.reason is Reason.UNAUTHENTICATED


def test_a_request_id_names_one_request_of_its_caller() -> None:
    core = new_core()
    first = core.create(request_id="x")
    assert core.create(request_id="x", number=9) == first
    assert core.create() != first
    others = core.create("carol", request_id="x")
    assert others != first
    core.at(10)
    assert core.create(request_id="x") == first, "also when it has ended"
    core.at(20)
    assert len(core.pairs("a")) == 3


def test_a_refusal_is_an_answer_too() -> None:
    core = new_core()
    core.services["b"].stop_accepting("bob", "a", PURPOSE)
    assert core.refusal(request_id="x") is LinkError.REJECTED
    core.services["b"].accept("bob", "a", PURPOSE)
    assert core.refusal(request_id="x") is LinkError.REJECTED
    core.create(request_id="y")


def test_create_ids_of_outstanding_requests_are_distinct() -> None:
    core = new_core()
    waiting = [core.create(priority=0) for _ in range(5)]
    assert len(set(waiting)) == 5
    node = core.network.nodes["a"]
    node.outstanding |= set(range(65_536)) - {9}
    assert node.new_create_id() == 9
    assert refusal(node.new_create_id) is LinkError.NO_TIME


def test_both_nodes_may_ask_under_equal_create_ids() -> None:
    core = new_core()
    mine, theirs = core.create("alice"), core.create("bob")
    assert mine == theirs
    core.at(2)
    assert [notice.request.origin for notice in core.told] == ["a"] * 4 + ["b"] * 4
    applications = {(one.request.origin, one.node): one.application for one in core.told}
    assert applications == {
        ("a", "a"): "alice",
        ("a", "b"): "bob",
        ("b", "b"): "bob",
        ("b", "a"): "carol",
    }


def test_what_is_offered() -> None:
    core = new_core(memory=6)
    core.now = 5.0
    view = core.services["a"].get_link("alice", "b")
    assert (view.node, view.remote_node, view.memory, view.now) == ("a", "b", 6, 5.0)
    assert view.terms == replace(CERTAIN)
    assert refusal(lambda: core.services["a"].get_link("alice", "a")) is LinkError.MALFORMED
    assert set(HOMES) == {"alice", "bob", "carol", "dora"}
