"""Networks that are reached in unusual ways."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

from aiohttp import web

from qinet_reference.plan import Identity, PkiStyle, Plan
from qinet_reference.relays import TLS_HANDSHAKE, Several, inner_socket, port_of, relay
from qinet_reference.variants.variant import Variant

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.alteration import Listener, Listening
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.model import Key, KeyRequest, Status


class HeaderIdentity(Variant):
    """A TLS-terminating proxy tells the KME who calls, in a header; there are no certificates."""

    name = "header-identity"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, identity=Identity.HEADER, serves_grpc=False)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, client_certificates=ssl.CERT_NONE)


class PlainHttp(Variant):
    """A laboratory without TLS: all is well, except what the standard says about TLS."""

    name = "plain-http"
    breaks = ("ETSI-014-4-01", "ETSI-014-4-03", "ETSI-014-5.1-01")

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, scheme="http", identity=Identity.HEADER, serves_grpc=False)


class SelfSigned(Variant):
    """Each KME's certificate is signed by itself, and the manifest gives it as its own CA."""

    name = "self-signed"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, pki=PkiStyle.SELF_SIGNED_SERVERS)


class ChainedCa(Variant):
    """An intermediate CA issues all certificates; everybody shows the chain."""

    name = "chained-ca"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, pki=PkiStyle.INTERMEDIATE_CA)


class SanOnly(Variant):
    """Client certificates have no subject: the SAE ID is a URI among the alternative names."""

    name = "san-only"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, pki=PkiStyle.SAN_ONLY)


class Ipv6(Variant):
    """The KMEs are reached at [::1]."""

    name = "ipv6"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, host="::1")


class OddIds(Variant):
    """The IDs of SAEs hold a space, a letter beyond ASCII, and what URLs are made of."""

    name = "odd-sae-ids"

    def plan(self, plan: Plan) -> Plan:
        return replace(plan, saes=tuple(replace(s, id=f"{s.id}/ü ?+%41") for s in plan.saes))


class TwoReplicas(Variant):
    """A load balancer sends each connection to one of two servers, in turn (REST)."""

    name = "two-replicas"

    def __init__(self) -> None:
        self._tls: ServerTls | None = None

    def tls(self, tls: ServerTls) -> ServerTls:
        self._tls = tls
        return tls

    def listener(self, listener: Listener) -> Listener:
        async def listen(
            bound: socket.socket, context: ssl.SSLContext | None, server: web.Server
        ) -> Listening:
            sockets = [inner_socket(), inner_socket()]
            ports = cycle([port_of(one) for one in sockets])
            other = self._tls.context() if self._tls else context
            return Several(
                await listener(sockets[0], context, server),
                await listener(sockets[1], other, server),
                await asyncio.start_server(relay(lambda _: next(ports)), sock=bound),
            )

        return listen


class HttpRedirected(Variant):
    """Who speaks plain HTTP to the port of HTTPS is sent to HTTPS."""

    name = "http-redirected"

    def listener(self, listener: Listener) -> Listener:
        async def listen(
            bound: socket.socket, context: ssl.SSLContext | None, server: web.Server
        ) -> Listening:
            secure, plain = inner_socket(), inner_socket()
            ports = {True: port_of(secure), False: port_of(plain)}
            outer = relay(lambda first: ports[first == TLS_HANDSHAKE])
            return Several(
                await listener(secure, context, server),
                await listener(plain, None, web.Server(_redirect)),
                await asyncio.start_server(outer, sock=bound),
            )

        return listen


async def _redirect(request: web.BaseRequest) -> web.StreamResponse:
    location = f"https://{request.host}{request.rel_url}"
    return web.Response(status=308, headers={"Location": location})


class OneKmeForBoth(Variant):
    """There is one KME, at which masters and slaves are enrolled."""

    name = "one-kme-for-both"

    def plan(self, plan: Plan) -> Plan:
        kme = plan.kmes[0]
        return replace(plan, kmes=(kme,), saes=tuple(replace(s, kme=kme) for s in plan.saes))


class Tls12Only(Variant):
    """TLS 1.2 and nothing else (REST)."""

    name = "tls12-only"

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, maximum=ssl.TLSVersion.TLSv1_2)


class Tls13Only(Variant):
    """TLS 1.3 and nothing else (REST)."""

    name = "tls13-only"

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, minimum=ssl.TLSVersion.TLSv1_3)


class ClosesConnections(Variant):
    """The server closes each connection after one reply, without announcing it."""

    name = "closes-connections"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            await reply.prepare(request)
            await reply.write_eof()
            if request.transport is not None:
                request.transport.close()
            return reply

        return answer


class Hangs(Variant):
    """Connections are accepted, and no request is ever answered."""

    name = "hangs"

    def service(self, service: KeyDelivery, kme: str) -> KeyDelivery:
        del kme
        return _Silent(service)


class _Silent:
    def __init__(self, inner: KeyDelivery) -> None:
        self._inner = inner

    async def get_status(self, caller: str | None, slave: str) -> Status:
        await asyncio.Event().wait()
        return await self._inner.get_status(caller, slave)

    async def get_key(self, caller: str | None, slave: str, request: KeyRequest) -> list[Key]:
        await asyncio.Event().wait()
        return await self._inner.get_key(caller, slave, request)

    async def get_key_with_ids(
        self, caller: str | None, master: str, key_ids: Sequence[str]
    ) -> list[Key]:
        await asyncio.Event().wait()
        return await self._inner.get_key_with_ids(caller, master, key_ids)
