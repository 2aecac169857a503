"""The core of a network of links, made from its plan and altered as it is to be."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from qinet_reference.links.domain.link import Link
from qinet_reference.links.domain.memory import Memory
from qinet_reference.links.domain.network import LinkNetwork
from qinet_reference.links.domain.node import Node
from qinet_reference.links.domain.rules import Rules
from qinet_reference.links.pairs import NoisyPairs

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from qinet_reference.links.alteration import LinkAlteration
    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.domain.physics import Physics
    from qinet_reference.links.plan import LinkPlan, QuantumNode


def new_core(
    plan: LinkPlan, alterations: Sequence[LinkAlteration], chance: random.Random
) -> LinkNetwork:
    """Nodes and links; what they tell goes to the logs of the nodes' applications."""
    nodes = {one.id: Node(one.id, _memory(one, alterations)) for one in plan.nodes}
    physics: Physics = NoisyPairs(chance)
    physics = reduce(lambda part, change: change.physics(part), alterations, physics)
    links = [
        Link(
            ends=(nodes[planned.ends[0]], nodes[planned.ends[1]]),
            terms=planned.terms,
            physics=physics,
            chance=chance,
            tell=_telling(nodes, alterations),
            rules=reduce(lambda part, change: change.rules(part), alterations, Rules()),
        )
        for planned in plan.links
    ]
    return LinkNetwork(list(nodes.values()), links)


def _memory(node: QuantumNode, alterations: Sequence[LinkAlteration]) -> Memory:
    memory = Memory(node.memory)
    return reduce(lambda part, change: change.memory(part, node.id), alterations, memory)


def _telling(
    nodes: Mapping[str, Node], alterations: Sequence[LinkAlteration]
) -> Callable[[Notice], None]:
    """Passes on what is told instead of a notice, for each alteration has a say."""

    def tell(notice: Notice) -> None:
        notices = [notice]
        for alteration in alterations:
            notices = [told for one in notices for told in alteration.told(one)]
        for told in notices:
            nodes[told.node].log(told.application).append(told)

    return tell
