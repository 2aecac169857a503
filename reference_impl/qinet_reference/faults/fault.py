"""What a seeded fault is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextvars import ContextVar
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.alteration import Alteration, AltersService, AltersStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.model import Key, KeyRequest, Status

_method: ContextVar[str] = ContextVar("method", default="")


class Fault(Alteration):
    """A lie that a network can tell; the docstring of each subclass says which.

    `requirements` are the ids, in the suite's catalogue, of what it breaks. `seen_in` names
    public implementations that are known to have it. `beside` names the variants without which
    it does not show.
    """

    requirements: ClassVar[tuple[str, ...]]
    seen_in: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()


class ServiceFault(Fault, AltersService):
    """A lie about meaning, told on every wire."""


class StoreFault(Fault, AltersStore):
    """A lie about the keys that are kept for slaves, told on every wire."""


class StatusFault(ServiceFault, ABC):
    """A lie that Get status tells, on every wire."""

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        """See `AltersService`."""
        return self.told(await super().get_status(inner, kme, caller, slave))

    @abstractmethod
    def told(self, status: Status) -> Status:
        """What is said instead of `status`."""


class RequestFault(ServiceFault, ABC):
    """A KME that serves another Get key than the one that it was asked, on every wire."""

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        """See `AltersService`."""
        return await inner.get_key(caller, slave, self.taken(request))

    @abstractmethod
    def taken(self, request: KeyRequest) -> KeyRequest:
        """What `request` is taken for. May refuse it."""


class SlaveFault(ServiceFault, ABC):
    """A slave that gets something else than its master got, on every wire."""

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        """See `AltersService`."""
        return self.changed(await inner.get_key_with_ids(caller, master, key_ids))

    @abstractmethod
    def changed(self, keys: list[Key]) -> list[Key]:
        """What the slave gets instead of `keys`."""


class HttpFault(Fault):
    """A lie that is told in answer to one HTTP method alone."""

    method: ClassVar[str] = "GET"

    def handler(self, handler: Handler) -> Handler:
        """See `Alteration`."""

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            _method.set(request.method)
            return await handler(request)

        return answer

    @property
    def applies(self) -> bool:
        """Whether the request at hand came by that method. Over gRPC, it never did."""
        return _method.get() == self.method
