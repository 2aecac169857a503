"""What waiting in a memory does to a qubit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qinet_reference.links.physics.states import End, at_end

if TYPE_CHECKING:
    from qinet_reference.links.physics.bell import Matrix


@dataclass(frozen=True, slots=True)
class Decay:
    """A memory whose qubits relax to |0> and lose their phase. Unit: s; infinite: never.

    Raises:
        ValueError: a time is not above 0, or `t2_s` is above twice `t1_s`: relaxation alone takes
            the phase in that time.
    """

    t1_s: float = math.inf
    """Time constant of the excess of |1>."""
    t2_s: float = math.inf
    """Time constant of the coherence between |0> and |1>, from all causes."""

    def __post_init__(self) -> None:
        if not (self.t1_s > 0 and self.t2_s > 0):
            raise ValueError(f"a decay takes more than no time: {self}")
        if self.t2_s > 2 * self.t1_s:
            raise ValueError(f"t2_s is at most twice t1_s: {self}")

    def kraus(self, seconds: float) -> tuple[Matrix, Matrix, Matrix]:
        """The Kraus operators of waiting so long, each 2x2.

        Raises:
            ValueError: the time is below 0, or infinite.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"no time to wait: {seconds} s")
        relaxed = -math.expm1(-seconds / self.t1_s)
        dephasing_rate = max(0.0, 1 / self.t2_s - 1 / (2 * self.t1_s))
        flipped = -math.expm1(-seconds * dephasing_rate) / 2
        kept = math.sqrt(1 - relaxed)
        return (
            math.sqrt(1 - flipped) * np.diag([1, kept]).astype(np.complex128),
            math.sqrt(flipped) * np.diag([1, -kept]).astype(np.complex128),
            np.array([[0, math.sqrt(relaxed)], [0, 0]], dtype=np.complex128),
        )

    def after(self, rho: Matrix, end: End, seconds: float) -> Matrix:
        """The state of a pair, 4x4, one end of which has waited so long."""
        operators = np.array([at_end(end, each) for each in self.kraus(seconds)])
        waited: Matrix = (operators @ rho @ operators.conj().transpose(0, 2, 1)).sum(0)
        return waited
