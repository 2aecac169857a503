"""A request for pairs, from its ACK to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qinet.entanglement.v1 import entanglement_pb2 as common

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk.bases import Basis, Choice


@dataclass(frozen=True)
class Wanted:
    """What was asked for, once read. Times in s; enumerations as in the interface."""

    remote_node: str
    purpose: int
    type: common.PairType.ValueType
    number: int
    min_fidelity: float
    max_time: float | None
    priority: int
    when_complete: bool
    alone: bool
    local_basis: Choice
    remote_basis: Choice
    request_id: str


@dataclass(frozen=True)
class Half:
    """What one end has of a pair: a qubit of the machine, or an outcome, its basis and time."""

    qubit: Any = None
    outcome: int | None = None
    basis: Basis | None = None
    time: float = 0.0


@dataclass(frozen=True)
class Made:
    """A pair, as one end was told of it by the machine."""

    node: str
    sequence: int
    bell_state: common.BellState.ValueType
    goodness: float
    time: float
    half: Half


@dataclass
class Pair:
    """A pair that is being made, and the ends that have it."""

    ends: dict[str, Made] = field(default_factory=dict)


@dataclass(eq=False)
class Request:
    """A request that was acknowledged. `tell` is called for each end of a pair, as it is made.

    `room` says whether both nodes can hold one more qubit.
    """

    origin: str
    peer: str
    create_id: int
    wanted: Wanted
    applications: dict[str, str]
    deadline: float | None
    now: Callable[[], float]
    room: Callable[[], bool]
    tell: Callable[[Request, Made], None]
    pairs: list[Pair] = field(default_factory=list)
    ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def keeps(self) -> bool:
        """Whether qubits are kept."""
        return self.wanted.type == common.PAIR_TYPE_KEEP

    @property
    def missing(self) -> int:
        """Pairs that are still to be claimed."""
        return 0 if self.ended else self.wanted.number - len(self.pairs)

    @property
    def complete(self) -> bool:
        """Whether all pairs are at both ends."""
        return not self.missing and all(len(pair.ends) == 2 for pair in self.pairs)

    def can_go_on(self) -> bool:
        """Whether one more pair may be made now."""
        return self.missing > 0 and (not self.keeps or self.room())

    def claim(self) -> Pair | None:
        """A pair that the machine has made and that this request takes; None: it takes none."""
        if not self.can_go_on() or self._is_late():
            return None
        pair = Pair()
        self.pairs.append(pair)
        return pair

    def draw(self, node: str) -> Basis:
        """How this end of a pair is measured."""
        wanted = self.wanted
        return (wanted.local_basis if node == self.origin else wanted.remote_basis).draw()

    def made(self, pair: Pair, made: Made) -> bool:
        """One end has a pair; False: too late, it goes to nobody."""
        if self.ended or self._is_late():
            return False
        pair.ends[made.node] = made
        self.tell(self, made)
        self.changed.set()
        return True

    def end(self) -> None:
        """Nothing more comes of it."""
        self.ended = True
        self.changed.set()

    def _is_late(self) -> bool:
        return self.deadline is not None and self.now() > self.deadline
