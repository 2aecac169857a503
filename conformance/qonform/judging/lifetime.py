"""How long a KME keeps a key for its slave: no text says it (A-28), so that it has to be tried."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qonform.judging.finding import Undecidable
from qonform.ports.key_delivery import GetKey, KeyContainer, folded
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qonform.exchanges import Exchange

SHORTEST_S = 1.0
"""Age in seconds that every key must reach: the master tells the slave its ID, and only then can
the slave ask for it (014 clause 4)."""
LONGEST_S = 30.0
"""Age in seconds beyond which nothing is said of a key: a KME may have forgotten it."""


class Lifetime:
    """Listens for when each key was issued, and finds out by trial which ages keys reach."""

    def __init__(self) -> None:
        self._issued_s: dict[str, float] = {}
        self._missed_at_s: dict[str, float] = {}
        """When a key was first not there, of those that were then asked for again and again."""
        self._reached_s = 0.0
        """The greatest age at which a key was seen to be there."""
        self._missed_s = float("inf")
        """The least age at which no key was seen to be there."""

    def see(self, exchange: Exchange) -> None:
        """Notes when keys were issued."""
        match exchange.call, exchange.outcome:
            case GetKey(), Delivered(value=KeyContainer(keys=keys)):
                now = time.monotonic()
                self._issued_s.update((folded(key.id), now) for key in keys)

    def miss(self, key_ids: Iterable[str], moment_s: float) -> None:
        """Notes that keys were not there at a moment of the monotonic clock, nor soon after.

        They count as no older than they were then: had they been kept until they were so old, or
        come later and stayed, they would have been seen.
        """
        self._missed_at_s.update((folded(key_id), moment_s) for key_id in key_ids)

    def age_s(self, key_ids: Iterable[str]) -> float:
        """Seconds from the issue of the oldest of these keys until now, or until it was missed.

        0 where none was seen to be issued.
        """
        return max((self._age_s(folded(key_id)) for key_id in key_ids), default=0.0)

    def _age_s(self, key_id: str) -> float:
        until = self._missed_at_s.get(key_id, time.monotonic())
        return until - self._issued_s.get(key_id, until)

    def reaches(self, age_s: float, is_there: Callable[[float], bool]) -> bool:
        """Whether keys are kept until they are so old.

        Args:
            age_s: in seconds.
            is_there: tries it with a key that nobody else asks for.

        Raises:
            Undecidable: no trial takes so long, or none can be made.
        """
        if age_s > LONGEST_S:
            raise Undecidable(f"the key was drawn {age_s:.0f} s before: it may be forgotten by now")
        if max(SHORTEST_S, self._reached_s) < age_s < self._missed_s:
            if is_there(age_s):
                self._reached_s = age_s
            else:
                self._missed_s = age_s
        return age_s <= max(SHORTEST_S, self._reached_s)
