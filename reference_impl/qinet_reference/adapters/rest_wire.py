"""ETSI 014 on the wire: requests read strictly, replies and Errors written (clause 6).

`RestWire` holds each step as a function of its own, so that a composition can replace one.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from aiohttp import web

from qinet_reference.adapters.tls import sae_id_of_der
from qinet_reference.domain.model import Extension, Key, KeyRequest, Status
from qinet_reference.domain.refusal import Reason, Refusal, malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Document = dict[str, Any]
"""A JSON object."""

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_to_json = json.JSONEncoder(separators=(",", ":")).encode
_from_json = json.JSONDecoder(parse_constant=_no_constant).decode

_JSON = {"Content-Type": "application/json"}
_CODES = {
    Reason.UNAUTHENTICATED: 401,
    Reason.NOT_ENTITLED: 401,
    Reason.RESOURCE_EXHAUSTED: 503,
    Reason.INTERNAL: 503,
}


def identity_of_connection() -> Callable[[web.BaseRequest], str | None]:
    """Names the SAE by its client certificate, which is read once a connection."""
    known: WeakKeyDictionary[object, str | None] = WeakKeyDictionary()

    def identify(request: web.BaseRequest) -> str | None:
        transport = request.transport
        if transport is None:
            return None
        try:
            return known[transport]
        except KeyError:
            tls = transport.get_extra_info("ssl_object")
            certificate = tls.getpeercert(binary_form=True) if tls else None
            sae = known[transport] = sae_id_of_der(certificate) if certificate else None
            return sae

    return identify


def identity_from_header(name: str) -> Callable[[web.BaseRequest], str | None]:
    """Names the SAE by a header, which only a TLS-terminating proxy may be able to set."""
    return lambda request: request.headers.get(name)


def read_key_request(query: str | None, body: bytes | None) -> KeyRequest:
    """A Get key from the body of a POST, or from the query string of a GET (6.2)."""
    if body is None:
        return KeyRequest(**_read_query(query or "", {"number", "size"}, _integer_text))
    document = _read_object(body) if body else {}
    return KeyRequest(
        number=_integer(document, "number"),
        size=_integer(document, "size"),
        additional_slaves=_strings(document, "additional_slave_SAE_IDs"),
        mandatory=_extensions(document, "extension_mandatory"),
        optional=_extensions(document, "extension_optional"),
    )


def read_key_ids(query: str | None, body: bytes | None) -> Sequence[str]:
    """The IDs of a Get key with key IDs, from the body of a POST or the query of a GET (6.4)."""
    if body is None:
        found = _read_query(query or "", {"key_ID"}, lambda _, text: text)
        if "key_ID" not in found:
            raise malformed("key_ID is missing")
        return [found["key_ID"]]
    document = _read_object(body)
    entries = document.get("key_IDs")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise malformed("key_IDs shall be an array of objects", {"key_IDs": _kind(entries)})
    ids = [entry.get("key_ID") for entry in entries]
    _objects(document, "key_IDs_extension")
    for entry in entries:
        _objects(entry, "key_ID_extension")
    if not all(isinstance(key_id, str) for key_id in ids):
        raise malformed("each of key_IDs shall have a string key_ID")
    return ids


def status_document(status: Status) -> Document:
    """Status (table 9)."""
    limits = status.limits
    return {
        "source_KME_ID": status.source_kme,
        "target_KME_ID": status.target_kme,
        "master_SAE_ID": status.master,
        "slave_SAE_ID": status.slave,
        "key_size": limits.key_size,
        "stored_key_count": status.stored_key_count,
        "max_key_count": limits.max_key_count,
        "max_key_per_request": limits.max_key_per_request,
        "max_key_size": limits.max_key_size,
        "min_key_size": limits.min_key_size,
        "max_SAE_ID_count": limits.max_sae_id_count,
    }


def container_document(keys: Sequence[Key]) -> Document:
    """Key container (table 11)."""
    return {
        "keys": [{"key_ID": key.id, "key": b64encode(key.material).decode("ascii")} for key in keys]
    }


def error_document(refusal: Refusal) -> Document:
    """Error (table 13)."""
    if refusal.details:
        return {"message": refusal.message, "details": list(refusal.details)}
    return {"message": refusal.message}


def code_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal (tables 4, 6, 8)."""
    return _CODES.get(refusal.reason, 400)


