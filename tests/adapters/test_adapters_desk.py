"""The desk of the adapters, with a machine whose clock and pairs a test has in its hands."""

from __future__ import annotations

import asyncio

import pytest
from desk.line import Line
from desk.node import Node
from desk.reading import check_reach, read_create
from desk.refusal import Refusal
from desk.request import Wanted
from toy_machine import KEEP, MEASURE, Toy, Z

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb


def wanted(kind=MEASURE, number=2, max_time=None, priority=0, whole=False, alone=False):
    return Wanted("b", 7, kind, number, 0.5, max_time, priority, whole, alone, Z, Z, "")


def played(toy, play):
    """What node a and node b were told, as words, after `play(line, nodes)` has run."""

    async def run():
        nodes = Node("a", toy.terms.memory), Node("b", toy.terms.memory)
        line = Line(nodes, toy)
        serving = asyncio.create_task(line.serve())
        await play(line, nodes)
        await asyncio.sleep(0.02)
        serving.cancel()
        return [[_word(event) for event in node.logs["app"].events] for node in nodes]

    return asyncio.run(run())


def _word(event):
    match event.WhichOneof("what"):
        case "made":
            return event.made.sequence
        case "failed" if event.failed.error == common.LINK_ERROR_EXPIRED:
            return ("void", event.failed.range.first, event.failed.range.end)
        case "failed":
            return common.LinkError.Name(event.failed.error).removeprefix("LINK_ERROR_")
        case what:
            return what


def asking(*requests, then=None):
    async def play(line, nodes):
        for one in requests:
            line.submit(nodes[0], "app", "app", one)
        await asyncio.sleep(0.02)
        if then:
            await then(line, nodes)

    return play


def test_both_ends_are_told_of_each_pair_and_of_the_end():
    assert played(Toy(), asking(wanted())) == [[1, 2, "done"], [1, 2, "done"]]


def test_the_more_urgent_request_is_served_first():
    toy = Toy()
    assert played(toy, asking(wanted(), wanted(priority=3))) == [[1, 2, "done", 3, 4, "done"]] * 2
    assert toy.served == [2, 1]


def test_what_one_end_alone_has_at_the_deadline_is_void():
    toy = Toy(lost=(2,))

    async def later(_line, _nodes):
        toy.time += 1.0

    told = played(toy, asking(wanted(max_time=1.0), then=later))
    assert told == [[1, 2, "done", ("void", 2, 3)], [1, "TIMEOUT"]]


def test_nothing_is_told_before_a_request_is_complete_that_wants_it_so():
    toy = Toy(lost=(2,))

    async def later(_line, _nodes):
        toy.time += 1.0

    told = played(toy, asking(wanted(KEEP, max_time=1.0, whole=True), then=later))
    assert told == [["TIMEOUT"]] * 2
    assert sorted(toy.released) == [("a", ("a", 1)), ("a", ("a", 2)), ("b", ("b", 1))]
    assert played(Toy(), asking(wanted(KEEP, whole=True))) == [[1, 2, "done"]] * 2


def test_a_request_without_room_stands_aside_and_goes_on_when_there_is_some():
    async def later(line, nodes):
        for node in nodes:
            for name in (0, 1):
                node.let_go("app", name)
        line.look_again()
        await asyncio.sleep(0.02)

    told = played(Toy(), asking(wanted(KEEP, 3), wanted(number=1), then=later))
    assert told == [[1, 2, 3, "done", 4, "done"]] * 2


def test_a_qubit_is_its_owners_alone():
    node = Node("a", 2)
    name = node.hold("app", "qubit")
    with pytest.raises(Refusal, match="no such qubit"):
        node.let_go("other", name)
    assert node.let_go("app", name) == "qubit"
    with pytest.raises(Refusal, match="no such qubit"):
        node.let_go("app", name)


CREATE = {"remote_node_id": "b", "purpose_id": 7, "type": MEASURE, "number": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": 0}, "MALFORMED"),
        ({"purpose_id": 65_536}, "MALFORMED"),
        ({"type": 0}, "MALFORMED"),
        ({"type": 9}, "MALFORMED"),
        ({"min_fidelity": float("nan")}, "MALFORMED"),
        ({"priority": 8}, "MALFORMED"),
        ({"max_time": {}}, "MALFORMED"),
        ({"type": KEEP, "local_basis": {"fixed": common.AXIS_X}}, "MALFORMED"),
        ({"local_basis": {"random": {"set": 1, "probabilities": [0.5]}}}, "MALFORMED"),
        ({"type": common.PAIR_TYPE_PREPARE}, "UNSUPPORTED"),
        ({"min_fidelity": 0.91}, "UNSUPPORTED"),
        ({"number": 11}, "UNSUPPORTED"),
        ({"max_time": {"nanos": 1}}, "UNSUPPORTED"),
        ({"type": KEEP, "number": 3, "delivery": pb.DELIVERY_WHEN_COMPLETE}, "UNSUPPORTED"),
        ({"remote_basis": {"random": {"set": common.BASIS_SET_CHSH}}}, "UNSUPPORTED"),
    ],
)
def test_what_no_request_may_be_is_refused(change, reason):
    with pytest.raises(Refusal) as refused:
        check_reach(read_create(pb.CreateRequest(**{**CREATE, **change})), Toy())
    assert refused.value.reason == reason
    check_reach(read_create(pb.CreateRequest(**CREATE)), Toy())
