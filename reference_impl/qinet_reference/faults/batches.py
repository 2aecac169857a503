"""Lies about batches of which a part is refused: all or nothing (6.4)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import Document, RestWire, container_document
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import ServiceFault
from qinet_reference.faults.refused import RefusalWithKeys, RefusedOrderFault
from qinet_reference.owners import KnowsOwners, available

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Key, Order


class UnknownKeyEmpty(RefusedOrderFault):
    """A key that is not there is answered with an empty container."""

    name = "unknown-key-empty-container"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-03")

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        del inner, order, refusal
        return []


class PartialBatch(RefusedOrderFault):
    """When some keys of a batch are not found, the others are delivered as if all were well."""

    name = "partial-batch"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-06")

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        if keys := await available(inner, order):
            return keys
        raise refusal


class KeysInRefusal(RefusedOrderFault):
    """When some keys of a batch are not found, the refusal carries the others."""

    name = "keys-in-refusal"
    requirements = ("ETSI-014-6.4-06",)

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        raise RefusalWithKeys(refusal, await available(inner, order))

    def rest(self, wire: RestWire) -> RestWire:
        def error_document(refusal: Refusal) -> Document:
            error = wire.error_document(refusal)
            if isinstance(refusal, RefusalWithKeys):
                return self.with_keys(error, container_document(refusal.keys))
            return error

        return replace(wire, error_document=error_document)

    def with_keys(self, error: Document, container: Document) -> Document:
        """An Error that carries a key container."""
        return {**error, **container}


class KeysInDetails(KeysInRefusal):
    """When some keys of a batch are not found, the details of the refusal hold the others."""

    name = "keys-in-details"

    def with_keys(self, error: Document, container: Document) -> Document:
        return {**error, "details": [{"found": container["keys"]}]}


class UnknownAmongKnown503(KnowsOwners, RefusedOrderFault):
    """When some keys of a batch were issued and others never, the answer is 503."""

    name = "batch-with-unknown-503"
    requirements = ("ETSI-014-6.4-04",)

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        del inner
        known = {self.owners.know(key_id) for key_id in order.key_ids}
        raise refusal if len(known) < 2 else Refusal(Reason.INTERNAL, "internal error")


class RefusedBatchConsumes(RefusedOrderFault):
    """When one key of a batch is not found, the others are lost."""

    name = "refused-batch-consumes"
    requirements = ("ETSI-014-6.4-07",)
    seen_in = ("JarryChou/etsi-qkd-api",)

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        await available(inner, order)
        raise refusal


class UnreadableBatchConsumes(ServiceFault):
    """A batch in which one ID is no UUID, or occurs twice, is refused, and its keys are lost."""

    name = "unreadable-batch-consumes"
    requirements = ("ETSI-014-6.4-07",)
    seen_in = ("next-door-key/py-qkd-kme-sim",)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        try:
            return await inner.get_key_with_ids(caller, master, key_ids)
        except Refusal as refusal:
            if refusal.reason is Reason.MALFORMED_REQUEST:
                for key_id in set(key_ids):
                    with suppress(Refusal):
                        await inner.get_key_with_ids(caller, master, [key_id])
            raise
