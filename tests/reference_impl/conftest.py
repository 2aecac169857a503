"""A reference network in the test's own process, and applications that talk to it."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aiohttp
import grpc
import pytest
from yarl import URL

from qinet.keys.v1 import key_delivery_pb2_grpc
from qinet_reference import faults, variants
from qinet_reference.manifest import manifest
from qinet_reference.network import Network, Options, altered
from qinet_reference.pki_files import PkiFiles, provide
from qinet_reference.plan import Plan, default_plan

if TYPE_CHECKING:
    from pathlib import Path

    from qinet_reference.alteration import Alteration

KINDS: dict[str, type[Alteration]] = {
    **{f"fault:{kind.name}": kind for kind in faults.ALL},
    **{f"variant:{kind.name}": kind for kind in variants.ALL},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP."""

    code: int
    content_type: str
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Laboratory:
    """A running network, and a connection of each kind to it, made when first needed."""

    def __init__(self, plan: Plan, files: PkiFiles, network: Network, exits: AsyncExitStack):
        self.plan = plan
        self.files = files
        self.network = network
        self.manifest = manifest(plan, network.endpoints, files)
        self._exits = exits
        self._sessions: dict[tuple[str, str], aiohttp.ClientSession] = {}
        self._stubs: dict[tuple[str, str], Any] = {}

    def url(self, kme: str) -> str:
        node = next(node for node in self.manifest["nodes"] if node["id"] == kme)
        return str(node["etsi014"]["url"])

    def tls(self, sae: str | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.files.ca)
        if sae is not None:
            context.load_cert_chain(self.files.certificate(sae), self.files.private_key(sae))
        return context

    def session(self, kme: str, sae: str) -> aiohttp.ClientSession:
        name = (kme, sae)
        if name not in self._sessions:
            client = next(one for one in self.manifest["clients"] if one["id"] == sae)
            context: ssl.SSLContext | bool = False
            if self.plan.scheme == "https":
                context = ssl.create_default_context(cafile=self.files.ca_of_server(kme))
                if "certificate" in client:
                    folder = self.files.folder.parent
                    context.load_cert_chain(
                        folder / client["certificate"], folder / client["private_key"]
                    )
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                headers=client.get("headers"),
                timeout=aiohttp.ClientTimeout(total=60),
            )
            self._exits.push_async_callback(session.close)
            self._sessions[name] = session
        return self._sessions[name]

    async def call(
        self,
        kme: str,
        sae: str,
        path: str,
        body: object = None,
        *,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        chunked: bool | None = None,
    ) -> Reply:
        """One HTTP request; `path` is what follows /api/v1/keys/."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        url = URL(f"{self.url(kme)}/api/v1/keys/{path}", encoded=True)
        how = method or ("GET" if body is None else "POST")
        labelled = {} if body is None else {"Content-Type": "application/json"}
        async with self.session(kme, sae).request(
            how, url, data=data, headers={**labelled, **(headers or {})}, chunked=chunked
        ) as reply:
            return Reply(reply.status, reply.content_type, await reply.read(), dict(reply.headers))

    def stub(self, kme: str, sae: str) -> Any:
        """A gRPC stub of key delivery."""
        name = (kme, sae)
        if name not in self._stubs:
            self._stubs[name] = key_delivery_pb2_grpc.KeyDeliveryStub(self.channel(kme, sae))
        return self._stubs[name]

    def channel(self, kme: str, sae: str) -> grpc.aio.Channel:
        files = self.files
        channel = grpc.aio.secure_channel(
            f"127.0.0.1:{self.network.endpoints[kme].grpc}",
            grpc.ssl_channel_credentials(
                files.ca_of_server(kme).read_bytes(),
                files.private_key(sae).read_bytes(),
                files.certificate(sae).read_bytes(),
            ),
        )
        self._exits.push_async_callback(channel.close)
        return channel


Laboratories = Callable[..., Any]


@pytest.fixture(scope="session")
def pki_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates, made once for all tests."""
    return tmp_path_factory.mktemp("reference")


@pytest.fixture
def laboratory(pki_directory: Path) -> Laboratories:
    """How a test runs a network of its own, altered by the names that it gives."""

    @asynccontextmanager
    async def run(
        *names: str, store: Path | None = None, seed: int | None = None, **changes: Any
    ) -> AsyncIterator[Laboratory]:
        alterations: Sequence[Alteration] = [KINDS[name]() for name in names]
        plan = replace(altered(default_plan(), alterations), **changes)
        files = provide(pki_directory, plan, [plan.host])
        async with (
            Network(plan, files, alterations, Options(store=store, seed=seed)) as network,
            AsyncExitStack() as exits,
        ):
            yield Laboratory(plan, files, network, exits)

    return run
