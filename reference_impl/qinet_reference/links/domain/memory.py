"""The qubits that a node can hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.refusal import LinkError, LinkRefusal

if TYPE_CHECKING:
    from qinet_reference.links.domain.physics import Pair


@dataclass(frozen=True, slots=True)
class Held:
    """One end of a pair in memory; nobody owns it until it was delivered."""

    pair: Pair
    end: int
    owner: str | None = None


class Memory:
    """A fixed number of qubits, named from 0. The lowest that is free is taken first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._taken: set[int] = set()
        self._held: dict[int, Held] = {}

    @property
    def free(self) -> int:
        """How many qubits are free."""
        return self.size - len(self._taken)

    def take(self) -> int:
        """The name of a qubit that was free."""
        qubit = next(one for one in range(self.size) if one not in self._taken)
        self._taken.add(qubit)
        return qubit

    def put(self, qubit: int, pair: Pair, end: int) -> None:
        """Let a qubit that was taken hold one end of a pair."""
        self._held[qubit] = Held(pair, end)

    def hand_over(self, qubit: int, owner: str) -> None:
        """Deliver a qubit to an application."""
        self._held[qubit] = replace(self._held[qubit], owner=owner)

    def held(self, qubit: int, owner: str) -> Held:
        """What the qubit holds for an application; refuses if that is nothing."""
        held = self._held.get(qubit)
        if held is None or held.owner != owner:
            raise LinkRefusal(LinkError.QUBIT_NOT_FOUND, "the caller holds no such qubit")
        return held

    def give_back(self, qubit: int) -> None:
        """Free a qubit."""
        self._taken.discard(qubit)
        self._held.pop(qubit, None)

    def content(self, qubit: int) -> Held | None:
        """What a qubit holds, whoever owns it."""
        return self._held.get(qubit)

    def void(self, qubit: int, held: Held) -> None:
        """Free a qubit if it still holds the same as before."""
        if self._held.get(qubit) is held:
            self.give_back(qubit)
