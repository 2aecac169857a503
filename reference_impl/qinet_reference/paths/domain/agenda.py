"""What is to happen when."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(order=True, slots=True)
class Appointment:
    """Something that happens at a moment, unless it is cancelled."""

    moment: float
    rank: int
    action: Callable[[float], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Let it not happen."""
        self.action = None


class Agenda:
    """Appointments, of which the earliest comes first, and of equal ones the one made first."""

    def __init__(self) -> None:
        self._heap: list[Appointment] = []
        self._ranks = count()

    def at(self, moment: float, action: Callable[[float], None]) -> Appointment:
        """Let something happen at a moment, which it is told."""
        appointment = Appointment(moment, next(self._ranks), action)
        heapq.heappush(self._heap, appointment)
        return appointment

    def next_moment(self) -> float | None:
        """When something happens next."""
        while self._heap and self._heap[0].action is None:
            heapq.heappop(self._heap)
        return self._heap[0].moment if self._heap else None

    def do_next(self) -> None:
        """Let the next thing happen."""
        if self.next_moment() is not None:
            appointment = heapq.heappop(self._heap)
            if appointment.action is not None:
                appointment.action(appointment.moment)
