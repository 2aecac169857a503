"""The core of two nodes and a link, with a clock that stands still until it is moved."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from qinet_reference.domain.directory import Enrolment
from qinet_reference.links.domain.link import Link
from qinet_reference.links.domain.model import (
    Done,
    Failed,
    LinkError,
    LinkRefusal,
    Notice,
    PairMade,
    PairRequest,
    PairType,
    Qubit,
    Terms,
)
from qinet_reference.links.domain.network import LinkNetwork
from qinet_reference.links.domain.node import Node
from qinet_reference.links.domain.service import LinkService
from qinet_reference.links.werner import WernerPhysics

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.links.domain.rules import Rules

PURPOSE = 3
HOMES = {"alice": "a", "carol": "a", "bob": "b", "dora": "b"}

CERTAIN = Terms(fidelity=1.0, success_probability=1.0, attempt_time=1.0, coherence_time=1e9)
"""A pair each second, and no noise."""


@dataclass
class Core:
    """A network that the test moves through time; `told` are all notices, in order."""

    services: dict[str, LinkService]
    network: LinkNetwork
    told: list[Notice]
    now: float = 0.0

    def at(self, moment: float) -> None:
        self.now = moment
        self.network.advance(moment)

    def create(self, caller: str = "alice", **fields: Any) -> int:
        node = HOMES[caller]
        plain: dict[str, Any] = {
            "remote_node": "b" if node == "a" else "a",
            "purpose": PURPOSE,
            "type": PairType.MEASURE,
            "number": 1,
        }
        return self.services[node].create(caller, PairRequest(**{**plain, **fields}))

    def refusal(self, caller: str = "alice", **fields: Any) -> LinkError:
        return refusal(lambda: self.create(caller, **fields))

    def pairs(self, node: str, create_id: int | None = None) -> list[PairMade]:
        """The pairs that a node told of, as they came."""
        return [
            notice.what
            for notice in self.told
            if notice.node == node
            and isinstance(notice.what, PairMade)
            and create_id in {None, notice.request.create_id}
        ]

    def qubits(self, node: str) -> list[int]:
        return [pair.half.id for pair in self.pairs(node) if isinstance(pair.half, Qubit)]

    def ends(self, create_id: int) -> list[tuple[str, object]]:
        """How a request ended, node by node: its error, or Done."""
        return [
            (notice.node, notice.what.error if isinstance(notice.what, Failed) else Done)
            for notice in self.told
            if notice.request.create_id == create_id and not isinstance(notice.what, PairMade)
        ]


def refusal(call: Callable[[], object]) -> LinkError:
    with pytest.raises(LinkRefusal) as caught:
        call()
    return caught.value.error


def new_core(memory: int = 4, seed: int = 1, rules: Rules | None = None, **terms: Any) -> Core:
    """Nodes a and b; bob at b and carol at a accept PURPOSE."""
    chance = random.Random(seed)
    nodes = (Node("a", memory), Node("b", memory))
    told: list[Notice] = []

    def tell(notice: Notice) -> None:
        told.append(notice)
        next(node for node in nodes if node.id == notice.node).log(notice.application).append(
            notice
        )

    physics = WernerPhysics(chance)
    link = Link(nodes, replace(CERTAIN, **terms), physics, chance, tell, rules)
    core = Core({}, LinkNetwork(nodes, [link]), told)
    for node in "ab":
        core.services[node] = LinkService(
            node, Enrolment(HOMES, ()), core.network, lambda: core.now, lambda: None
        )
    core.services["b"].accept("bob", "a", PURPOSE)
    core.services["a"].accept("carol", "b", PURPOSE)
    return core
