"""The TLS probe, against the smallest servers that can tell it something."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from qonform.checks.callers import gave, judge_turned_away
from qonform.checks.etsi014.transport import holds_name
from qonform.drivers.identity import Identity
from qonform.drivers.meter import Meter, TargetDown
from qonform.drivers.tls import client_context, offer
from qonform.drivers.tls_probe import MODERN, TlsEndpoint, certify, resume_sessions, speaks
from qonform.exchanges import ExchangeLog
from qonform.judging import Judge
from qonform.ports.key_delivery import Key, KeyContainer, Status
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused, Unreadable
from qonform.ports.secret import KeyMaterial
from qonform.target import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOMEBODY = Identity("somebody", "somebody")
TLS_1_0 = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1)


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[TlsEndpoint]:
    """A server of one connection after another."""
    bound = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = bound.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        port = bound.getsockname()[1]
        meter = Meter(Limits(timeout_s=0.3))
        yield TlsEndpoint("n", "etsi-014", "127.0.0.1", port, True, None, ExchangeLog(), meter)
    finally:
        over.set()
        bound.shutdown(socket.SHUT_RDWR)
        bound.close()


@pytest.fixture
def server(tmp_path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certify(context, tmp_path / "own.pem")
    return context


def speaking(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)

    return serve


def test_a_handshake_shows_why_requests_get_no_answer(server: ssl.SSLContext) -> None:
    with listening(speaking(server)) as endpoint:
        for _ in range(3):
            endpoint.meter.heard("n over etsi-014", answered=False)
        assert endpoint.handshake(SOMEBODY).completed


def test_handshakes_end_where_nobody_speaks() -> None:
    with listening(lambda c: threading.Event().wait(1)) as endpoint:  # noqa: ARG005
        for _ in range(3):
            silent = endpoint.handshake(SOMEBODY)
        assert silent.silent
        assert silent.cut_off
        with pytest.raises(TargetDown, match="TLS of n over etsi-014"):
            endpoint.handshake(SOMEBODY)


def test_a_handshake_is_described_and_recorded(server: ssl.SSLContext) -> None:
    with listening(speaking(server)) as endpoint:
        seen = endpoint.handshake(SOMEBODY)
    assert seen.completed
    assert seen.version == "TLSv1.3"
    assert seen.certificate is not None
    assert seen.asked_for_certificate is False
    exchange = endpoint.log[seen.exchange]
    assert exchange.request.summary == "TLS handshake, TLS 1.2 to TLS 1.3"
    assert exchange.reply.summary.startswith("a handshake in TLSv1.3")
    assert exchange.command.startswith("openssl s_client -connect 127.0.0.1:")


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_request_for_a_certificate_is_seen(
    server: ssl.SSLContext, highest: ssl.TLSVersion
) -> None:
    server.maximum_version = highest
    server.verify_mode = ssl.CERT_OPTIONAL
    with listening(speaking(server)) as endpoint:
        assert endpoint.handshake(SOMEBODY).asked_for_certificate is True


def test_an_old_cipher_suite_of_tls_1_2_is_spoken(server: ssl.SSLContext) -> None:
    """The one that RFC 5246 makes mandatory authenticates by SHA-1 too."""
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA")
    with listening(speaking(server)) as endpoint:
        assert endpoint.handshake(SOMEBODY).version == "TLSv1.2"


def test_an_old_version_that_is_accepted_is_seen(server: ssl.SSLContext) -> None:
    if not speaks(ssl.TLSVersion.TLSv1):
        pytest.skip("the TLS library here cannot speak TLS 1.0")
    offer(server, TLS_1_0)
    with listening(speaking(server)) as endpoint:
        assert endpoint.handshake(SOMEBODY, TLS_1_0).version == "TLSv1"


def test_an_old_version_that_is_refused_is_seen(server: ssl.SSLContext) -> None:
    with listening(speaking(server)) as endpoint:
        seen = endpoint.handshake(SOMEBODY, TLS_1_0)
        assert not seen.completed
        assert not seen.cut_off
        assert endpoint.handshake(SOMEBODY, MODERN).completed


def test_a_certificate_that_does_not_verify_is_told_apart(server: ssl.SSLContext) -> None:
    with listening(speaking(server)) as endpoint:
        seen = endpoint.handshake(SOMEBODY, verify=True)
    assert seen.distrusted
    assert "does not verify" in f"{seen}"


def test_a_closed_connection_a_silent_one_and_none() -> None:
    with listening(lambda _: None) as endpoint:
        closed = endpoint.handshake(SOMEBODY)
    assert closed.connected
    assert not closed.completed
    assert closed.cut_off
    with listening(lambda c: threading.Event().wait(0.5)) as endpoint:  # noqa: ARG005
        silent = endpoint.handshake(SOMEBODY)
        assert silent.silent
        assert silent.cut_off
    assert not endpoint.handshake(SOMEBODY).connected


def test_the_local_library_can_speak_what_it_must() -> None:
    assert speaks(ssl.TLSVersion.TLSv1_2)
    assert speaks(ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("kme-a", "kme-a", True), ("urn:kme:kme-a", "kme-a", True),
        ("kme-a.example.org", "kme-a", True), ("kme-ab", "kme-a", False),
        ("kme-a", "kme", False), ("10.0.0.1", "kme-a", False),
    ],
)  # fmt: skip
def test_a_kme_id_among_the_names_of_a_certificate(text: str, name: str, found: bool) -> None:
    assert holds_name(text, name) is found


KEY = Key("5f8b7c1e-3a4d-4c55-9d6e-7f8091a2b3c4", KeyMaterial(b"12345678"))
SERVED = Delivered(Status("kme-a"), 2)
NO = Refused(RefusalKind.UNAUTHORISED, "401", None, 1)


@pytest.mark.parametrize(
    ("outcome", "given"),
    [
        (Delivered(Status("kme-a"), 1), True), (Delivered(Status(), 1), False),
        (Delivered(KeyContainer((KEY,)), 1), True), (Delivered(KeyContainer(()), 1), False),
        (NO, False), (Failed("closed", 1), False), (Unreadable("HTML", 1), False),
    ],
)  # fmt: skip
def test_what_counts_as_served(outcome: object, given: bool) -> None:
    assert gave(outcome) is given  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "control", "verdict"),
    [
        (SERVED, SERVED, "fail"), (SERVED, NO, "fail"),
        (NO, SERVED, "pass"), (Failed("closed", 1), SERVED, "pass"),
        (NO, NO, "inconclusive"), (Failed("closed", 1), Failed("closed", 2), "inconclusive"),
        (Unreadable("HTML", 1), SERVED, "inconclusive"),
    ],
)  # fmt: skip
def test_turned_away_only_beside_one_who_is_served(
    outcome: object, control: object, verdict: str
) -> None:
    judge = Judge(["R"], tuple)
    judge_turned_away(judge, "R", "a stranger", outcome, control)  # type: ignore[arg-type]
    assert judge.findings("")[0].verdict == verdict


@pytest.mark.parametrize("version", MODERN, ids=lambda v: v.name)
def test_a_session_is_resumed(server: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    def greet(connection: socket.socket) -> None:
        with server.wrap_socket(connection, server_side=True) as tls:
            tls.send(b"hello")  # with TLS 1.3, tickets come along
            tls.recv(1)

    with listening(greet) as endpoint:
        context = client_context(None, SOMEBODY, verify=False, versions=(version, version))
        resumed = resume_sessions(context)
        seen = []
        for _ in range(2):
            raw = socket.create_connection((endpoint.host, endpoint.port))
            tls = context.wrap_socket(raw, server_hostname=endpoint.host)
            assert tls.recv(5) == b"hello"
            tls.send(b"!")
            seen.append((resumed(), tls))
    for _, tls in seen:
        tls.close()
    assert [r for r, _ in seen] == [False, True]
