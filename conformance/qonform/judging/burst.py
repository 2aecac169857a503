"""Many calls at one moment."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from qonform.drivers.volley import Volley
from qonform.judging.finding import Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qonform.drivers.meter import Meter
    from qonform.ports.outcome import Outcome

T = TypeVar("T")


@dataclass(frozen=True)
class Shot(Generic[T]):
    """One call of a burst: what came of it, and when it was under way (monotonic, in seconds)."""

    outcome: Outcome[T]
    began_s: float
    """When the last of the request went out."""
    ended_s: float

    @property
    def exchange(self) -> int:
        """Number of the exchange in the log."""
        return self.outcome.exchange


class Bursts:
    """Sends calls at one moment, within the rate and concurrency of the manifest.

    Args:
        meter: that keeps both.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._one_by_one = False
        """Whether requests were seen not to become ready side by side, but only one by one."""
        self._pool = ThreadPoolExecutor(meter.limits.max_concurrency, "burst")

    def send(self, calls: Sequence[Callable[[], Outcome[T]]]) -> list[Shot[T]]:
        """Makes all calls at one moment, each on a connection of its own unless it says otherwise.

        Returns:
            What came of each, in their order.

        Raises:
            Undecidable: more calls than the manifest allows to run at once.
        """
        meter, limits = self._meter, self._meter.limits
        if len(calls) > limits.max_concurrency:
            raise Undecidable(f"limits.max_concurrency allows less than {len(calls)} at once")
        barrier = threading.Barrier(len(calls))
        patience = min(0.5, limits.timeout_s / 4)
        volley = None if self._one_by_one else Volley(len(calls), patience)
        meter.book(len(calls))

        def start(call: Callable[[], Outcome[T]]) -> Shot[T]:
            barrier.wait()
            with meter.booked(volley) as turn:
                outcome = call()
            ended = time.monotonic()
            return Shot(outcome, ended if turn.went_s is None else turn.went_s, ended)

        shots = [f.result() for f in [self._pool.submit(start, call) for call in calls]]
        self._one_by_one = self._one_by_one or (volley is not None and volley.in_vain)
        return shots

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
