"""What a seeded fault is, and the shapes that most of them have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.alteration import Alteration, AltersService, AltersStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import Document, RestWire
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


class HttpFault(Fault):
    """A lie that is told in answer to one HTTP method alone. Named first among the bases."""

    method: ClassVar[str] = "GET"

    def handler(self, handler: Handler) -> Handler:
        """See `Alteration`."""

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            _method.set(request.method)
            return await handler(request)

        return answer

    @property
    def applies(self) -> bool:
        """Whether the request at hand came by that method. Over gRPC, it came by none."""
        return _method.get() == self.method


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
        status = await super().get_status(inner, kme, caller, slave)
        return self.told(status) if self.applies else status

    @abstractmethod
    def told(self, status: Status) -> Status:
        """What is said instead of `status`."""


@dataclass(frozen=True, slots=True)
class Honest:
    """What one caller, in what it shares with one slave, is told by a KME without the fault."""

    kme: KeyDelivery
    caller: str | None
    slave: str

    async def status(self) -> Status:
        """Get status."""
        return await self.kme.get_status(self.caller, self.slave)

    async def keys(self, request: KeyRequest) -> list[Key]:
        """Get key."""
        return await self.kme.get_key(self.caller, self.slave, request)


class GetKeyFault(ServiceFault, ABC):
    """A KME that answers Get key otherwise, on every wire."""

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        """See `AltersService`."""
        honest = Honest(inner, caller, slave)
        return await (self.answered(honest, request) if self.applies else honest.keys(request))

    @abstractmethod
    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        """What the master gets, instead of what an `honest` KME would give it."""


class RequestFault(GetKeyFault, ABC):
    """A KME that serves another Get key than the one that it was asked, on every wire."""

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        """See `GetKeyFault`."""
        return await honest.keys(self.taken(request))

    @abstractmethod
    def taken(self, request: KeyRequest) -> KeyRequest:
        """What `request` is taken for. May refuse it."""


class SlaveFault(ServiceFault, ABC):
    """A slave that gets something else than its master got, on every wire."""

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        """See `AltersService`."""
        keys = await inner.get_key_with_ids(caller, master, key_ids)
        return self.changed(keys) if self.applies else keys

    @abstractmethod
    def changed(self, keys: list[Key]) -> list[Key]:
        """What the slave gets instead of `keys`."""


class DocumentFault(Fault):
    """A lie in what is written (REST). Unless overridden, each document stays as it is."""

    def rest(self, wire: RestWire) -> RestWire:
        """See `Alteration`."""
        return wire.rewriting(status=self.status, container=self.container, error=self.error)

    def status(self, status: Document) -> Document:
        """What is written instead of a Status."""
        return status

    def container(self, container: Document) -> Document:
        """What is written instead of a key container."""
        return container

    def error(self, error: Document) -> Document:
        """What is written instead of an Error."""
        return error


class EntryFault(DocumentFault, ABC):
    """A lie in what is written of each key (REST)."""

    def container(self, container: Document) -> Document:
        """See `DocumentFault`."""
        return {**container, "keys": [self.entry(entry) for entry in container["keys"]]}

    @abstractmethod
    def entry(self, entry: Document) -> Document:
        """What is written instead of one of the `keys` of a container."""
