"""The core of a network of paths, made from its plan."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qinet_reference.links.domain.memory import Memory
from qinet_reference.paths.domain.agenda import Agenda
from qinet_reference.paths.domain.circuit import Circuit
from qinet_reference.paths.domain.model import PathNode
from qinet_reference.paths.domain.network import PathNetwork
from qinet_reference.paths.domain.source import Source

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from qinet_reference.paths.alteration import PathAlteration
    from qinet_reference.paths.domain.model import PathNotice
    from qinet_reference.paths.plan import PathPlan


def new_core(
    plan: PathPlan, chance: random.Random, alterations: Sequence[PathAlteration] = ()
) -> PathNetwork:
    """Nodes and circuits; what they tell goes to the logs of the nodes' applications.

    Raises:
        ValueError: circuits tell different things of a link that they share.
    """
    nodes = {one.id: PathNode(one.id, Memory(one.memory)) for one in plan.ends}
    agenda = Agenda()
    links: dict[frozenset[str], Source] = {}
    for circuit in plan.circuits:
        for ends, terms in zip(pairwise(circuit.nodes), circuit.links, strict=True):
            link = links.setdefault(frozenset(ends), Source(terms, agenda, chance))
            if link.terms != terms:
                raise ValueError(f"two circuits differ in the link of {' and '.join(ends)}")

    circuits = [
        Circuit(
            terms,
            (nodes[terms.nodes[0]], nodes[terms.nodes[-1]]),
            [links[frozenset(ends)] for ends in pairwise(terms.nodes)],
            agenda,
            chance,
            _telling(nodes, alterations),
        )
        for terms in plan.circuits
    ]
    return PathNetwork(list(nodes.values()), circuits, agenda)


def _telling(
    nodes: Mapping[str, PathNode], alterations: Sequence[PathAlteration]
) -> Callable[[PathNotice], None]:
    """Passes on what is told instead of a notice, for each alteration has a say."""

    def tell(notice: PathNotice) -> None:
        notices = [notice]
        for alteration in alterations:
            notices = [told for one in notices for told in alteration.told(one)]
        for told in notices:
            nodes[told.node].log(told.application).append(told)

    return tell
