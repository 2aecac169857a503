"""ETSI GS QKD 014 over its own wire: REST, JSON, HTTPS.

`Etsi014Client` is the `KeyDelivery` port over it, and `Etsi014Driver.send` the wire itself, for
checks that are about the wire. `etsi014_wire` says what the messages mean.
"""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from qonform.drivers.etsi014_wire import (
    Answer,
    Request,
    key_ids_request,
    key_request,
    read,
    read_container,
    status_request,
)
from qonform.drivers.http_wire import HttpWire, Reply, WireError
from qonform.drivers.tls import client_context
from qonform.drivers.tls_probe import TlsEndpoint
from qonform.exchanges import (
    Exchange,
    ExchangeLog,
    Message,
    redact_headers,
    redact_json,
    redact_text,
)
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    Json,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Outcome

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.target import Node, Target

_JSON_TYPE = "application/json"
_BUSY = frozenset({429, 503})
_PATIENCE = 3
"""How often a busy target is asked again."""


@dataclass(frozen=True)
class _Sent:
    """A request as it goes out: with its whole path and all its headers."""

    request: Request
    path: str
    headers: Mapping[str, str]
    secure: bool


class Etsi014Driver:
    """Speaks ETSI GS QKD 014 to every node that has a REST interface."""

    profile: ClassVar[str] = "etsi-014"

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        self._target = target
        self._log = log
        self.meter = meter
        self._wires = {
            node.id: HttpWire(node.etsi014.url, meter) for node in target.nodes if node.etsi014
        }
        self._cas = {node.id: node.etsi014.ca for node in target.nodes if node.etsi014}
        self._contexts: dict[tuple[str, Identity], ssl.SSLContext] = {}
        self.unverified: dict[str, str] = {}
        """Nodes whose certificate did not verify, and why: asked on without verification."""

    def serves(self, node: Node) -> bool:
        """Whether the node can be asked over this transport."""
        return node.id in self._wires

    def tls(self, node: str) -> TlsEndpoint:
        """Where the node speaks TLS, for checks about TLS itself."""
        wire = self._wires[node]
        return TlsEndpoint(
            node,
            self.profile,
            wire.host,
            wire.port,
            wire.secure,
            self._cas[node],
            self._log,
            self.meter,
            ("http/1.1",),
        )

    def context(self, node: str, identity: Identity) -> ssl.SSLContext | None:
        """The TLS context with which `identity` calls the node; None in plain HTTP."""
        if not self._wires[node].secure:
            return None
        key = (node, identity)
        if key not in self._contexts:
            verify = node not in self.unverified
            self._contexts[key] = client_context(self._cas[node], identity, verify=verify)
        return self._contexts[key]

    def key_delivery(self, node: str, identity: Identity) -> Etsi014Client:
        """The port, as `identity` has it at `node`."""
        return Etsi014Client(self, node, identity)

    def send(
        self,
        node: str,
        identity: Identity,
        request: Request,
        *,
        fresh: bool = False,
        plain: bool = False,
    ) -> Answer:
        """Sends one request and records the exchange. Never raises for what the target does.

        A target that is busy may say when to ask again (RFC 7231 7.1.3), and is asked again then:
        that it was busy says nothing of the request. Not so in a volley, whose moment is over.

        Args:
            fresh: on a connection of its own.
            plain: without TLS, whatever the manifest says.
        """
        patience = 0 if self.meter.in_volley else _PATIENCE
        while True:
            answer = self._send(node, identity, request, fresh=fresh, plain=plain)
            wait_s = _wait_asked_for(answer)
            if not patience or wait_s is None or wait_s > self.meter.limits.timeout_s:
                return answer
            patience -= 1
            time.sleep(wait_s)

    def _send(
        self, node: str, identity: Identity, request: Request, *, fresh: bool, plain: bool
    ) -> Answer:
        sent = self._prepared(node, identity, request, plain=plain)
        line = f"{node} over {self.profile}"
        with self.meter.request(line):
            at, began = self._log.now(), time.perf_counter()
            result = self._asked(node, identity, sent, fresh=fresh or plain)
            took = time.perf_counter() - began
        if isinstance(result, WireError) and result.certificate and node not in self.unverified:
            self.unverified[node] = result.cause
            self._contexts = {k: c for k, c in self._contexts.items() if k[0] != node}
            return self._send(node, identity, request, fresh=fresh, plain=plain)
        answered = isinstance(result, Reply)
        if identity.enrolled and (answered or request.call is not None):
            self.meter.heard(line, answered=answered)  # to what means nothing none may be due
        return self._recorded(node, identity, sent, result, at, took)

    def send_in_a_row(
        self, node: str, identity: Identity, request: Request, times: int
    ) -> list[Answer]:
        """The same GET several times on one new connection, without waiting for replies.

        Returns:
            The answers that came, in order, and at last the one that did not come, if any: a
            server may close a connection after any reply.
        """
        sent = self._prepared(node, identity, request, plain=False)
        line = f"{node} over {self.profile}"
        self.meter.book(times)
        with self.meter.booked(), self.meter.request(line):
            self.meter.more(times - 1)
            at, began = self._log.now(), time.perf_counter()
            context = self.context(node, identity) if sent.secure else None
            wire = self._wires[node]
            results = wire.send_in_a_row(context, sent.path, sent.headers, times)
            took = time.perf_counter() - began
        if identity.enrolled:
            self.meter.heard(line, answered=isinstance(results[0], Reply))
        return [self._recorded(node, identity, sent, result, at, took) for result in results]

    def cut_off(self, node: str, identity: Identity, request: Request) -> bool:
        """Sends one request and breaks the connection when the reply begins; whether it began."""
        sent = self._prepared(node, identity, request, plain=False)
        with self.meter.request(f"{node} over {self.profile}"):
            at, began = self._log.now(), time.perf_counter()
            result = WireError("the suite broke the connection when the reply began")
            try:
                self._wires[node].cut_off(
                    self.context(node, identity), request.method, sent.path, sent.headers,
                    request.body,
                )  # fmt: skip
                replied = True
            except WireError as error:
                result, replied = error, False
            took = time.perf_counter() - began
        self._recorded(node, identity, sent, result, at, took)
        return replied

    def _prepared(self, node: str, identity: Identity, request: Request, *, plain: bool) -> _Sent:
        wire = self._wires[node]
        headers = {"Accept": _JSON_TYPE, **identity.headers}
        if request.body is not None:
            headers["Content-Type"] = _JSON_TYPE
        headers.update(request.headers)
        path = f"{wire.path}/api/v1/keys{request.path}"
        return _Sent(request, path, headers, secure=wire.secure and not plain)

    def _asked(
        self, node: str, identity: Identity, sent: _Sent, *, fresh: bool
    ) -> Reply | WireError:
        request = sent.request
        safe = not isinstance(request.call, GetKeyWithIds) and request.method in {"GET", "POST"}
        context = self.context(node, identity) if sent.secure else None
        try:
            return self._wires[node].send(
                context, request.method, sent.path, sent.headers, request.body,
                safe=safe, fresh=fresh,
            )  # fmt: skip
        except WireError as error:
            return error

    def _recorded(
        self,
        node: str,
        identity: Identity,
        sent: _Sent,
        result: Reply | WireError,
        at: float,
        took: float,
    ) -> Answer:
        request = sent.request
        answers: list[Answer] = []

        def make(number: int) -> Exchange:
            answer = read(result, request.call, number)
            answers.append(answer)
            self._account(answer, request)
            return Exchange(
                number=number,
                at_s=at,
                duration_ms=1000 * took,
                profile=self.profile,
                transport="https" if sent.secure else "http",
                node=node,
                client=identity.label,
                request=_show_request(sent),
                reply=_show_reply(result, answer.json),
                command=self._command(node, identity, sent),
                regular=identity.enrolled and not request.beside,
                call=request.call,
                outcome=answer.outcome,
                wire=answer,
            )

        self._log.record(make)
        return answers[0]

    def _account(self, answer: Answer, request: Request) -> None:
        """Counts what Get key delivered, also to a request that should have got nothing."""
        outcome = answer.outcome
        if request.call is None and "/enc_keys" in request.path and answer.has_keys:
            outcome = read_container(answer.json, answer.exchange)
        elif not isinstance(request.call, GetKey):
            return
        if isinstance(outcome, Delivered):
            self.meter.drew_keys([k.material.bits for k in outcome.value.keys])

    def _command(self, node: str, identity: Identity, sent: _Sent) -> str:
        """The curl command that sends it again, from the manifest's folder."""
        request, words = sent.request, ["curl", "-sS", "-i"]
        if sent.secure and (ca := self._cas[node]):
            words += ["--cacert", self._target.name_of(ca)]
        if identity.certificate and identity.private_key:
            words += ["--cert", self._target.name_of(identity.certificate)]
            words += ["--key", self._target.name_of(identity.private_key)]
        if request.method != "GET" or request.body is not None:
            words += ["-X", request.method]
        for name, value in {**redact_headers(identity.headers), **request.headers}.items():
            words += ["-H", f"{name}: {value}"]
        if request.body is not None:
            if "Content-Type" not in request.headers:
                words += ["-H", f"Content-Type: {_JSON_TYPE}"]
            body = request.body[:2000].decode("utf-8", "backslashreplace")
            words += ["--data-binary", redact_text(body)]
        scheme = "https" if sent.secure else "http"
        url = f"{scheme}://{self._wires[node].authority}{redact_text(sent.path)}"
        return shlex.join([*words, url])

    def restart(self) -> None:
        """Forgets connections and TLS sessions, as if every application had been started anew."""
        self.close()
        self._contexts.clear()

    def close(self) -> None:
        """Closes kept connections."""
        for wire in self._wires.values():
            wire.close()


