"""Requests that are made ready apart, and let go at one moment."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Shot:
    """What lets one request go, and what came of it."""

    def __init__(self, go: Callable[[], Any]) -> None:
        self._go = go
        self._fired = threading.Lock()
        self._error: Exception | None = None
        self._value: Any = None
        self.at_s = 0.0

    def fire(self) -> None:
        """Does it, once. An error is kept for the thread that made the request."""
        if not self._fired.acquire(blocking=False):
            return
        self.at_s = time.monotonic()
        try:
            self._value = self._go()
        except Exception as error:
            self._error = error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._value


class Volley:
    """Lets several requests go together.

    Each thread makes its request ready, over an open connection and down to its last byte, and
    hands the rest to `fire`. When all have done so, one thread lets all go, one right after the
    other. A server that serves one connection at a time lets no second request become ready:
    then each goes on its own after `patience_s`.

    Args:
        number: of requests.
        patience_s: how long the first waits for the last, in seconds.
    """

    def __init__(self, number: int, patience_s: float) -> None:
        self._barrier = threading.Barrier(number, self._release, patience_s)
        self._ready: list[_Shot] = []
        self._lock = threading.Lock()
        self._withdrawn = False

    def fire(self, go: Callable[[], T]) -> tuple[T, float]:
        """Does `go` when all are ready; its result, and when that was (monotonic, in seconds).

        Raises:
            Exception: what `go` raises.
        """
        shot = _Shot(go)
        with self._lock:
            self._ready.append(shot)
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            shot.fire()
        return shot.result(), shot.at_s

    def withdraw(self) -> None:
        """Says that one of the requests will never be ready: the others need not wait for it."""
        self._withdrawn = True
        self._barrier.abort()

    @property
    def in_vain(self) -> bool:
        """Whether the requests could not become ready together, though none was withdrawn."""
        return self._barrier.broken and not self._withdrawn

    def _release(self) -> None:
        for shot in self._ready:
            shot.fire()
