"""The events that a node tells one application, as they come."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_AGAIN_S = 0.2
_ATTEMPTS = 5
"""How often in a row a stream may break with no event between, until nobody listens any more."""


class Numbered(Protocol):
    """An event: its number rises from event to event."""

    @property
    def number(self) -> int:
        """As the node told it."""
        ...


T = TypeVar("T", bound=Numbered)


class Feed(Generic[T]):
    """A thread that listens to one application's events, and takes the stream up where it broke.

    Args:
        subscribe: begins a stream after the event of that number, or with what happens from now
            on; an iterator of messages that can be cancelled.
        read: keeps a message, and gives the event; None where the message has none, as the first
            of a stream.
        ended: is told how a stream ended that nobody had cancelled, and says whether to go on.
    """

    def __init__(
        self,
        subscribe: Callable[[int | None], Any],
        read: Callable[[Any], T | None],
        ended: Callable[[Exception | None], bool],
    ) -> None:
        self._subscribe = subscribe
        self._read = read
        self._ended = ended
        self._events: list[T] = []
        self._news = threading.Condition()
        self._begun = threading.Event()
        self._stream: Any = None
        self._closed = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def begin(self, within_s: float) -> None:
        """Waits until the node listens, so that nothing is missed that happens from now on.

        A node that never says so is heard all the same.
        """
        self._begun.wait(within_s)

    def events(self) -> list[T]:
        """All events so far, in the order in which they came."""
        with self._news:
            return list(self._events)

    def wait(self, done: Callable[[Sequence[T]], bool], within_s: float) -> bool:
        """Waits until the events so far are as wanted; False when they were not in time."""
        with self._news:
            return self._news.wait_for(lambda: done(self._events), within_s)

    def close(self) -> None:
        """Listens no longer."""
        self._closed = True
        if self._stream is not None:
            self._stream.cancel()
        self._thread.join()

    def _listen(self) -> None:
        silent = 0
        while not self._closed and silent < _ATTEMPTS:
            before = len(self._events)
            error = self._follow()
            if self._closed:
                return
            if not self._ended(error):
                self._begun.set()
                return
            silent = silent + 1 if len(self._events) == before else 0
            time.sleep(_AGAIN_S)

    def _follow(self) -> Exception | None:
        """One stream to its end; what ended it, if not the node of its own accord."""
        try:
            self._stream = self._subscribe(self._events[-1].number if self._events else None)
            if self._closed:
                self._stream.cancel()
            for message in self._stream:
                event = self._read(message)
                self._begun.set()
                if event is None:
                    continue
                with self._news:
                    self._events.append(event)
                    self._news.notify_all()
        except grpc.RpcError as error:
            return error
        return None
