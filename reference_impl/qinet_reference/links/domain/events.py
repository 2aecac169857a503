"""What one application was told, kept for those who come late."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeAlias

from qinet_reference.links.domain.model import N, Notice, Numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEPT = 100_000
"""How many events of an application are kept."""


class Log(Generic[N]):
    """Events of one application, numbered from 1 in the order in which they happened."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._events: dict[int, Numbered[N]] = {}
        self._last = 0
        self._listeners: list[Callable[[], None]] = []

    def append(self, notice: N) -> None:
        """Number a notice, keep it, and wake who listens. The oldest makes room."""
        self._last += 1
        self._events[self._last] = Numbered(self._last, notice)
        self._events.pop(self._last - self._kept, None)
        for listener in self._listeners:
            listener()

    def after(self, number: int) -> Iterator[Numbered[N]]:
        """All kept events with greater numbers, also those that come while they are read."""
        while number < self._last:
            number = max(number, self._last - len(self._events)) + 1
            yield self._events[number]

    @property
    def last(self) -> int:
        """Number of the latest event; 0 if there was none."""
        return self._last

    @contextmanager
    def heard_by(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call `listener` at each event, for so long."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)


EventLog: TypeAlias = Log[Notice]
"""What an application was told of links."""
