"""As many bits of each kind: what makes a mean over kinds testable, however unevenly they come."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


class Balance(Generic[T]):
    """Counts bits in complete sets, one of each kind; a surplus of a kind waits for the others.

    Of n counted bits, n / kinds are of each kind, so that the mean of their chances is the mean
    over the kinds, whatever decided which kind came when, as long as it did not know the bits.

    Args:
        kinds: without repetition.
    """

    def __init__(self, kinds: Iterable[T]) -> None:
        self._waiting: dict[T, deque[bool]] = {kind: deque() for kind in kinds}
        self.n = 0
        """Bits in complete sets."""
        self.ones = 0
        """Of them ones."""

    def see(self, kind: T, bit: bool) -> bool:
        """Takes in a bit of a kind; whether it completed a set. Other kinds are left out."""
        if kind not in self._waiting:
            return False
        self._waiting[kind].append(bit)
        if not all(self._waiting.values()):
            return False
        self.n += len(self._waiting)
        self.ones += sum(bits.popleft() for bits in self._waiting.values())
        return True

    def whole(self, bits: int | None) -> int | None:
        """So many bits, rounded up to complete sets."""
        return None if bits is None else -(-bits // len(self._waiting)) * len(self._waiting)
