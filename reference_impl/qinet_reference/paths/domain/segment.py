"""Two qubits at the ends of one link or of several that were joined: exact density matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.physics.bases import projectors
from qinet_reference.links.physics.bell import Pauli, pauli_between, turned
from qinet_reference.links.physics.measurement import measure
from qinet_reference.links.physics.states import End, at_end, fidelity, with_pauli
from qinet_reference.links.physics.swapping import branches, swap

if TYPE_CHECKING:
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.links.physics.bell import Bell, Matrix
    from qinet_reference.links.physics.chance import Chance
    from qinet_reference.links.physics.decay import Decay


class Half:
    """One end of a segment, in a memory since a moment, or measured.

    What measurements at the ends have found is kept apart from the state: what happens at one end
    leaves the operators of the other alone, so that the state without them is still exact, and
    tells the fidelity.
    """

    def __init__(self, side: End, memory: Decay, since: float, chance: Chance) -> None:
        self.segment: Segment | None = None
        self.side = side
        self.found: Matrix | None = None
        """Onto what a measurement has projected it, 2x2."""
        self._memory = memory
        self._since = since
        self._chance = chance

    def measure(self, end: int, basis: Basis, now: float) -> int:
        """The outcome, 0 or 1 (`Pair` of the link layer); `end` is this one."""
        del end
        segment = self.whole
        self.wait(now)
        outcome, _ = measure(segment.as_found(), self.side, basis, self._chance)
        self.found = projectors(basis)[outcome]
        return outcome

    def wait(self, now: float) -> None:
        """Let its memory decay until now, unless it was measured before."""
        segment = self.whole
        if self.found is None and now > self._since:
            segment.rho = self._memory.after(segment.rho, self.side, now - self._since)
            self._since = now

    def turn(self, raw: Bell, wanted: Bell) -> None:
        """Apply the Pauli that makes the wanted state of the one that the pair is in."""
        segment = self.whole
        segment.turned_by = pauli_between(raw, wanted)
        segment.rho = with_pauli(segment.rho, self.side, segment.turned_by)

    def fidelity(self, raw: Bell, now: float) -> float:
        """To the state that the swaps have left, as both ends have it now."""
        segment = self.whole
        for half in segment.halves:
            half.wait(now)
        return fidelity(segment.rho, turned(raw, segment.turned_by))

    @property
    def whole(self) -> Segment:
        """The segment that it is an end of now."""
        if self.segment is None:
            raise RuntimeError("a half without its segment")
        return self.segment


class Segment:
    """A pair of qubits, and their state, 4x4, as if nobody had measured them."""

    def __init__(self, rho: Matrix, halves: tuple[Half, Half]) -> None:
        self.rho = rho
        self.halves = halves
        self.turned_by = Pauli.I
        for half in halves:
            half.segment = self

    def as_found(self) -> Matrix:
        """The state that measurements at the ends have left."""
        rho = self.rho
        for half in self.halves:
            if half.found is not None:
                onto = at_end(half.side, half.found)
                rho = onto @ rho @ onto
                rho = rho / rho.trace().real
        return rho


def join(left: Half, right: Half, noise: float, chance: Chance, now: float) -> Bell:
    """Swaps: measures the left segment's second half and the right one's first in the Bell basis.

    Returns what was found. The outer halves are then those of one segment.
    """
    one, other = left.whole, right.whole
    left.wait(now)
    right.wait(now)
    found = swap(one.as_found(), other.as_found(), chance, noise).found
    rho = next(b.rho for b in branches(one.rho, other.rho, noise) if b.found is found)
    Segment(rho, (one.halves[0], other.halves[1]))
    return found
