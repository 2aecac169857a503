"""Lets time pass in a network of links, in an asyncio loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.links.domain.network import LinkNetwork

TICK_S = 0.001
"""What happens within so long a time is done at once. Unit: s of this world."""


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
    """Advances a network whenever something is due in it.

    `network` may be given after it was made, for it may be made with `look_ahead`.
    """

    def __init__(self, clock: NodeClock) -> None:
        self._clock = clock
        self._network: LinkNetwork | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def drive(self, network: LinkNetwork) -> None:
        """Begin."""
        self._network = network
        self.look_ahead()

    def stop(self) -> None:
        """Let no more happen."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def look_ahead(self) -> None:
        """Wake up when the next thing is due; to be called whenever that has changed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._network is None or self._stopped:
            return
        moment = self._network.next_moment()
        if moment is not None:
            wait = max(TICK_S, (moment - self._clock()) / self._clock.speed)
            self._timer = asyncio.get_running_loop().call_later(wait, self._go_on)

    def _go_on(self) -> None:
        if self._network is not None:
            try:
                self._network.advance(self._clock())
            finally:
                self.look_ahead()
