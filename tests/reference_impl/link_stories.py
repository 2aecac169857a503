"""Stories that together touch all that a link does; each gives what was answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from link_cores import PURPOSE

from qinet_reference.domain.refusal import Refusal
from qinet_reference.links.domain.model import (
    BasisSet,
    Delivery,
    Interleaving,
    PairType,
    Qubit,
    RandomBasis,
)
from qinet_reference.links.domain.refusal import LinkRefusal
from qinet_reference.links.physics.bases import Axis, Rotation

if TYPE_CHECKING:
    from link_cores import Core

Story = Callable[["Core"], Iterator[object]]


def answer(call: Callable[[], Any]) -> object:
    """What a call gave, or why it was refused."""
    try:
        return call()
    except LinkRefusal as refusal:
        return refusal.error
    except Refusal as refusal:
        return refusal.reason


def measuring(core: Core) -> Iterator[object]:
    drawn = RandomBasis(BasisSet.XYZ)
    for fields in (
        {"local_basis": drawn, "remote_basis": drawn, "number": 60, "min_fidelity": 0.9},
        {"local_basis": RandomBasis(BasisSet.CHSH), "remote_basis": Axis.Z, "number": 60},
        {"local_basis": Rotation(0.3, 1.2, 0.4), "remote_basis": Axis.X, "number": 60},
        {"local_basis": RandomBasis(BasisSet.XZ, (1.0, 0.0)), "number": 9},
        {"type": PairType.PREPARE, "local_basis": Axis.X},
    ):
        yield answer(lambda fields=fields: core.create(**fields))
        core.at(core.now + 200)


def crossing(core: Core) -> Iterator[object]:
    core.services["b"].accept("dora", "a", PURPOSE + 1)
    yield answer(lambda: core.create("alice", number=4, interleaving=Interleaving.FORBIDDEN))
    yield answer(lambda: core.create("bob", number=4))
    core.at(1)
    yield answer(lambda: core.create("carol", number=4, priority=6, purpose=PURPOSE + 1))
    yield answer(lambda: core.create("alice", number=4, delivery=Delivery.WHEN_COMPLETE))
    yield answer(lambda: core.create("bob", number=2))
    core.at(100)


def running_late(core: Core) -> Iterator[object]:
    yield answer(lambda: core.create(number=4))
    yield answer(lambda: core.create(number=4, max_time=3.5))
    yield answer(lambda: core.create(number=4, max_time=6.5))
    core.at(100)


def asking(core: Core) -> Iterator[object]:
    for fields in (
        {"remote_node": "a"},
        {"remote_node": "z"},
        {"number": 0},
        {"priority": 9},
        {"min_fidelity": math.nan},
        {"min_fidelity": 1.0},
        {"min_fidelity": 0.1},
        {"max_time": 0.5},
        {"purpose": PURPOSE + 9},
        {"purpose": 65_535},
        {"local_basis": RandomBasis(BasisSet.XYZ, (1.0, 1.0, 1.0))},
        {"type": PairType.KEEP},
        {"type": PairType.KEEP, "number": 9, "delivery": Delivery.WHEN_COMPLETE},
    ):
        yield answer(lambda fields=fields: core.create(**fields))
    core.at(50)


def keeping(core: Core) -> Iterator[object]:
    at_a, at_b = core.services["a"], core.services["b"]
    yield answer(lambda: core.create(type=PairType.KEEP, number=24))
    for moment in range(1, 40):
        core.at(moment + 0.5)
        for service, name, node in ((at_a, "alice", "a"), (at_b, "bob", "b")):
            made = core.pairs(node)
            half = made[-1].half if made else None
            if isinstance(half, Qubit) and moment != 10:
                for caller in ("carol", name, name):
                    yield answer(
                        lambda service=service, caller=caller, half=half: service.measure(
                            caller, half.id, Axis.Z
                        )
                    )
    core.at(60)
    yield [(node.memory.size, node.memory.free) for node in core.network.nodes.values()]


def accepting(core: Core) -> Iterator[object]:
    at_b = core.services["b"]
    yield answer(lambda: at_b.accept("dora", "a", PURPOSE))
    for _ in range(2):
        yield answer(lambda: at_b.stop_accepting("bob", "a", PURPOSE))
        yield answer(core.create)
        yield answer(lambda: at_b.accept("bob", "a", PURPOSE))
        yield answer(core.create)
    yield answer(lambda: core.services["a"].get_link("mallory", "b").memory)
    core.at(9)


def losing(core: Core) -> Iterator[object]:
    link = core.network.link(core.network.nodes["a"], "b")
    yield answer(lambda: core.create(type=PairType.KEEP))
    core.at(2)
    for node in core.network.nodes.values():
        link.miss_heralds(node, 1)
        yield answer(lambda: core.create(number=2))
        core.at(core.now + 9)
    left_out = (65_535 - core.pairs("a")[-1].sequence) % 65_536
    link.skip_numbers(left_out - 2)
    yield answer(lambda: core.create(number=4))
    core.at(core.now + 9)


def insisting(core: Core) -> Iterator[object]:
    for _ in range(3):
        yield answer(lambda: core.create(request_id="once"))
    for end in "xy":
        yield answer(lambda end=end: core.create(request_id=f"{'long' * 8}{end}"))
    core.at(9)


def resuming(core: Core) -> Iterator[object]:
    yield answer(lambda: core.create(number=4))
    core.at(9)
    yield list(core.services["a"].events("alice").after(2))


STORIES: tuple[Story, ...] = (
    measuring,
    crossing,
    running_late,
    asking,
    keeping,
    accepting,
    losing,
    insisting,
    resuming,
)
