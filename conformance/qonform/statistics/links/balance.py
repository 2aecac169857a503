"""As many bits of each kind: what makes a mean over kinds testable, however unevenly they come."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

T = TypeVar("T")


class Balance(Generic[T]):
    """Counts bits in complete sets, one of each kind; a surplus of a kind waits for the others.

    Of n counted bits, n / kinds are of each kind, so that the mean of their chances is the mean
    over the kinds, whatever decided which kind came when, as long as it did not know the bits.
    A set is of one group, so that it does not matter either if some kinds come in some groups
    more often than in others.

    Args:
        kinds: without repetition.
    """

    def __init__(self, kinds: Iterable[T]) -> None:
        self._kinds = tuple(kinds)
        self._waiting: dict[Hashable, dict[T, deque[bool]]] = {}
        self.n = 0
        """Bits in complete sets."""
        self.ones = 0
        """Of them ones."""

    def see(self, kind: T, bit: bool, group: Hashable = None) -> bool:
        """Takes in a bit of a kind; whether it completed a set. Other kinds are left out."""
        if kind not in self._kinds:
            return False
        waiting = self._waiting.setdefault(group, {each: deque() for each in self._kinds})
        waiting[kind].append(bit)
        if not all(waiting.values()):
            return False
        self.n += len(waiting)
        self.ones += sum(bits.popleft() for bits in waiting.values())
        return True

    def whole(self, bits: int | None) -> int | None:
        """So many bits, rounded up to complete sets."""
        return None if bits is None else -(-bits // len(self._kinds)) * len(self._kinds)
