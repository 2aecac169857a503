"""HTTP/1.1 over TLS or in plain, with one deadline for a whole request and kept connections.

Replies come back as bytes: what they mean is the driver's business. A connection is kept for
each identity, node and thread, until the server is seen to close it; a server that closes after
every reply is then given a new connection each time.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.drivers.meter import Meter

_CLOSES_WITHIN_S = 0.05
"""How long the first connection is watched, to see whether the server closes it unannounced."""
_LARGEST_BODY = 16 * 2**20


@dataclass(frozen=True)
class Reply:
    """What a server answered, byte for byte."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, in any case."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


class WireError(Exception):
    """No HTTP reply came. The message says in one line what happened instead."""

    def __init__(self, cause: str, *, certificate: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.certificate = certificate
        """The server's certificate did not verify."""


class _DeadlineMixin:
    """Gives each read and write of a socket what is left of the whole request's time."""

    deadline: float = float("inf")

    def _hurry(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.settimeout(min(left, 3600.0))  # type: ignore[attr-defined]

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._hurry()
        return super().recv_into(*args, **kwargs)  # type: ignore[misc, no-any-return]

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._hurry()
        super().sendall(*args, **kwargs)  # type: ignore[misc]


class _PlainSocket(_DeadlineMixin, socket.socket):
    pass


class _TlsSocket(_DeadlineMixin, ssl.SSLSocket):
    pass


class _Connection(http.client.HTTPConnection):
    """An HTTP connection over a socket that is already open."""

    def __init__(self, host: str, sock: socket.socket) -> None:
        super().__init__(host)
        self.sock = sock
        self.auto_open = 0
        self._held = bytearray()

    def send(self, data: Any) -> None:
        """Keeps what http.client sends, until `take` asks for it."""
        self._held += data

    def take(self) -> bytes:
        """A whole request, as http.client wrote it."""
        held, self._held = bytes(self._held), bytearray()
        return held

    def stale(self, wait_s: float = 0.0) -> bool:
        """Whether the server closes it, or sends what nobody asked for, within `wait_s`."""
        if self.sock is None:
            return True
        pending = isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()
        return bool(pending or select.select([self.sock], [], [], wait_s)[0])


class HttpWire:
    """Sends HTTP requests to one node.

    Args:
        url: `http://` or `https://`, a host, maybe a port and a path.
        meter: counts connections, and holds the timeout.
    """

    def __init__(self, url: str, meter: Meter) -> None:
        parts = urlsplit(url)
        self.secure = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if self.secure else 80)
        self.path = parts.path.rstrip("/")
        self.authority = parts.netloc
        self._meter = meter
        self._kept: dict[tuple[int, ssl.SSLContext | None], _Connection] = {}
        """Open connections nobody uses now, by thread and identity."""
        self._keeps_alive: bool | None = None
        """Whether the server leaves a connection open after a reply; None until it is seen."""

    def open(self, context: ssl.SSLContext | None, deadline: float) -> socket.socket:
        """A new connection, with TLS when a context is given. Raises WireError."""
        try:
            raw = self._connect(deadline)
        except OSError as error:
            raise WireError(f"cannot connect to {self.authority}: {_say(error)}") from error
        self._meter.connected()
        if context is None:
            return raw
        context.sslsocket_class = _TlsSocket
        try:
            raw.settimeout(max(0.001, deadline - time.monotonic()))
            return context.wrap_socket(raw, server_hostname=self.host)
        except ssl.SSLCertVerificationError as error:
            raw.close()
            raise WireError(
                f"the certificate of {self.authority} does not verify: {error.verify_message}",
                certificate=True,
            ) from error
        except (OSError, ssl.SSLError) as error:
            raw.close()
            raise WireError(f"no TLS connection: {_say(error)}") from error

    def _connect(self, deadline: float) -> _PlainSocket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        last: OSError = OSError("no address")
        for family, kind, protocol, _, address in found:
            sock = _PlainSocket(family, kind, protocol)
            try:
                sock.settimeout(max(0.001, deadline - time.monotonic()))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                last = error
            else:
                return sock
        raise last

    def send(
        self,
        context: ssl.SSLContext | None,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        safe: bool,
        fresh: bool = False,
    ) -> Reply:
        """One request and its reply.

        Args:
            context: TLS context, also the name under which the connection is kept.
            method: any token.
            path: from the root, already encoded, with its query.
            headers: added to Host, Content-Length and Accept.
            body: None sends none.
            safe: whether the request may be sent again when a kept connection turns out dead.
            fresh: asks for a new connection that nobody else uses.

        Raises:
            WireError: no reply within `limits.timeout_s`, or none at all.
        """
        deadline = time.monotonic() + self._meter.limits.timeout_s
        connection = kept = None if fresh else self._take(context)
        try:
            connection = kept or self._new(context, deadline)
            reply = self._exchange(connection, method, path, headers, body, deadline)
        except (OSError, http.client.HTTPException, WireError) as error:
            timed_out = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
            if connection is not None:
                connection.close()
            if kept is not None:
                self._keeps_alive = False
            crowded = timed_out and self._give_room()
            if safe and not fresh and (crowded or (kept is not None and not timed_out)):
                return self.send(context, method, path, headers, body, safe=safe, fresh=True)
            if isinstance(error, WireError):
                raise
            waited = f" within {self._meter.limits.timeout_s:g} s" if timed_out else ""
            raise WireError(f"no reply{waited}: {_say(error)}") from error
        if self._keeps_alive is None:
            self._keeps_alive = not connection.stale(wait_s=_CLOSES_WITHIN_S)
        if fresh or not self._keeps_alive:
            connection.close()
        elif connection.sock is not None:
            self._kept[threading.get_ident(), context] = connection
        return reply

    def cut_off(
        self,
        context: ssl.SSLContext | None,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        """Sends a request and breaks the connection when its reply begins.

        Raises:
            WireError: no reply began within `limits.timeout_s`.
        """
        deadline = time.monotonic() + self._meter.limits.timeout_s
        connection = self._new(context, deadline)
        try:
            if isinstance(connection.sock, _DeadlineMixin):
                connection.sock.deadline = deadline
            message = _written(connection, method, path, headers, body)
            self._meter.fire(partial(connection.sock.sendall, message))
            began = connection.sock.recv(1)
        except (OSError, http.client.HTTPException) as error:
            raise WireError(f"no reply: {_say(error)}") from error
        finally:
            connection.close()
        if not began:
            raise WireError("no reply: the connection was closed")

    def _give_room(self) -> bool:
        """Closes all idle connections: a server may serve one at a time. Whether there were any."""
        crowded = bool(self._kept)
        if crowded:
            self._keeps_alive = False
            self.close()
        return crowded

    def _take(self, context: ssl.SSLContext | None) -> _Connection | None:
        connection = self._kept.pop((threading.get_ident(), context), None)
        if connection is not None and connection.stale():
            connection.close()
            return None
        return connection

    def _new(self, context: ssl.SSLContext | None, deadline: float) -> _Connection:
        return _Connection(self.authority, self.open(context, deadline))

    def _exchange(
        self,
        connection: _Connection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Reply:
        if isinstance(connection.sock, _DeadlineMixin):
            connection.sock.deadline = deadline
        message = _written(connection, method, path, headers, body)
        if self._meter.in_volley:  # all but the last byte: nobody can act upon it yet
            connection.sock.sendall(message[:-1])
            message = message[-1:]
        self._meter.fire(partial(connection.sock.sendall, message))
        return _read(connection.getresponse())

    def send_in_a_row(
        self,
        context: ssl.SSLContext | None,
        path: str,
        headers: Mapping[str, str],
        times: int,
    ) -> list[Reply | WireError]:
        """The same GET several times on one new connection, without waiting (RFC 9112 9.3.2).

        Returns:
            The replies in order; after the first that did not come, none.
        """
        deadline = time.monotonic() + self._meter.limits.timeout_s
        replies: list[Reply | WireError] = []
        try:
            connection = self._new(context, deadline)
        except WireError as error:
            return [error]
        try:
            if isinstance(connection.sock, _DeadlineMixin):
                connection.sock.deadline = deadline
            message = _written(connection, "GET", path, headers, None)
            self._meter.fire(partial(connection.sock.sendall, message * times))
            stream = _Stream(connection.sock)
            for _ in range(times):
                response = http.client.HTTPResponse(stream, method="GET")  # type: ignore[arg-type]
                response.begin()
                replies.append(_read(response))
        except (OSError, http.client.HTTPException) as error:
            replies.append(WireError(f"no reply: {_say(error)}"))
        finally:
            connection.close()
        return replies

    def close(self) -> None:
        """Closes all connections that are kept."""
        while self._kept:
            self._kept.popitem()[1].close()


class _Stream:
    """Replies that come one after the other: what is read ahead belongs to the next."""

    class _Reader(io.BufferedReader):
        def close(self) -> None:
            """Nothing: the next reply is read from here."""

    def __init__(self, sock: socket.socket) -> None:
        self._reader = self._Reader(socket.SocketIO(sock, "r"))

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client reads a reply from."""
        return self._reader


def _written(
    connection: _Connection,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> bytes:
    """A request, byte for byte; its body in chunks where the headers say so (RFC 9112 7.1)."""
    connection.putrequest(method, path, skip_accept_encoding=True)
    given = {name.lower() for name in headers}
    if body is not None and "transfer-encoding" in given:
        halves = filter(None, (body[: len(body) // 2], body[len(body) // 2 :]))
        body = b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
    elif body is not None and "content-length" not in given:
        connection.putheader("Content-Length", str(len(body)))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    return connection.take()


def _read(response: http.client.HTTPResponse) -> Reply:
    received = response.read(_LARGEST_BODY + 1)
    if len(received) > _LARGEST_BODY:
        raise http.client.HTTPException(f"a body of more than {_LARGEST_BODY} bytes")
    if not response.isclosed():
        response.close()
    return Reply(response.status, response.reason, tuple(response.getheaders()), received)


def _say(error: BaseException) -> str:
    """An error in a few words, without what a server sent."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return str(error.reason).lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed"
    return type(error).__name__
