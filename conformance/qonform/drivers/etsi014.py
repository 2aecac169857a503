"""ETSI GS QKD 014 over its own wire: REST, JSON, HTTPS.

`Etsi014Client` is the `KeyDelivery` port over it, and `Etsi014Driver.send` the wire itself, for
checks that are about the wire. Reading is lenient here (`Keys` for `keys`, base64 of any
dialect): what is wrong with a reply's form is a finding of the monitors, and must not hide what
it means.
"""

from __future__ import annotations

import base64
import binascii
import json
import shlex
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

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
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    Json,
    Key,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused, Unreadable
from qonform.ports.secret import KeyMaterial

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.target import Node, Target

_KINDS = {
    400: RefusalKind.BAD_REQUEST,
    401: RefusalKind.UNAUTHORISED,
    503: RefusalKind.UNAVAILABLE,
}
_JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Request:
    """An HTTP request to a KME.

    `path` is from `/api/v1/keys` on, encoded, with its query. `body` is sent as it is.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    call: Call | None = None
    """What the request means, when it is a well-formed call of one of the three methods."""
    beside: bool = False
    """A probe beside the three methods of the interface, whose answer has no due form."""


@dataclass(frozen=True)
class Answer:
    """A reply, read twice: as it is on the wire, and as what it means."""

    outcome: Outcome[Any]
    reply: Reply | None
    """None when no reply came."""
    json: Json = None
    """The body parsed, None when it is no JSON. May hold keys: never show it."""

    @property
    def exchange(self) -> int:
        """Number of the exchange in the log."""
        return self.outcome.exchange

    @property
    def code(self) -> int | None:
        """HTTP status code."""
        return self.reply.status if self.reply else None

    @property
    def has_keys(self) -> bool:
        """Whether the body hands out anything that looks like a key."""
        return holds_keys(self.json)

    def __str__(self) -> str:
        if self.reply is None:
            return str(self.outcome)
        message = self.json.get("message") if isinstance(self.json, dict) else None
        said = f", message {redact_text(message)!r}" if isinstance(message, str) else ""
        keys = ", with keys in its body" if self.has_keys else ""
        return f"{self.reply.status} {self.reply.phrase}{said}{keys}".strip()


class Etsi014Driver:
    """Speaks ETSI GS QKD 014 to every node that has a REST interface."""

    profile: ClassVar[str] = "etsi-014"

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
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

        Args:
            fresh: on a connection of its own.
            plain: without TLS, whatever the manifest says.
        """
        wire = self._wires[node]
        secure = wire.secure and not plain
        headers = {"Accept": _JSON_TYPE, **identity.headers}
        if request.body is not None:
            headers["Content-Type"] = _JSON_TYPE
        headers.update(request.headers)
        path = f"{wire.path}/api/v1/keys{request.path}"
        safe = not isinstance(request.call, GetKeyWithIds) and request.method in {"GET", "POST"}
        line = f"{node} over {self.profile}"
        with self.meter.request(line):
            at, began = self._log.now(), time.perf_counter()
            result: Reply | WireError
            try:
                result = wire.send(
                    self.context(node, identity) if secure else None,
                    request.method,
                    path,
                    headers,
                    request.body,
                    safe=safe,
                    fresh=fresh or plain,
                )
            except WireError as error:
                result = error
            took = time.perf_counter() - began
        if isinstance(result, WireError) and result.certificate and node not in self.unverified:
            self.unverified[node] = result.cause
            self._contexts = {k: c for k, c in self._contexts.items() if k[0] != node}
            return self.send(node, identity, request, fresh=fresh)
        if identity.enrolled:
            self.meter.heard(line, answered=isinstance(result, Reply))
        answers: list[Answer] = []

        def make(number: int) -> Exchange:
            answer = read(result, request.call, number)
            answers.append(answer)
            self._account(answer, request)
            return Exchange(
                number,
                at,
                1000 * took,
                self.profile,
                "https" if secure else "http",
                node,
                identity.label,
                _show_request(request, path, headers),
                _show_reply(result, answer.json),
                self._command(node, identity, request, path, secure=secure),
                identity.enrolled and not request.beside,
                request.call,
                answer.outcome,
                answer,
            )

        self._log.record(make)
        return answers[0]

    def _account(self, answer: Answer, request: Request) -> None:
        """Counts what Get key delivered, also to a request that should have got nothing."""
        outcome = answer.outcome
        if request.call is None and "/enc_keys" in request.path and answer.has_keys:
            outcome = _read_container(answer.json, answer.exchange)
        elif not isinstance(request.call, GetKey):
            return
        if isinstance(outcome, Delivered):
            self.meter.drew_keys([k.material.bits for k in outcome.value.keys])

    def _command(
        self, node: str, identity: Identity, request: Request, path: str, *, secure: bool
    ) -> str:
        words = ["curl", "-sS", "-i"]
        if secure and self._cas[node]:
            words += ["--cacert", str(self._cas[node])]
        if identity.certificate:
            words += ["--cert", str(identity.certificate), "--key", str(identity.private_key)]
        if request.method != "GET" or request.body is not None:
            words += ["-X", request.method]
        for name, value in {**redact_headers(identity.headers), **request.headers}.items():
            words += ["-H", f"{name}: {value}"]
        if request.body is not None:
            if "Content-Type" not in request.headers:
                words += ["-H", f"Content-Type: {_JSON_TYPE}"]
            words += ["--data-binary", request.body[:2000].decode("utf-8", "backslashreplace")]
        scheme = "https" if secure else "http"
        return shlex.join([*words, f"{scheme}://{self._wires[node].authority}{path}"])

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


