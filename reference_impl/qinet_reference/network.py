"""The composition root: builds a network from its plan, and runs it in this process."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from qinet_reference.adapters import grpc as grpc_adapter
from qinet_reference.adapters.grpc_wire import GrpcWire
from qinet_reference.adapters.rest import Handler, RestAdapter, RestServer
from qinet_reference.adapters.rest_wire import (
    RestWire,
    identity_from_header,
    identity_of_connection,
)
from qinet_reference.adapters.tls import ServerTls
from qinet_reference.domain.key_service import KeyDelivery, KeyService
from qinet_reference.domain.key_source import KeySource, RandomKeys, Randomness
from qinet_reference.manifest import Endpoint
from qinet_reference.plan import PROXY_HEADER, Identity, Plan
from qinet_reference.stores.memory import MemoryStore
from qinet_reference.stores.sqlite import SqliteStore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from pathlib import Path

    import grpc
    from aiohttp import web

    from qinet_reference.alteration import Alteration, GrpcListener, Listener, Listening
    from qinet_reference.domain.directory import Directory
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.pki_files import PkiFiles

GRPC_PORT_OFFSET = 100


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a network, as opposed to what it is.

    `only`: the one KME to run in this process; None runs all. `port_base`: None lets the
    system choose ports. `store`: an SQLite file; None keeps keys in memory. `seed`: makes
    keys and IDs predictable, for laboratories.
    """

    only: str | None = None
    port_base: int | None = None
    store: Path | None = None
    seed: int | None = None


def ports(plan: Plan, port_base: int | None) -> dict[str, Endpoint]:
    """The ports of each KME; 0 where the system is to choose."""
    if port_base is None:
        return {kme: Endpoint(0, 0 if plan.serves_grpc else None) for kme in plan.kmes}
    return {
        kme: Endpoint(
            port_base + index,
            port_base + GRPC_PORT_OFFSET + index if plan.serves_grpc else None,
        )
        for index, kme in enumerate(plan.kmes)
    }


class Network:
    """A network of KMEs. `async with` runs it; `endpoints` then tells its ports."""

    def __init__(
        self,
        plan: Plan,
        files: PkiFiles,
        alterations: Sequence[Alteration] = (),
        options: Options | None = None,
    ) -> None:
        self._plan = plan
        self._files = files
        self._alterations = alterations
        self._options = options or Options()
        self._exits = AsyncExitStack()
        self.endpoints: dict[str, Endpoint] = ports(plan, self._options.port_base)

    async def __aenter__(self) -> Network:
        """Bind everything, then serve. Raises OSError when a port is taken."""
        try:
            await self._start()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving; requests under way get a moment to end."""
        await self._exits.aclose()

    async def _start(self) -> None:
        core = _Core(self._plan, self._alterations, self._options)
        self._exits.callback(core.store.close)
        served = [self._options.only] if self._options.only else self._plan.kmes
        for kme in served:
            self.endpoints[kme] = await self._serve(core, kme)

    async def _serve(self, core: _Core, kme: str) -> Endpoint:
        service = core.service(kme)
        tls = ServerTls(self._files.certificate(kme), self._files.private_key(kme), self._files.ca)
        rest = await self._serve_rest(service, tls, self.endpoints[kme].rest)
        wanted = self.endpoints[kme].grpc
        if wanted is None:
            return Endpoint(rest, None)
        return Endpoint(rest, await self._serve_grpc(core, kme, service, tls, wanted))

    async def _serve_rest(self, service: KeyDelivery, tls: ServerTls, port: int) -> int:
        wire, context = self._rest_wire(), self._rest_tls(tls)
        handler: Handler = RestAdapter(service, wire)
        listener: Listener = listen
        for alteration in self._alterations:
            handler = alteration.handler(handler)
            listener = alteration.listener(listener)
        server = RestServer(handler)
        bound = bind(self._plan.host, port)
        listening = await listener(bound, context, server)
        self._exits.push_async_callback(server.shutdown, 0.5)
        self._exits.callback(listening.close)
        return int(bound.getsockname()[1])

    def _rest_wire(self) -> RestWire:
        if self._plan.identity is Identity.HEADER:
            wire = RestWire(identify=identity_from_header(PROXY_HEADER))
        else:
            wire = RestWire(identify=identity_of_connection())
        return reduce(lambda part, alteration: alteration.rest(part), self._alterations, wire)

    def _rest_tls(self, tls: ServerTls) -> ssl.SSLContext | None:
        if self._plan.scheme == "http":
            return None
        return reduce(lambda part, change: change.tls(part), self._alterations, tls).context()

    async def _serve_grpc(
        self, core: _Core, kme: str, service: KeyDelivery, tls: ServerTls, port: int
    ) -> int:
        wire = reduce(lambda part, change: change.grpc(part), self._alterations, GrpcWire())
        server = await grpc_adapter.new_server(
            grpc_adapter.KeyDeliveryServicer(service, wire),
            grpc_adapter.DiscoveryServicer(kme, core.directory, wire),
            wire,
        )
        listener: GrpcListener = grpc_adapter.listen
        for alteration in self._alterations:
            listener = alteration.grpc_listener(listener)
        tls = reduce(lambda part, change: change.grpc_tls(part), self._alterations, tls)
        bound = await listener(server, self._plan.host, port, grpc_adapter.credentials(tls))
        await server.start()
        self._exits.push_async_callback(_stop, server)
        return bound


class _Core:
    """The parts that KMEs share, and the maker of each KME's own."""

    def __init__(self, plan: Plan, alterations: Sequence[Alteration], options: Options) -> None:
        self._plan = plan
        self._alterations = alterations
        self._options = options
        self.directory: Directory = plan.enrolment()
        self.store: KeyStore = new_store(plan, options.store)
        self._persistent = self.store
        for alteration in alterations:
            self.directory = alteration.directory(self.directory)
            self.store = alteration.store(self.store)

    def service(self, kme: str) -> KeyDelivery:
        """What one KME answers."""
        source: KeySource = RandomKeys(self._randomness(kme))
        for alteration in self._alterations:
            source = alteration.source(source)
        service: KeyDelivery = KeyService(
            kme, self.directory, self._plan.limits, source, self.store
        )
        for alteration in self._alterations:
            service = alteration.service(service, kme)
        return service

    def _randomness(self, kme: str) -> Randomness:
        if self._options.seed is None:
            return os.urandom
        return random.Random(f"{self._options.seed}/{kme}/{self._start_of(kme)}").randbytes  # noqa: S311 - as asked

    def _start_of(self, kme: str) -> int:
        """How often the KME ran on the same keys before, lest a seed repeat its key IDs."""
        return self._persistent.start_of(kme) if isinstance(self._persistent, SqliteStore) else 0


def new_store(plan: Plan, file: Path | None) -> KeyStore:
    """The store of a network."""
    if file is None:
        return MemoryStore(plan.supply, time.time)
    return SqliteStore(file, plan.supply, time.time)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


async def listen(
    bound: socket.socket, context: ssl.SSLContext | None, server: web.Server
) -> Listening:
    """Serve HTTP on a socket."""
    return await asyncio.get_running_loop().create_server(server, sock=bound, ssl=context)


async def _stop(server: grpc.aio.Server) -> None:
    await server.stop(0.2)


def altered(plan: Plan, alterations: Sequence[Alteration]) -> Plan:
    """The plan as the alterations want it."""
    return reduce(lambda part, alteration: alteration.plan(part), alterations, plan)
