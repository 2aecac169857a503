"""The core of a network of paths, made from its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.domain.memory import Memory
from qinet_reference.paths.domain.circuit import Circuit
from qinet_reference.paths.domain.model import PathNode
from qinet_reference.paths.domain.network import PathNetwork

if TYPE_CHECKING:
    import random

    from qinet_reference.paths.domain.model import PathNotice
    from qinet_reference.paths.plan import PathPlan


def new_core(plan: PathPlan, chance: random.Random) -> PathNetwork:
    """Nodes and circuits; what they tell goes to the logs of the nodes' applications."""
    nodes = {one.id: PathNode(one.id, Memory(one.memory)) for one in plan.ends}

    def tell(notice: PathNotice) -> None:
        nodes[notice.node].log(notice.application).append(notice)

    circuits = [
        Circuit(terms, (nodes[terms.nodes[0]], nodes[terms.nodes[-1]]), chance, tell)
        for terms in plan.circuits
    ]
    return PathNetwork(list(nodes.values()), circuits)
