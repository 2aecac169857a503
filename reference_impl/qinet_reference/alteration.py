"""The seams of the network: each is a function that a fault or a variant may wrap.

The composition passes every part through every alteration, in the order they were named.
The parts themselves know nothing of it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from aiohttp import web

if TYPE_CHECKING:
    import grpc

    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Allocation, Key, KeyRequest, Order, Status
    from qinet_reference.plan import Plan


class Listening(Protocol):
    """A server that listens."""

    def close(self) -> None:
        """Stop listening."""


Listener = Callable[[socket.socket, ssl.SSLContext | None, web.Server], Awaitable[Listening]]
"""Serves HTTP on a bound socket, with TLS if there is a context."""


GrpcListener = Callable[["grpc.aio.Server", str, int, "grpc.ServerCredentials"], Awaitable[int]]
"""Gives a gRPC server a port at a host, with these credentials; tells the port."""


class Alteration:
    """A way in which a network differs from the plain one. Unless overridden, in none."""

    name: ClassVar[str]

    @property
    def applies(self) -> bool:
        """Whether it alters the request at hand. Unless overridden, it alters each."""
        return True

    def plan(self, plan: Plan) -> Plan:
        """What the network consists of; also decides what the manifest says."""
        return plan

    def directory(self, directory: Directory) -> Directory:
        """Who is enrolled and associated."""
        return directory

    def source(self, source: KeySource) -> KeySource:
        """Where one KME's keys come from."""
        return source

    def store(self, store: KeyStore) -> KeyStore:
        """Where the network's keys are kept."""
        return store

    def service(self, service: KeyDelivery, kme: str) -> KeyDelivery:
        """What one KME answers, on every wire."""
        del kme
        return service

    def rest(self, wire: RestWire) -> RestWire:
        """How ETSI 014 is read and written."""
        return wire

    def handler(self, handler: Handler) -> Handler:
        """How an HTTP request is answered."""
        return handler

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        """How the common interface is read and written."""
        return wire

    def tls(self, tls: ServerTls) -> ServerTls:
        """What the REST server demands of connections."""
        return tls

    def grpc_tls(self, tls: ServerTls) -> ServerTls:
        """What the gRPC server demands of connections: its files, and whether it wants one."""
        return tls

    def listener(self, listener: Listener) -> Listener:
        """How the REST server listens."""
        return listener

    def grpc_listener(self, listener: GrpcListener) -> GrpcListener:
        """How the gRPC server listens."""
        return listener


class AltersService(Alteration):
    """An alteration of what a KME answers, method by method. Unless overridden, forwards."""

    def service(self, service: KeyDelivery, kme: str) -> KeyDelivery:
        """See `Alteration`."""
        return _AlteredService(self, service, kme)

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        """See `KeyDelivery`; `inner` is what would answer otherwise, `kme` its KME."""
        del kme
        return await inner.get_status(caller, slave)

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        """See `KeyDelivery`; `inner` is what would answer otherwise."""
        return await inner.get_key(caller, slave, request)

    async def get_key_with_ids(
        self, inner: KeyDelivery, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        """See `KeyDelivery`; `inner` is what would answer otherwise."""
        return await inner.get_key_with_ids(caller, master, key_ids)


class _AlteredService:
    def __init__(self, by: AltersService, inner: KeyDelivery, kme: str) -> None:
        self._by = by
        self._inner = inner
        self._kme = kme

    async def get_status(self, caller: str | None, slave: str) -> Status:
        return await self._by.get_status(self._inner, self._kme, caller, slave)

    async def get_key(self, caller: str | None, slave: str, request: KeyRequest) -> list[Key]:
        return await self._by.get_key(self._inner, caller, slave, request)

    async def get_key_with_ids(
        self, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        return await self._by.get_key_with_ids(self._inner, caller, master, key_ids)


class AltersStore(Alteration):
    """An alteration of what happens to allocated keys. Unless overridden, forwards."""

    def store(self, store: KeyStore) -> KeyStore:
        """See `Alteration`."""
        return _AlteredStore(self, store)

    async def allocate(self, inner: KeyStore, allocation: Allocation) -> None:
        """See `KeyStore`; `inner` is what would answer otherwise."""
        await inner.allocate(allocation)

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        """See `KeyStore`; `inner` is what would answer otherwise."""
        return await inner.deliver(order)


class _AlteredStore:
    def __init__(self, by: AltersStore, inner: KeyStore) -> None:
        self._by = by
        self._inner = inner

    async def stored_bits(self, one: str, other: str) -> int:
        return await self._inner.stored_bits(one, other)

    async def allocate(self, allocation: Allocation) -> None:
        await self._by.allocate(self._inner, allocation)

    async def deliver(self, order: Order) -> list[Key]:
        return await self._by.deliver(self._inner, order)

    def close(self) -> None:
        self._inner.close()
