"""Lies that are told before the first request (4, 5.1)."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from qinet_reference.faults.fault import Fault
from qinet_reference.faults.verification import (
    trust_everybody,
    trust_self_signed,
    trust_sent_root,
)
from qinet_reference.pki import new_server
from qinet_reference.relays import TLS_HANDSHAKE, Relay, Several, inner_socket, port_of, relay

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import grpc
    from aiohttp import web

    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.adapters.tls import ServerTls
    from qinet_reference.alteration import GrpcListener, Listener, Listening

T = TypeVar("T")
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME


class AnyCertificateTrusted(Fault):
    """A client certificate of any CA is trusted."""

    name = "any-ca-trusted"
    requirements = ("ETSI-014-5.1-02",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, finish=trust_everybody)


class NoCertificateNeeded(Fault):
    """Who shows no certificate is served like an SAE that does."""

    name = "no-certificate-needed"
    requirements = ("ETSI-014-4-04",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, client_certificates=ssl.CERT_OPTIONAL)

    def rest(self, wire: RestWire) -> RestWire:
        anyhow = _or_latest(wire.identify)

        def identify(request: web.BaseRequest) -> str | None:
            known = anyhow(request)
            return known if self.lets_in(request) else wire.identify(request)

        return replace(wire, identify=identify)

    def lets_in(self, request: web.BaseRequest) -> bool:
        """Whether this request needs no certificate. Unless overridden, none does."""
        del request
        return True


class NoCertificateNeededInTls12(NoCertificateNeeded):
    """Over TLS 1.2, who shows no certificate is served like an SAE that does; over 1.3, not."""

    name = "no-certificate-needed-in-tls-1.2"

    def lets_in(self, request: web.BaseRequest) -> bool:
        return bool(request.get_extra_info("ssl_object").version() == "TLSv1.2")


class NoCertificateNeededByGet(NoCertificateNeeded):
    """Who shows no certificate is served Get key by GET like an SAE that does, and no more."""

    name = "no-certificate-needed-by-get"

    def lets_in(self, request: web.BaseRequest) -> bool:
        return request.method == "GET" and request.path.endswith("/enc_keys")


class NoCertificateAsked(Fault):
    """The server asks for no certificate and believes a header."""

    name = "no-certificate-asked"
    requirements = ("ETSI-014-5.1-01",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, client_certificates=ssl.CERT_NONE)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, identify=lambda request: request.headers.get("X-SAE-ID"))


class ExpiredServed(Fault):
    """A client certificate is good for ever."""

    name = "expired-served"
    requirements = ("ETSI-014-5.1-03",)

    def tls(self, tls: ServerTls) -> ServerTls:
        def finish(context: ssl.SSLContext) -> None:
            context.verify_flags |= _NO_CHECK_TIME

        return replace(tls, finish=finish)


class Tls11Accepted(Fault):
    """TLS 1.0 and 1.1 are accepted."""

    name = "tls-1.1-accepted"
    requirements = ("ETSI-014-4-02",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, minimum=ssl.TLSVersion.TLSv1, finish=_allow_old_ciphers)


class Tls11Only(Fault):
    """Nothing above TLS 1.1 is spoken (REST)."""

    name = "tls-1.1-only"
    requirements = ("ETSI-014-4-02", "ETSI-014-4-03")

    def tls(self, tls: ServerTls) -> ServerTls:
        old = ssl.TLSVersion.TLSv1_1
        return replace(tls, minimum=ssl.TLSVersion.TLSv1, maximum=old, finish=_allow_old_ciphers)


class ResumedIsTrusted(NoCertificateNeeded):
    """Who resumes a session was let in before, and needs to show no certificate."""

    name = "resumed-session-trusted"

    def lets_in(self, request: web.BaseRequest) -> bool:
        return bool(request.get_extra_info("ssl_object").session_reused)


class SelfSignedTrusted(Fault):
    """A client certificate that was signed by itself is trusted."""

    name = "self-signed-trusted"
    requirements = ("ETSI-014-5.1-02",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, finish=trust_self_signed)


class ChainOfClientTrusted(Fault):
    """A CA whose certificate the client sends along with its own is trusted."""

    name = "chain-of-client-trusted"
    requirements = ("ETSI-014-5.1-02",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, finish=trust_sent_root)


class GrpcNoCertificateAsked(Fault):
    """The gRPC server asks for no certificate, and takes a caller for the SAE that it names."""

    name = "grpc-no-certificate-asked"
    requirements = ("ETSI-014-5.1-01", "ETSI-014-4-04")

    def grpc_tls(self, tls: ServerTls) -> ServerTls:
        return replace(tls, client_certificates=ssl.CERT_NONE)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, identify=lambda _: "sae-1")


class GrpcServerUnverifiable(Fault):
    """The gRPC server shows a certificate that the declared CA did not issue."""

    name = "grpc-server-certificate-unverifiable"
    requirements = ("ETSI-014-5.1-05",)

    def grpc_tls(self, tls: ServerTls) -> ServerTls:
        return _self_certified(tls)


class PlainHttpToo(Fault):
    """Who speaks plain HTTP to the port of HTTPS is answered, as the SAE that it names."""

    name = "plain-http-too"
    requirements = ("ETSI-014-4-01",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, identify=_or_latest(wire.identify))

    def listener(self, listener: Listener) -> Listener:
        async def listen(
            bound: socket.socket, context: ssl.SSLContext | None, server: web.Server
        ) -> Listening:
            secure, plain = inner_socket(), inner_socket()
            outer = _by_first_byte(port_of(secure), port_of(plain))
            return Several(
                await listener(secure, context, server),
                await listener(plain, None, server),
                await asyncio.start_server(outer, sock=bound),
            )

        return listen


class PlainGrpcToo(Fault):
    """Who calls without TLS on the port of TLS is answered, as the SAE that called before."""

    name = "grpc-plain-too"
    requirements = ("QINET-KEYS-05",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, identify=_or_latest(wire.identify))

    def grpc_listener(self, listener: GrpcListener) -> GrpcListener:
        async def listen(
            server: grpc.aio.Server, host: str, port: int, secured: grpc.ServerCredentials
        ) -> int:
            secure = await listener(server, "127.0.0.1", 0, secured)
            plain = server.add_insecure_port("127.0.0.1:0")
            outer = await asyncio.start_server(_by_first_byte(secure, plain), host, port)
            return int(outer.sockets[0].getsockname()[1])

        return listen


class ServerUnverifiable(Fault):
    """The KME shows a certificate that the declared CA did not issue."""

    name = "server-certificate-unverifiable"
    requirements = ("ETSI-014-5.1-05",)

    def tls(self, tls: ServerTls) -> ServerTls:
        return _self_certified(tls)


def _allow_old_ciphers(context: ssl.SSLContext) -> None:
    """Without them, OpenSSL speaks no TLS below 1.2 whatever versions are allowed."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")


def _self_certified(tls: ServerTls) -> ServerTls:
    """The same with a certificate of the KME that nobody but itself has signed."""
    kme = tls.certificate.name.removesuffix(".cert.pem")
    certificate = tls.certificate.with_name(f"{kme}.unverifiable.cert.pem")
    private_key = certificate.with_name(f"{kme}.unverifiable.key.pem")
    new_server(kme, (), None).write(certificate, private_key)
    return replace(tls, certificate=certificate, private_key=private_key)


def _or_latest(identify: Callable[[T], str | None]) -> Callable[[T], str | None]:
    """Whoever shows no certificate is taken for the latest caller that did."""
    latest: list[str] = []

    def identify_anyhow(call: T) -> str | None:
        caller = identify(call)
        if caller is not None:
            latest[:] = [caller]
        return caller or next(iter(latest), None)

    return identify_anyhow


def _by_first_byte(secure: int, plain: int) -> Relay:
    """Who begins with a handshake wants TLS."""
    return relay(lambda first: secure if first == TLS_HANDSHAKE else plain)
