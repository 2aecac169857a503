"""The benches of all transports of a run, for what a target does over several of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qonform.judging.bench import Bench


@dataclass(frozen=True)
class Network:
    """One bench, whose transport is judged, beside those of the other profiles of the run."""

    bench: Bench
    others: tuple[Bench, ...]

    @property
    def benches(self) -> tuple[Bench, ...]:
        """All of them, the judged one first."""
        return (self.bench, *self.others)
