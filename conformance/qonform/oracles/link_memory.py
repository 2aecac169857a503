"""The qubits that nodes hold: each under a name of its own, and no more than there is room for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Told, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qonform.ports.entanglement import PairMade, Void


@dataclass
class _Held:
    told: Told
    qubit: int
    sequence: int
    until_s: float = math.inf
    """Until then it was certainly held."""


@dataclass
class Memory:
    """All qubits of which nodes have told, from the OK until they were given up or void.

    Args:
        late_s: longest time from what happens at a node until its application has it.
        sizes: qubits that each node can hold; those without one are not counted.
    """

    late_s: float
    sizes: Mapping[str, int]
    _held: dict[str, list[_Held]] = field(default_factory=dict)
    _adrift: dict[tuple[str, str, int], float] = field(default_factory=dict)
    """When a name was last given up, by node and application, that nobody was known to hold."""
    _said: set[tuple[str, int | None]] = field(default_factory=set)

    def holds(self, told: Told, made: PairMade) -> None:
        """A node tells of a pair."""
        if made.qubit is not None:
            held = _Held(told, made.qubit, made.sequence)
            self._held.setdefault(told.node, []).append(held)
            adrift_s = self._adrift.pop((told.node, told.application, made.qubit), -math.inf)
            if adrift_s > told.at_s - self.late_s:
                held.until_s = told.at_s

    def given_up(self, node: str, application: str, qubit: int, at_s: float) -> None:
        """An application sends its Measure or Release: from now the name may be another's.

        If the pair that it is meant for is void, it may end one of which nobody was told yet.
        """
        mine = [h for h in self._held.get(node, ()) if h.qubit == qubit]
        mine = [h for h in mine if h.told.application == application and h.until_s > at_s]
        for held in mine:
            held.until_s = at_s
        if not mine:
            self._adrift[node, application, qubit] = at_s

    def void(self, told: Told, void: Void) -> None:
        """Pairs are declared void: what is told of it now has happened before."""
        for held in self._held.get(told.node, ()):
            if void.first is None and held.told.event.request != told.event.request:
                continue
            if void.covers(held.sequence):
                held.until_s = min(held.until_s, told.at_s - self.late_s)

    def violations(self) -> Iterator[Violation]:
        """What is held under one name twice (I7), or is more than there is room for (I13)."""
        for node, all_held in self._held.items():
            in_order = sorted(all_held, key=lambda held: held.told.at_s)
            yield from self._shared_names(node, in_order)
            yield from self._too_many(node, in_order)

    def _shared_names(self, node: str, in_order: list[_Held]) -> Iterator[Violation]:
        last: dict[int, _Held] = {}
        for held in in_order:
            before = last.get(held.qubit)
            if before and before.until_s > held.told.at_s and (node, held.qubit) not in self._said:
                self._said.add((node, held.qubit))
                due = "a name of its own for each qubit that is held"
                came = f"qubit {held.qubit} twice at {node}"
                yield Violation("QIA-EGP-KEP-01", due, came, (before.told, held.told), "I7")
            last[held.qubit] = held

    def _too_many(self, node: str, in_order: list[_Held]) -> Iterator[Violation]:
        size = self.sizes.get(node)
        if size is None or (node, None) in self._said:
            return
        held: list[_Held] = []
        for one in in_order:
            held = [each for each in held if each.until_s > one.told.at_s]
            held.append(one)
            if len(held) > size:
                self._said.add((node, None))
                shown = tuple(each.told for each in held)
                came = f"{len(held)} at {node}"
                yield Violation("QIA-EGP-KEP-01", f"{size} qubits at most", came, shown, "I13")
                return
