"""Lies about who may have which key (5.3, 5.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.adapters.rest_wire import container_document
from qinet_reference.domain.refusal import Reason, Refusal, keys_not_found
from qinet_reference.faults.fault import GetKeyFault, HttpFault, ServiceFault, StoreFault
from qinet_reference.faults.refused import RefusalWithKeys, RefusedOrderFault
from qinet_reference.owners import KnowsOwners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Key, KeyRequest, Order
    from qinet_reference.faults.fault import Honest


class AnyoneMayFetch(KnowsOwners, RefusedOrderFault):
    """Every SAE of the slave's KME may fetch every key there."""

    name = "stranger-served"
    requirements: ClassVar[tuple[str, ...]] = (
        "ETSI-014-5.4-02",
        "ETSI-014-5.4-03",
        "ETSI-014-6.2-22",
    )
    reason = Reason.NOT_ENTITLED

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        del refusal
        return await self.owners.take_all(inner, order, order.key_ids)


class AnyoneMayFetchByGet(HttpFault, AnyoneMayFetch):
    """Every SAE of the slave's KME may fetch every key there by GET; by POST, it may not."""

    name = "stranger-served-by-get"
    requirements = ("ETSI-014-5.4-02",)


class AnyoneMayFetchOverGrpc(HttpFault, AnyoneMayFetch):
    """Every SAE of the slave's KME may fetch every key there over gRPC; over REST, it may not."""

    name = "grpc-stranger-served"
    method = ""


class AnyoneMayFetchFromBatches(AnyoneMayFetch):
    """Who may fetch is checked where one key is asked for, and not where there are several."""

    name = "stranger-served-batches"
    requirements = ("ETSI-014-5.4-03",)

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        if len(order.key_ids) < 2:
            raise refusal
        return await super().instead(inner, order, refusal)


class MulticastServesAll(AnyoneMayFetch):
    """A key with several slaves is served to every SAE of their KME."""

    name = "multicast-serves-all"
    requirements = ("ETSI-014-6.2-22",)

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        if any(len(self.owners.slaves(key_id)) < 2 for key_id in order.key_ids):
            raise refusal
        return await super().instead(inner, order, refusal)


class KeyBesideThe401(AnyoneMayFetch):
    """A stranger is answered 401, with the keys in the body."""

    name = "stranger-gets-401-and-keys"
    requirements = ("ETSI-014-5.4-05", "ETSI-014-6.4-06", "ETSI-014-6.5-03")

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        raise RefusalWithKeys(refusal, await super().instead(inner, order, refusal))

    def rest(self, wire: RestWire) -> RestWire:
        def reply(refusal: Refusal) -> web.Response:
            if isinstance(refusal, RefusalWithKeys):
                return wire.json_reply(401, wire.encode(container_document(refusal.keys)))
            return wire.unauthorised_reply(refusal)

        return replace(wire, unauthorised_reply=reply)


class OnlyFirstChecked(KnowsOwners, StoreFault):
    """Of a batch of key IDs, only the first is checked for who may fetch it."""

    name = "stranger-first-id-only"
    requirements = ("ETSI-014-5.4-03",)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        first, *others = order.key_ids
        keys = await inner.deliver(replace(order, key_ids=[first]))
        return keys + await self.owners.take_all(inner, order, others)


class StrangerBurnsKey(KnowsOwners, RefusedOrderFault):
    """A stranger is refused, and the key is gone all the same."""

    name = "stranger-burns-key"
    requirements = ("ETSI-014-5.4-05",)
    reason = Reason.NOT_ENTITLED

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        await self.owners.discard(inner, order)
        raise refusal


class MasterFetchesOwn(ServiceFault):
    """A master that asks for its own key by ID gets it once more."""

    name = "master-fetches-own"
    requirements = ("ETSI-014-5.4-04",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def __init__(self) -> None:
        self._issued: dict[tuple[str, str], Key] = {}

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        keys = await inner.get_key(caller, slave, request)
        self._issued.update(((caller or "", key.id), key) for key in keys)
        return keys

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        own = [self._issued.get((caller or "", key_id)) for key_id in key_ids]
        if own and all(own):
            return [key for key in own if key]
        return await inner.get_key_with_ids(caller, master, key_ids)


class PathNamesSlave(KnowsOwners, StoreFault):
    """The path of dec_keys is read as the slave's own ID: who names its master gets nothing."""

    name = "dec-keys-path-names-slave"
    requirements = ("ETSI-014-5.4-01", "ETSI-014-6.4-01")

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        masters = {self.owners.master(key_id) for key_id in order.key_ids}
        if order.master != order.caller or len(masters) != 1:
            raise keys_not_found()
        return await inner.deliver(replace(order, master=masters.pop()))


class ReverseRefused(GetKeyFault):
    """Keys flow in one direction only, and the supplier does not say so."""

    name = "reverse-refused"
    requirements = ("ETSI-014-5.3-05",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        status = await honest.status()
        if status.source_kme > status.target_kme:
            raise Refusal(Reason.UNKNOWN_ASSOCIATION, "this SAE is a slave only")
        return await honest.keys(request)
