"""ETSI GS QKD 014 as HTTP messages: what is sent, and what a reply means. Pure, no I/O.

Reading is lenient here (`Keys` for `keys`, base64 of any dialect): what is wrong with a reply's
form is a finding of the monitors, and must not hide what it means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qonform.drivers.http_wire import Reply, WireError
from qonform.exchanges import redact_text
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
from qonform.ports.secret import KeyMaterial, lenient_base64

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_DEEPEST = 100
_KINDS = {
    400: RefusalKind.BAD_REQUEST,
    401: RefusalKind.UNAUTHORISED,
    429: RefusalKind.UNAVAILABLE,
    503: RefusalKind.UNAVAILABLE,
}


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
        return f"{self.reply.status} {redact_text(self.reply.phrase)}{said}{keys}".strip()


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
            return Answer(read_container(value, number), result, value)
        case None:
            return Answer(Delivered(None, number), result, value)


def _lenient_json(body: bytes) -> Json:
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            value = json.loads(body.decode(encoding))
        except (ValueError, RecursionError):
            continue
        return value if _shallow(value) else None
    return None


def _shallow(value: Json, depth: int = _DEEPEST) -> bool:
    """Whether a value is nested no deeper than anybody's reader must follow (RFC 8259 9)."""
    match value:
        case dict():
            return depth > 0 and all(_shallow(v, depth - 1) for v in value.values())
        case list():
            return depth > 0 and all(_shallow(v, depth - 1) for v in value)
        case _:
            return True


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


def read_container(value: Json, number: int) -> Outcome[KeyContainer]:
    """A Key container, from a parsed body."""
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


def holds_keys(value: Json, *, within: str = "") -> bool:
    """Whether a JSON value holds, at any depth, a key under a member `key`.

    The details of an Error may have such a member, too, which names what is wrong with a request:
    words are no key, unless they stand where a Key container has its keys.

    Args:
        value: anything that `json.loads` gives.
        within: the member that holds it, if any.
    """
    match value:
        case dict():
            entry = within in ("keys", "Keys") or "key_ID" in value
            return any(
                (
                    name == "key"
                    and isinstance(v, str)
                    and (redact_text(v) != v or (entry and v != ""))
                )
                or holds_keys(v, within=name)
                for name, v in value.items()
            )
        case list():
            return any(holds_keys(v, within=within) for v in value)
        case _:
            return False