def encode(document: Document) -> bytes:
    """JSON in UTF-8 (RFC 8259)."""
    return _to_json(document).encode("ascii")


def json_reply(status: int, body: bytes) -> web.Response:
    """A reply that carries JSON."""
    return web.Response(status=status, body=body, headers=_JSON)


def bare_reply(status: int) -> web.Response:
    """A 401, for which the tables 4, 6 and 8 define no body."""
    return web.Response(status=status)


@dataclass(frozen=True, slots=True)
class RestWire:
    """The steps between an HTTP request and the core, each replaceable."""

    identify: Callable[[web.BaseRequest], str | None]
    read_key_request: Callable[[str | None, bytes | None], KeyRequest] = read_key_request
    read_key_ids: Callable[[str | None, bytes | None], Sequence[str]] = read_key_ids
    status_document: Callable[[Status], Document] = status_document
    container_document: Callable[[Sequence[Key]], Document] = container_document
    error_document: Callable[[Refusal], Document] = error_document
    code_of: Callable[[Refusal], int] = code_of
    encode: Callable[[Document], bytes] = encode
    json_reply: Callable[[int, bytes], web.Response] = json_reply
    unauthorised_reply: Callable[[Refusal], web.Response] = lambda _: bare_reply(401)

    def rewriting(
        self,
        *,
        status: Callable[[Document], Document] | None = None,
        container: Callable[[Document], Document] | None = None,
        error: Callable[[Document], Document] | None = None,
    ) -> RestWire:
        """The same wire, with some of its documents passed through a function."""
        wire = self
        if status:
            wire = replace(wire, status_document=_then(self.status_document, status))
        if container:
            wire = replace(wire, container_document=_then(self.container_document, container))
        if error:
            wire = replace(wire, error_document=_then(self.error_document, error))
        return wire

    def refuse(self, refusal: Refusal) -> web.Response:
        """The reply that a refusal becomes."""
        code = self.code_of(refusal)
        if code == 401:
            return self.unauthorised_reply(refusal)
        return self.json_reply(code, self.encode(self.error_document(refusal)))


def _then(first: Callable[[Any], Document], second: Callable[[Document], Document]) -> Any:
    return lambda subject: second(first(subject))


def _read_object(body: bytes) -> Document:
    """The JSON object in a body: RFC 8259 to the letter, and nothing but an object."""
    try:
        document = _from_json(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise malformed("the body shall be a JSON object", {"body": _kind(document)})
    return document


def _read_query(query: str, names: set[str], convert: Callable[[str, str], Any]) -> dict[str, Any]:
    """The known parameters of a query string; unknown ones are passed over."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise malformed("the query string cannot be read") from None
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name not in names:
            continue
        if name in found:
            raise malformed(f"{name} occurs more than once; use POST")
        found[name] = convert(name, text)
    return found


def _integer_text(name: str, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise malformed(f"{name} shall be an integer")
    return int(text)


def _integer(document: Mapping[str, Any], name: str) -> int | None:
    if name not in document:
        return None
    value = document[name]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise malformed(f"{name} shall be an integer", {name: _kind(value)})


def _strings(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name, [])
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    raise malformed(f"{name} shall be an array of strings", {name: _kind(value)})


def _extensions(document: Mapping[str, Any], name: str) -> tuple[Extension, ...]:
    value = document.get(name, [])
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return tuple(Extension(*item) for entry in value for item in entry.items())
    raise malformed(f"{name} shall be an array of objects", {name: _kind(value)})


def _objects(document: Mapping[str, Any], name: str) -> None:
    if not isinstance(document.get(name, {}), dict):
        raise malformed(f"{name} shall be an object", {name: _kind(document[name])})


def _kind(value: object) -> str:
    """What JSON calls the type of a value; tells the caller without echoing it."""
    kinds = {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "number")
