"""What a run draws from its target, and the limits that it keeps: rate, concurrency, budget."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qonform.drivers.volley import Volley
    from qonform.target import Limits

T = TypeVar("T")


class TargetDown(Exception):  # noqa: N818 - it says what happened, and nothing is wrong here
    """Raised instead of sending when so many requests in a row got no answer that none will."""


class Resource(StrEnum):
    """What a target gives out that is scarce; the values are its units."""

    KEY = "bit"
    PAIRS = "pairs"


@dataclass
class Turn:
    """The booked turn of one request."""

    volley: Volley | None = None
    """With which others it goes; None alone."""
    taken: bool = False
    went_s: float | None = None
    """When it was let go (monotonic, in seconds)."""


@dataclass
class Spent:
    """What the run has drawn so far."""

    key_bits: int = 0
    keys: int = 0
    pairs: int = 0
    requests: int = 0
    connections: int = 0
    target_s: float = 0.0
    """Time during which at least one request waited for the target, in seconds."""


class Meter:
    """Accounts for every request of a run, and spaces them as the manifest asks.

    Args:
        limits: rate, concurrency and timeout from the manifest.
        patience: how many requests in a row may get no answer before the circuit opens.
    """

    def __init__(self, limits: Limits, *, patience: int = 3) -> None:
        self.limits = limits
        self.key_budget_bits = limits.key_budget_bits
        self.pair_budget = limits.pair_budget
        self.spent = Spent()
        self._patience = patience
        self._silent: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(limits.max_concurrency)
        self._interval = 1.0 / limits.requests_per_second
        self._next = 0.0
        self._local = threading.local()
        self._waiting = 0
        self._waiting_since = 0.0

    @contextmanager
    def request(self, line: str) -> Iterator[None]:
        """Holds one place among the concurrent requests, at the agreed rate.

        Args:
            line: one node over one transport, such as `kme-a over etsi-014`.

        Raises:
            TargetDown: the last requests on this line got no answer, so none is sent.
        """
        if self._silent[line] >= self._patience:
            raise TargetDown(f"{line}: {self._patience} requests in a row got no answer")
        with self._slots:
            self._wait_for_turn()
            self._begin()
            try:
                yield
            finally:
                self._end()

    def book(self, number: int) -> None:
        """Waits until so many requests may go out at one moment, each of them `booked()`.

        They take the turns before and after that moment, so that no second has more requests
        than the agreed rate.
        """
        with self._lock:
            now = time.monotonic()
            moment = max(now, self._next + (number - 1) * self._interval)
            self._next = moment + number * self._interval
        time.sleep(moment - now)

    @contextmanager
    def booked(self, volley: Volley | None = None) -> Iterator[Turn]:
        """Lets the next request of this thread go out at once: its turn was booked.

        Args:
            volley: lets it go together with others instead.
        """
        self._local.turn = turn = Turn(volley)
        try:
            yield turn
        finally:
            self._local.turn = None
            if volley is not None and turn.went_s is None:
                volley.withdraw()

    @property
    def in_volley(self) -> bool:
        """Whether the next request of this thread is to be made ready, and to wait for others."""
        turn = self._booked
        return turn is not None and turn.volley is not None and turn.went_s is None

    def fire(self, go: Callable[[], T]) -> T:
        """Does what lets a request of this thread go: at once, or with its volley."""
        turn = self._booked
        if turn is None:
            return go()
        if turn.volley is None or turn.went_s is not None:
            turn.went_s = turn.went_s or time.monotonic()
            return go()
        turn.went_s = time.monotonic()
        result, turn.went_s = turn.volley.fire(go)
        return result

    @property
    def _booked(self) -> Turn | None:
        return getattr(self._local, "turn", None)

    def _wait_for_turn(self) -> None:
        booked = self._booked
        if booked is not None and not booked.taken:
            booked.taken = True
            with self._lock:
                self.spent.requests += 1
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
            self.spent.requests += 1
        if turn > now:
            time.sleep(turn - now)

    def _begin(self) -> None:
        with self._lock:
            if not self._waiting:
                self._waiting_since = time.monotonic()
            self._waiting += 1

    def _end(self) -> None:
        with self._lock:
            self._waiting -= 1
            if not self._waiting:
                self.spent.target_s += time.monotonic() - self._waiting_since

    def more(self, requests: int) -> None:
        """Counts requests that went out behind another on its connection."""
        with self._lock:
            self.spent.requests += requests

    def connected(self) -> None:
        """Counts one new connection."""
        with self._lock:
            self.spent.connections += 1

    def heard(self, line: str, *, answered: bool) -> None:
        """Whether an enrolled client, to whom an answer was due, got one of whatever kind."""
        with self._lock:
            self._silent[line] = 0 if answered else self._silent[line] + 1

    def drew_keys(self, bits: list[int]) -> None:
        """Counts keys that Get key delivered, each with its length in bits."""
        with self._lock:
            self.spent.keys += len(bits)
            self.spent.key_bits += sum(bits)

    def drew_pairs(self, number: int) -> None:
        """Counts entangled pairs of which the application that asked was told."""
        with self._lock:
            self.spent.pairs += number

    def budget(self, resource: Resource) -> int:
        """What may be drawn in all."""
        return self.key_budget_bits if resource is Resource.KEY else self.pair_budget

    def drawn(self, resource: Resource) -> int:
        """What has been drawn."""
        return self.spent.key_bits if resource is Resource.KEY else self.spent.pairs

    def left(self, resource: Resource) -> int:
        """What the budget still allows."""
        return max(0, self.budget(resource) - self.drawn(resource))

    @property
    def key_bits_left(self) -> int:
        """What the budget still allows, in bits."""
        return self.left(Resource.KEY)
