"""TLS handshakes looked at one by one, with whatever server stands behind them."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qonform.drivers.tls import client_context, offer
from qonform.exchanges import Exchange, ExchangeLog, Message
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter

MODERN = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
"""What 014 clause 4 asks for."""


@dataclass(frozen=True)
class Handshake:
    """What came of one handshake."""

    exchange: int
    """Number of the exchange in the log."""
    connected: bool
    """Whether a TCP connection came about at all."""
    version: str | None = None
    """Such as `TLSv1.3`; None when the handshake did not complete."""
    cipher: str | None = None
    problem: str | None = None
    """Why it did not complete."""
    distrusted: bool = False
    """It did not complete because the server's certificate does not verify."""
    silent: bool = False
    """It did not complete because the server said nothing in time."""
    cut_off: bool = False
    """It did not complete, and the server gave no reason: it said nothing, or hung up."""
    asked_for_certificate: bool | None = None
    """Whether the server sent a CertificateRequest; None where that cannot be seen."""
    certificate: bytes | None = field(default=None, repr=False)
    """The server's certificate in DER."""

    @property
    def completed(self) -> bool:
        """Whether both sides agreed."""
        return self.version is not None

    def __str__(self) -> str:
        if self.completed:
            return f"a handshake in {self.version} with {self.cipher}"
        return f"no handshake: {self.problem}"


