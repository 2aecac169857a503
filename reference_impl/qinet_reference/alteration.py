"""The seams of the network: each is a function that a fault or a variant may wrap.

The composition passes every part through every alteration, in the order they were named.
The parts themselves know nothing of it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.plan import Plan


class Listening(Protocol):
    """A server that listens."""

    def close(self) -> None:
        """Stop listening."""


Listener = Callable[[socket.socket, ssl.SSLContext | None, web.Server], Awaitable[Listening]]
"""Serves HTTP on a bound socket, with TLS if there is a context."""


class Alteration:
    """A way in which a network differs from the plain one. Unless overridden, in none."""

    name: ClassVar[str]

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

    def listener(self, listener: Listener) -> Listener:
        """How the REST server listens."""
        return listener
