"""The core of two nodes and a link, with a clock that stands still until it is moved."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from qinet_reference.links.alteration import LinkAlteration
from qinet_reference.links.core import new_core as composed
from qinet_reference.links.domain.model import (
    Done,
    Failed,
    Notice,
    PairMade,
    PairRequest,
    PairType,
    Qubit,
)
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.domain.service import LinkLayer, LinkService
from qinet_reference.links.domain.terms import Terms
from qinet_reference.links.plan import LinkPlan, PlannedLink, QuantumNode
from qinet_reference.plan import Sae

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qinet_reference.links.domain.network import LinkNetwork

PURPOSE = 3
HOMES = {"alice": "a", "carol": "a", "bob": "b", "dora": "b"}

CERTAIN = Terms(
    fidelity=1.0, success_probability=1.0, attempt_time=1.0, coherence_time=1e9, relaxation_time=1e9
)
"""A pair each second, and no noise."""


@dataclass
class Core:
    """A network that the test moves through time; `told` are all notices, in order."""

    services: dict[str, LinkLayer]
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


class _Recording(LinkAlteration):
    """Alters nothing, and notes what is told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def told(self, notice: Notice) -> Iterable[Notice]:
        self.notices.append(notice)
        yield notice


def new_core(
    memory: int = 4, seed: int = 1, altered: Sequence[LinkAlteration] = (), **terms: Any
) -> Core:
    """Nodes a and b; bob at b and carol at a accept PURPOSE."""
    recording = _Recording()
    plan = LinkPlan(
        nodes=(QuantumNode("a", memory), QuantumNode("b", memory)),
        links=(PlannedLink(("a", "b"), replace(CERTAIN, **terms)),),
        applications=tuple(Sae(name, node, ()) for name, node in HOMES.items()),
    )
    for alteration in altered:
        plan = alteration.plan(plan)
    network = composed(plan, [*altered, recording], random.Random(seed))
    core = Core({}, network, recording.notices)
    for node in "ab":
        service: LinkLayer = LinkService(
            node, plan.enrolment(), network, lambda: core.now, lambda: None
        )
        for alteration in altered:
            service = alteration.service(service, node)
        core.services[node] = service
    core.services["b"].accept("bob", "a", PURPOSE)
    core.services["a"].accept("carol", "b", PURPOSE)
    return core
