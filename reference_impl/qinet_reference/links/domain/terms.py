"""What a link can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qinet_reference.links.domain.model import PairType
from qinet_reference.links.physics.bell import Bell
from qinet_reference.links.physics.heralding import Heralding
from qinet_reference.links.physics.noise import DEPOLARISING


class PauliFrame(Enum):
    """Who turns pairs into the promised state, if anybody."""

    AS_HERALDED = "nobody"
    CORRECTED = "the nodes"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a link can do.

    `attempt_time` in s, `success_probability` of one attempt, `labels` the states that are
    heralded, equally often. Of pairs that are not what was heralded, `errors` are the shares that
    suffered X, Y and Z. Held qubits lose their phase in `coherence_time` and relax in
    `relaxation_time`, time constants in s. At most `max_waiting` requests wait at once; the first
    pair has the number `first_sequence`.
    """

    types: frozenset[PairType] = frozenset(PairType)
    fidelity: float = 0.95
    errors: tuple[float, float, float] = DEPOLARISING
    max_min_fidelity: float = 0.93
    attempt_time: float = 1e-5
    success_probability: float = 0.02
    labels: tuple[Bell, ...] = (Bell.PSI_PLUS, Bell.PSI_MINUS)
    pauli_frame: PauliFrame = PauliFrame.AS_HERALDED
    promised_state: Bell | None = None
    coherence_time: float = 1.0
    relaxation_time: float = 10.0
    max_number: int = 1024
    max_waiting: int = 1024
    first_sequence: int = 0

    @property
    def pairs_per_second(self) -> float:
        """Pairs made on average while a request is served. Unit: 1/s."""
        return self.heralding().pairs_per_second

    def heralding(self) -> Heralding:
        """How attempts succeed."""
        labels = {label: 1 / len(self.labels) for label in self.labels}
        return Heralding(1 / self.attempt_time, self.success_probability, labels)


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as one of its nodes sees it; `memory` in qubits, `now` by the node's clock."""

    node: str
    remote_node: str
    terms: Terms
    memory: int
    now: float
