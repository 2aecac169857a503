"""Lets time pass in a network of links, in an asyncio loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_S = 0.001
"""What happens within so long a time is done at once. Unit: s of this world."""

SLICE_S = 0.01
"""How much of what is overdue is done at once. Unit: s on the nodes' clock."""


class Network(Protocol):
    """What time passes in."""

    def next_moment(self) -> float | None:
        """When something happens next, unless something is asked before."""

    def advance(self, to: float) -> None:
        """Let everything happen until `to`."""


class NodeClock:
    """The nodes' clock: begins as this world's, and goes on `speed` times as fast.

    `epoch`: what it shows at first, s since 1970; None is the present.
    """

    def __init__(
        self,
        speed: float = 1.0,
        epoch: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self._epoch = time.time() if epoch is None else epoch
        self._monotonic = monotonic
        self._begun = monotonic()

    def __call__(self) -> float:
        """The node's time, in s since 1970."""
        return self._epoch + (self._monotonic() - self._begun) * self.speed


class Driver:
    """Advances a network whenever something is due in it; `drive` begins.

    When more is due than can be done in time, what it tells as the nodes' time stays behind the
    clock until all has happened: nobody sees a moment before all that comes before it.
    """

    def __init__(self, clock: NodeClock) -> None:
        self._clock = clock
        self._network: Network | None = None
        self._timer: asyncio.TimerHandle | None = None

    def drive(self, network: Network) -> None:
        """Begin."""
        self._network = network
        self.look_ahead()

    def stop(self) -> None:
        """Let no more happen."""
        self._network = None
        self.look_ahead()

    def now(self) -> float:
        """The nodes' time, in s since 1970."""
        now, due = self._clock(), self._next_moment()
        return now if due is None else min(now, due + SLICE_S)

    def look_ahead(self) -> None:
        """Wake up when the next thing is due; to be called whenever that has changed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._next_moment()
        if due is not None:
            left = (due - self._clock()) / self._clock.speed
            wait = 0.0 if left < -TICK_S else max(TICK_S, left)
            self._timer = asyncio.get_running_loop().call_later(wait, self._go_on)

    def _next_moment(self) -> float | None:
        return None if self._network is None else self._network.next_moment()

    def _go_on(self) -> None:
        try:
            if self._network is not None:
                self._network.advance(self.now())
        finally:
            self.look_ahead()