class Etsi014Client:
    """`KeyDelivery` over ETSI 014: POST, except for Get status."""

    def __init__(self, driver: Etsi014Driver, node: str, identity: Identity) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity

    def get_status(self, slave: str) -> Outcome[Status]:
        """GET status (014 clause 5.2)."""
        return self._send(status_request(self._identity.sae_id, slave))

    def get_key(self, slave: str, request: KeyRequest) -> Outcome[KeyContainer]:
        """POST enc_keys (014 clause 5.3)."""
        return self._send(key_request(self._identity.sae_id, slave, request))

    def get_key_with_ids(self, master: str, key_ids: Sequence[str]) -> Outcome[KeyContainer]:
        """POST dec_keys (014 clause 5.4)."""
        return self._send(key_ids_request(self._identity.sae_id, master, key_ids))

    def _send(self, request: Request) -> Outcome[Any]:
        return self._driver.send(self._node, self._identity, request).outcome


def _wait_asked_for(answer: Answer) -> int | None:
    """Seconds after which a busy target wants to be asked again; None if it names none."""
    reply = answer.reply
    if reply is None or reply.status not in _BUSY:
        return None
    said = reply.header("Retry-After") or ""
    return int(said) if said.isascii() and said.isdigit() else None


def _show_request(sent: _Sent) -> Message:
    body = None
    if sent.request.body is not None:
        body = redact_text(sent.request.body.decode("utf-8", "backslashreplace"))
    shown = {k: v for k, v in sent.headers.items() if k != "Accept"}
    return Message(f"{sent.request.method} {redact_text(sent.path)}", redact_headers(shown), body)


def _show_reply(result: Reply | WireError, value: Json) -> Message:
    if isinstance(result, WireError):
        return Message(result.cause)
    if value is not None:
        body = json.dumps(redact_json(value), indent=2, ensure_ascii=False)
    else:
        body = redact_text(result.body.decode("utf-8", "backslashreplace"))
    kept = {k: v for k, v in result.headers if k.lower() in _SHOWN_HEADERS}
    line = f"{result.status} {redact_text(result.phrase)}".strip()
    return Message(line, redact_headers(kept), body or None)


_SHOWN_HEADERS = frozenset(
    {"content-type", "content-length", "www-authenticate", "location", "connection", "server"}
)