def segment(sae_id: str) -> str:
    """An SAE ID as one segment of a path (014 table 2: URL-encoded)."""
    return quote(sae_id, safe="")


def status_request(caller: str, slave: str) -> Request:
    """Get status as an HTTP request."""
    return Request("GET", f"/{segment(slave)}/status", call=GetStatus(caller, slave))


def key_request(caller: str, slave: str, request: KeyRequest) -> Request:
    """Get key as a POST."""
    body = json.dumps(_key_request_body(request)).encode()
    call = GetKey(caller, slave, request)
    return Request("POST", f"/{segment(slave)}/enc_keys", body, call=call)


def key_ids_request(caller: str, master: str, key_ids: Sequence[str]) -> Request:
    """Get key with key IDs as a POST."""
    body = json.dumps({"key_IDs": [{"key_ID": key_id} for key_id in key_ids]}).encode()
    call = GetKeyWithIds(caller, master, tuple(key_ids))
    return Request("POST", f"/{segment(master)}/dec_keys", body, call=call)


def _key_request_body(request: KeyRequest) -> dict[str, Json]:
    body: dict[str, Json] = {}
    if request.number is not None:
        body["number"] = request.number
    if request.size is not None:
        body["size"] = request.size
    if request.additional_slaves is not None:
        body["additional_slave_SAE_IDs"] = list(request.additional_slaves)
    if request.mandatory is not None:
        body["extension_mandatory"] = [{name: value} for name, value in request.mandatory]
    if request.optional is not None:
        body["extension_optional"] = [{name: value} for name, value in request.optional]
    return body


def read(result: Reply | WireError, call: Call | None, number: int) -> Answer:
    """What a reply means, read as leniently as it can be understood at all."""
    if isinstance(result, WireError):
        return Answer(Failed(result.cause, number), None)
    value = _lenient_json(result.body)
    if not 200 <= result.status < 300:
        said = value.get("message") if isinstance(value, dict) else None
        refused = Refused(
            _KINDS.get(result.status, RefusalKind.OTHER),
            str(result.status),
            redact_text(said) if isinstance(said, str) else None,
            number,
        )
        return Answer(refused, result, value)
    match call:
        case GetStatus():
            return Answer(_read_status(value, number), result, value)
        case GetKey() | GetKeyWithIds():
            return Answer(_read_container(value, number), result, value)
        case None:
            return Answer(Delivered(None, number), result, value)


def _lenient_json(body: bytes) -> Json:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(body.decode("latin-1"))
    except (ValueError, RecursionError):
        return None


def _read_status(value: Json, number: int) -> Outcome[Status]:
    if not isinstance(value, dict):
        return Unreadable("the body of Get status is no JSON object", number)

    def text(name: str) -> str | None:
        return value[name] if isinstance(value.get(name), str) else None

    def integer(name: str) -> int | None:
        found = value.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    status = Status(
        text("source_KME_ID"),
        text("target_KME_ID"),
        text("master_SAE_ID"),
        text("slave_SAE_ID"),
        integer("key_size"),
        integer("stored_key_count"),
        integer("max_key_count"),
        integer("max_key_per_request"),
        integer("max_key_size"),
        integer("min_key_size"),
        integer("max_SAE_ID_count"),
    )
    return Delivered(status, number)


def _read_container(value: Json, number: int) -> Outcome[KeyContainer]:
    if not isinstance(value, dict):
        return Unreadable("the body is no Key container: not a JSON object", number)
    listed = value.get("keys", value.get("Keys"))
    if not isinstance(listed, list):
        return Unreadable("the Key container has no array `keys`", number)
    keys = []
    for entry in listed:
        key = _read_key(entry)
        if key is None:
            return Unreadable("an entry of `keys` has no readable key_ID and key", number)
        keys.append(key)
    return Delivered(KeyContainer(tuple(keys)), number)


def _read_key(entry: Json) -> Key | None:
    if not isinstance(entry, dict):
        return None
    key_id, encoded = entry.get("key_ID"), entry.get("key")
    if not isinstance(key_id, str) or not isinstance(encoded, str):
        return None
    material = lenient_base64(encoded)
    return None if material is None else Key(key_id, KeyMaterial(material))


def lenient_base64(encoded: str) -> bytes | None:
    """The bytes behind base64 of any dialect; None when it is none."""
    text = "".join(encoded.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def holds_keys(value: Json) -> bool:
    """Whether a JSON value holds, at any depth, a non-empty string under a member `key`."""
    match value:
        case dict():
            return any(
                (name == "key" and isinstance(v, str) and v != "") or holds_keys(v)
                for name, v in value.items()
            )
        case list():
            return any(map(holds_keys, value))
        case _:
            return False


def _show_request(request: Request, path: str, headers: Mapping[str, str]) -> Message:
    body = None
    if request.body is not None:
        body = redact_text(request.body.decode("utf-8", "backslashreplace"))
    shown = {k: v for k, v in headers.items() if k != "Accept"}
    return Message(f"{request.method} {path}", redact_headers(shown), body)


def _show_reply(result: Reply | WireError, value: Json) -> Message:
    if isinstance(result, WireError):
        return Message(result.cause)
    if value is not None:
        body = json.dumps(redact_json(value), indent=2, ensure_ascii=False)
    else:
        body = redact_text(result.body.decode("utf-8", "backslashreplace"))
    kept = {k: v for k, v in result.headers if k.lower() in _SHOWN_HEADERS}
    return Message(f"{result.status} {result.phrase}".strip(), redact_headers(kept), body or None)


_SHOWN_HEADERS = frozenset(
    {"content-type", "content-length", "www-authenticate", "location", "connection", "server"}
)