@dataclass(frozen=True)
class TlsEndpoint:
    """Where a node speaks TLS, whatever it speaks inside.

    Args:
        alpn: protocols to offer (RFC 7301); gRPC insists on `h2`.
    """

    node: str
    profile: str
    host: str
    port: int
    secure: bool
    ca: Path | None
    log: ExchangeLog = field(repr=False)
    meter: Meter = field(repr=False)
    alpn: tuple[str, ...] = ()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.node} ({host}:{self.port})"

    def handshake(
        self,
        identity: Identity,
        versions: tuple[ssl.TLSVersion, ssl.TLSVersion] = MODERN,
        *,
        verify: bool = False,
    ) -> Handshake:
        """One handshake on a connection of its own, recorded. Never raises for what comes of it.

        Args:
            identity: whose certificate is shown, if it has one.
            versions: lowest and highest version to offer.
            verify: whether a server certificate that does not verify ends it.

        Raises:
            TargetDown: the last handshakes were met with silence. Requests that got no answer do
                not stop one: it may show why they got none.
        """
        context = client_context(self.ca, identity, verify=verify, versions=versions)
        if self.alpn:
            context.set_alpn_protocols(list(self.alpn))
        asked = watch_certificate_request(context)
        at, began = self.log.now(), time.perf_counter()
        made: list[Handshake] = []
        line = f"TLS of {self.node} over {self.profile}"
        with self.meter.request(line):
            seen = self._attempt(context)
        self.meter.heard(line, answered=seen["connected"] and not seen.get("silent"))

        def record(number: int) -> Exchange:
            handshake = Handshake(number, **seen, asked_for_certificate=asked())
            made.append(handshake)
            return Exchange(
                number,
                at,
                1000 * (time.perf_counter() - began),
                self.profile,
                "tls",
                self.node,
                identity.label,
                Message(f"TLS handshake, {_names(versions)}"),
                Message(str(handshake)),
                self._command(identity, versions),
                regular=False,
                outcome=_outcome(handshake),
                wire=handshake,
            )

        self.log.record(record)
        return made[0]

    def _attempt(self, context: ssl.SSLContext) -> dict[str, Any]:
        timeout = self.meter.limits.timeout_s
        try:
            raw = socket.create_connection((self.host, self.port), timeout)
        except OSError as error:
            return {"connected": False, "problem": error.strerror or type(error).__name__}
        self.meter.connected()
        with raw:
            try:
                with context.wrap_socket(raw, server_hostname=self.host) as tls:
                    cipher = tls.cipher()
                    return {
                        "connected": True,
                        "version": tls.version(),
                        "cipher": cipher[0] if cipher else None,
                        "certificate": tls.getpeercert(binary_form=True),
                    }
            except OSError as error:
                return {
                    "connected": True,
                    "problem": _say(error),
                    "distrusted": isinstance(error, ssl.SSLCertVerificationError),
                    "silent": isinstance(error, TimeoutError),
                    "cut_off": not isinstance(error, ssl.SSLError)
                    or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError),
                }

    def _command(self, identity: Identity, versions: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        words = ["openssl s_client", f"-connect {host}:{self.port}"]
        if self.ca:
            words.append(f"-CAfile {self.ca}")
        if identity.certificate:
            words.append(f"-cert {identity.certificate} -key {identity.private_key}")
        words += [f"-min_protocol {_name(versions[0])}", f"-max_protocol {_name(versions[1])}"]
        if versions[0] < ssl.TLSVersion.TLSv1_2:
            words.append("-cipher ALL:@SECLEVEL=0")
        return " ".join(words)


def watch_certificate_request(context: ssl.SSLContext) -> Callable[[], bool | None]:
    """Watches for a CertificateRequest in the handshakes of `context`.

    Returns:
        Whether one came; None where this Python cannot see it: its hook is not public.
    """
    seen: list[bool] = []
    kinds = getattr(ssl, "_TLSMessageType", None)
    if kinds is None or not hasattr(context, "_msg_callback"):
        return lambda: None

    def look(_: Any, direction: str, __: Any, ___: Any, message: Any, ____: bytes) -> None:
        if direction == "read" and message == kinds.CERTIFICATE_REQUEST:
            seen.append(True)

    context._msg_callback = look
    return lambda: bool(seen)


def resume_sessions(context: ssl.SSLContext) -> Callable[[], bool]:
    """Makes each connection of `context` resume the session of the one before, while that is open.

    Returns:
        Whether the latest connection did, as far as the server agreed.
    """
    latest: list[ssl.SSLSocket] = []
    resumed: list[bool] = []
    wrap = context.wrap_socket

    def wrap_socket(raw: socket.socket, *, server_hostname: str) -> ssl.SSLSocket:
        session = latest[-1].session if latest else None
        tls = wrap(raw, server_hostname=server_hostname, session=session)
        latest[:] = [tls]
        resumed.append(bool(tls.session_reused))
        return tls

    vars(context)["wrap_socket"] = wrap_socket
    return lambda: bool(resumed and resumed[-1])


@cache
def speaks(version: ssl.TLSVersion) -> bool:
    """Whether the local TLS library can speak a version at all, seen in a handshake with itself.

    Many builds cannot any more: what they offer is then refused by themselves.
    """
    with tempfile.TemporaryDirectory() as folder:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certify(server, Path(folder) / "own.pem")
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    try:
        for context in (server, client):
            offer(context, (version, version))
        return _agree(server, client)
    except (ssl.SSLError, ValueError):
        return False


def certify(context: ssl.SSLContext, pem: Path) -> None:
    """Gives a server context a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "qonform")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context.load_cert_chain(pem)


def _agree(server: ssl.SSLContext, client: ssl.SSLContext) -> bool:
    """Whether the two complete a handshake in memory. Raises SSLError when they do not."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up), server.wrap_bio(up, down, server_side=True)]
    for _ in range(8):
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)
        if not ends:
            return True
    return False


def _outcome(handshake: Handshake) -> Delivered[None] | Refused | Failed:
    if handshake.completed:
        return Delivered(None, handshake.exchange)
    if handshake.connected and not handshake.silent:
        return Refused(RefusalKind.OTHER, "TLS", handshake.problem, handshake.exchange)
    return Failed(handshake.problem or "", handshake.exchange)


def _say(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server certificate does not verify: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return error.strerror or "the connection was closed"


def _names(versions: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> str:
    return " to ".join(dict.fromkeys(_name(v).replace("v", " ") for v in versions))


def _name(version: ssl.TLSVersion) -> str:
    return {
        ssl.TLSVersion.TLSv1: "TLSv1",
        ssl.TLSVersion.TLSv1_1: "TLSv1.1",
        ssl.TLSVersion.TLSv1_2: "TLSv1.2",
        ssl.TLSVersion.TLSv1_3: "TLSv1.3",
    }.get(version, version.name)
