"""The three methods of ETSI GS QKD 014 (clause 5), as one KME answers them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from qinet_reference.domain.extensions import max_age_demanded
from qinet_reference.domain.model import Allocation, Key, KeyRequest, Limits, Order, Status
from qinet_reference.domain.refusal import (
    SIZE_NOT_MULTIPLE_OF_8,
    Reason,
    Refusal,
    malformed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.domain.key_store import KeyStore

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class KeyDelivery(Protocol):
    """What an adapter offers to applications. `caller` is the SAE ID from the certificate.

    `caller` is None when the certificate names nobody. Each method raises `Refusal`.
    """

    async def get_status(self, caller: str | None, slave: str) -> Status:
        """The association of the caller with a slave; consumes nothing (5.2)."""

    async def get_key(self, caller: str | None, slave: str, request: KeyRequest) -> list[Key]:
        """New keys for the caller and its slaves, exactly as many as asked for (5.3)."""

    async def get_key_with_ids(
        self, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        """The caller's copies of keys that a master allocated: all of them or none (5.4)."""


class KeyService:
    """Key delivery by one KME."""

    def __init__(
        self,
        kme: str,
        directory: Directory,
        limits: Limits,
        source: KeySource,
        store: KeyStore,
    ) -> None:
        self._kme = kme
        self._directory = directory
        self._limits = limits
        self._source = source
        self._store = store

    async def get_status(self, caller: str | None, slave: str) -> Status:
        """See `KeyDelivery`."""
        caller = self._enrolled(caller)
        target = self._home_of_slave(caller, slave)
        limits = self._limits
        stored = await self._store.stored_bits(caller, slave) // limits.key_size
        return Status(
            source_kme=self._kme,
            target_kme=target,
            master=caller,
            slave=slave,
            stored_key_count=min(stored, limits.max_key_count),
            limits=limits,
        )

    async def get_key(self, caller: str | None, slave: str, request: KeyRequest) -> list[Key]:
        """See `KeyDelivery`. What is absent from the request means 1 key of default size."""
        caller = self._enrolled(caller)
        slaves = self._slaves(caller, slave, request.additional_slaves)
        max_age_s = max_age_demanded(request.mandatory)
        size = self._size(request.size)
        keys = [self._source.new_key(size) for _ in range(self._number(request.number))]
        await self._store.allocate(Allocation(keys, size, caller, slaves, max_age_s))
        return keys

    async def get_key_with_ids(
        self, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        """See `KeyDelivery`. UUIDs are compared without regard to case."""
        caller = self._enrolled(caller)
        wanted = [key_id.lower() for key_id in key_ids]
        if not master:
            raise malformed("the SAE ID of the master is missing")
        if not wanted:
            raise malformed("at least one key_ID is needed")
        for key_id in wanted:
            if not _UUID.fullmatch(key_id):
                raise malformed("key_ID shall be a UUID", {"key_ID": key_id[:64]})
        if len(set(wanted)) < len(wanted):
            raise malformed("the same key_ID occurs more than once")
        return await self._store.deliver(Order(self._kme, caller, master, wanted))

    def _enrolled(self, caller: str | None) -> str:
        """Only SAEs that are enrolled at this very KME are served (5.1)."""
        if caller is None or self._directory.kme_of(caller) != self._kme:
            raise Refusal(Reason.UNAUTHENTICATED, "the certificate names no SAE enrolled here")
        return caller

    def _home_of_slave(self, caller: str, slave: str) -> str:
        home = self._directory.kme_of(slave)
        if home is None or not self._directory.may_allocate(caller, slave):
            raise Refusal(
                Reason.UNKNOWN_ASSOCIATION,
                "no key association between the caller and this SAE",
                {"SAE_ID": slave},
            )
        return home

    def _slaves(self, caller: str, slave: str, additional: Sequence[str]) -> list[tuple[str, str]]:
        """All slaves of a Get key, each with its KME; the one in the URL comes first."""
        if len(additional) > self._limits.max_sae_id_count:
            raise Refusal(
                Reason.TOO_MANY_SLAVES,
                "too many additional_slave_SAE_IDs",
                {"max_SAE_ID_count": self._limits.max_sae_id_count},
            )
        names = (slave, *additional)
        if len(set(names)) < len(names):
            raise malformed("the same slave SAE ID occurs more than once")
        return [(name, self._home_of_slave(caller, name)) for name in names]

    def _size(self, size: int | None) -> int:
        """The size to serve, in bits (6.2)."""
        limits = self._limits
        if size is None:
            return limits.key_size
        if not limits.min_key_size <= size <= limits.max_key_size:
            raise Refusal(
                Reason.SIZE_OUT_OF_RANGE,
                "size out of range",
                {"min_key_size": limits.min_key_size},
                {"max_key_size": limits.max_key_size},
            )
        if size % 8 and not limits.serves_any_size:
            raise Refusal(Reason.SIZE_NOT_MULTIPLE_OF_8, SIZE_NOT_MULTIPLE_OF_8)
        return size

    def _number(self, number: int | None) -> int:
        """How many keys to serve (table 9, table 10)."""
        if number is None:
            return 1
        if not 1 <= number <= self._limits.max_key_per_request:
            raise Refusal(
                Reason.NUMBER_OUT_OF_RANGE,
                "number out of range",
                {"max_key_per_request": self._limits.max_key_per_request},
            )
        return number
