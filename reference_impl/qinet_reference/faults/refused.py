"""The shapes of faults that answer where a KME should refuse, or that refuse badly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import GetKeyFault, StoreFault

if TYPE_CHECKING:
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Key, KeyRequest, Order
    from qinet_reference.faults.fault import Honest


class RefusedRequestFault(GetKeyFault, ABC):
    """A KME that does something else than refuse a Get key, for one `reason`."""

    reason: ClassVar[Reason]

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        """See `GetKeyFault`."""
        try:
            return await honest.keys(request)
        except Refusal as refusal:
            if refusal.reason is not self.reason:
                raise
            return await self.instead(honest, request, refusal)

    @abstractmethod
    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        """What the master gets instead of `refusal`. May raise it after all."""


class RefusedOrderFault(StoreFault, ABC):
    """A KME that does something else than refuse a slave its keys, for one `reason`."""

    reason: ClassVar[Reason] = Reason.KEY_NOT_FOUND

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        """See `AltersStore`."""
        try:
            return await inner.deliver(order)
        except Refusal as refusal:
            if refusal.reason is not self.reason or not self.applies:
                raise
            return await self.instead(inner, order, refusal)

    @abstractmethod
    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        """What the slave gets instead of `refusal`. May raise it after all."""


class RefusalWithKeys(Refusal):
    """A refusal that carries keys."""

    def __init__(self, refusal: Refusal, keys: list[Key]) -> None:
        super().__init__(refusal.reason, refusal.message, *refusal.details)
        self.keys = keys
