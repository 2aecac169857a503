"""Lies about who a caller is (4, 5.1)."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from qinet_reference.faults.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from qinet_reference.adapters.grpc_wire import Context, GrpcWire
    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.directory import Directory
    from qinet_reference.plan import Plan

IDENTITY_HEADERS = ("X-SAE-ID", "Request-SAE-ID", "X-SSL-Client-CN", "X-Client-DN", "X-Client-CN")


class _ClaimTrusted(Fault, ABC):
    """Whoever claims another's SAE ID in a request is believed (REST)."""

    requirements = ("ETSI-014-4-06",)

    def rest(self, wire: RestWire) -> RestWire:
        def identify(request: web.BaseRequest) -> str | None:
            claim = self.claim(request)
            return wire.identify(request) if claim is None else claim

        return replace(wire, identify=identify)

    @abstractmethod
    def claim(self, request: web.BaseRequest) -> str | None:
        """The SAE that the caller says it is; None if it does not say."""


class HeaderTrusted(_ClaimTrusted):
    """Whoever claims another's SAE ID in a header is believed."""

    name = "identity-from-header"
    seen_in = ("krich11/easy-kme",)

    def claim(self, request: web.BaseRequest) -> str | None:
        for header in IDENTITY_HEADERS:
            if header in request.headers:
                return request.headers[header].removeprefix("CN=")
        return None


class BasicAuthorizationTrusted(_ClaimTrusted):
    """Whoever names another SAE as the user of a basic `Authorization` is believed."""

    name = "identity-from-basic-authorization"

    def claim(self, request: web.BaseRequest) -> str | None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            with suppress(ValueError):
                return b64decode(credentials).decode().partition(":")[0]
        return None


class QueryTrusted(_ClaimTrusted):
    """Whoever claims another's SAE ID in the query string is believed."""

    name = "identity-from-query"

    def claim(self, request: web.BaseRequest) -> str | None:
        slave = request.path.endswith("/dec_keys")
        return request.query.get("slave_SAE_ID" if slave else "master_SAE_ID")


class MetadataTrusted(Fault):
    """Whoever claims another's SAE ID in the metadata of a call is believed."""

    name = "identity-from-metadata"
    requirements = ("QINET-KEYS-04",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        headers = tuple(header.lower() for header in IDENTITY_HEADERS)

        def identify(context: Context) -> str | None:
            for name, value in context.invocation_metadata() or ():
                if name in headers:
                    return str(value).removeprefix("CN=")
            return wire.identify(context)

        return replace(wire, identify=identify)


class EverybodyIsTheSame(Fault):
    """Every caller is taken for the first SAE that called this KME."""

    name = "identity-of-first-caller"
    requirements = ("ETSI-014-4-05",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, identify=_always_the_first(wire.identify))

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, identify=_always_the_first(wire.identify))


class KnownByAddress(Fault):
    """For 50 ms after a request, whoever calls from the same address is taken for its caller."""

    name = "identity-cached-by-address"
    requirements = ("ETSI-014-4-05",)
    lifetime_s = 0.05

    def rest(self, wire: RestWire) -> RestWire:
        known: dict[str | None, tuple[str | None, float]] = {}

        def identify(request: web.BaseRequest) -> str | None:
            caller, until = known.get(request.remote, (None, 0.0))
            if caller is None or time.monotonic() > until:
                caller = wire.identify(request)
                known[request.remote] = caller, time.monotonic() + self.lifetime_s
            return caller

        return replace(wire, identify=identify)


class KnownByConnection(Fault):
    """Behind a proxy, whoever is first on a connection is taken for all who follow on it."""

    name = "identity-sticks-to-connection"
    requirements = ("ETSI-014-4-04", "ETSI-014-4-05")
    beside = ("plain-http",)

    def rest(self, wire: RestWire) -> RestWire:
        known: WeakKeyDictionary[object, str | None] = WeakKeyDictionary()

        def identify(request: web.BaseRequest) -> str | None:
            return known.setdefault(request.transport, wire.identify(request))

        return replace(wire, identify=identify)


class UnenrolledServed(Fault):
    """A certificate of the right CA is enough: nobody needs to be enrolled."""

    name = "unenrolled-served"
    requirements = ("ETSI-014-5.1-04",)

    def __init__(self) -> None:
        self._kme = "kme-a"

    def plan(self, plan: Plan) -> Plan:
        self._kme = plan.kmes[0]
        return plan

    def directory(self, directory: Directory) -> Directory:
        return _OpenDirectory(directory, self._kme)


class _OpenDirectory:
    """Whoever is unknown belongs to one KME, and may share keys with all."""

    def __init__(self, inner: Directory, kme: str) -> None:
        self._inner = inner
        self._kme = kme

    def kme_of(self, sae: str) -> str | None:
        return self._inner.kme_of(sae) or self._kme

    def may_allocate(self, master: str, slave: str) -> bool:
        return self._inner.kme_of(master) is None or self._inner.may_allocate(master, slave)


class PathNotDecoded(Fault):
    """The SAE ID in the path is taken as it is written, without URL-decoding."""

    name = "path-not-decoded"
    requirements = ("ETSI-014-5.1-09",)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            url = request.rel_url
            if "%" not in url.raw_path:
                return await handler(request)
            literal = url.raw_path.replace("%", "%25")
            return await handler(request.clone(rel_url=f"{literal}?{url.raw_query_string}"))

        return answer


def _always_the_first(identify: Callable[..., str | None]) -> Callable[..., str | None]:
    first: list[str | None] = []

    def identify_first(call: object) -> str | None:
        if not first:
            first.append(identify(call))
        return first[0]

    return identify_first
