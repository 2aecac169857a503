"""What the core needs from a store: three operations, each atomic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qinet_reference.domain.model import Allocation, Key, Order


class KeyStore(Protocol):
    """The stored bits of each key association, and the keys that slaves have yet to fetch.

    One store serves all KMEs of a network: it stands for the QKD layer below them, too.
    Each operation happens at once and entirely, or not at all, whoever else asks meanwhile.
    """

    async def stored_bits(self, one: str, other: str) -> int:
        """What the association of two SAEs could deliver now. Unit: bit."""

    async def allocate(self, allocation: Allocation) -> None:
        """Pay for the keys and keep a copy of each for each slave.

        Refuses, taking nothing, when an association holds too few bits (or too few young ones).
        """

    async def deliver(self, order: Order) -> list[Key]:
        """Take the caller's copies out of the store, in the order asked for.

        Refuses, taking nothing: NOT_ENTITLED if any of the keys is held at this KME but was
        not allocated to the caller (5.4), else KEY_NOT_FOUND if any cannot be had (6.4).
        """

    def close(self) -> None:
        """Let go of files."""
