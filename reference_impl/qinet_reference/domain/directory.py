"""Who is enrolled where, and who may share keys with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qinet_reference.domain.model import pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Directory(Protocol):
    """The SAEs of the network, as its operator enrolled them."""

    def kme_of(self, sae: str) -> str | None:
        """The KME at which the SAE is enrolled; None if it is enrolled nowhere."""

    def may_allocate(self, master: str, slave: str) -> bool:
        """Whether the two share a key association that the first may draw on."""


class Enrolment:
    """A directory that was written down once: where each SAE is, and the associated pairs."""

    def __init__(self, homes: Mapping[str, str], associations: Iterable[tuple[str, str]]) -> None:
        self._homes = dict(homes)
        self._pairs = frozenset(pair(*association) for association in associations)

    def kme_of(self, sae: str) -> str | None:
        """See `Directory`."""
        return self._homes.get(sae)

    def may_allocate(self, master: str, slave: str) -> bool:
        """See `Directory`. Associations have no direction."""
        return pair(master, slave) in self._pairs
