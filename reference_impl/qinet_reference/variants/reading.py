"""Networks that read requests more strictly, or more kindly, than one would expect (REST)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from qinet_reference.domain.refusal import malformed
from qinet_reference.variants.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import Document, RestWire
    from qinet_reference.domain.model import KeyRequest

_KEY_REQUEST = frozenset(
    {
        "number",
        "size",
        "additional_slave_SAE_IDs",
        "extension_mandatory",
        "extension_optional",
    }
)
_KEY_IDS = frozenset({"key_IDs", "key_IDs_extension"})


class StrictMembers(Variant):
    """Members and query parameters that the standard does not know are refused (REST)."""

    name = "strict-members"

    def rest(self, wire: RestWire) -> RestWire:
        def read_key_request(query: str | None, body: bytes | None) -> KeyRequest:
            wanted = wire.read_key_request(query, body)
            _know(_names(query, body), _KEY_REQUEST)
            return wanted

        def read_key_ids(query: str | None, body: bytes | None) -> Sequence[str]:
            key_ids = wire.read_key_ids(query, body)
            _know(_names(query, body), _KEY_IDS | {"key_ID"})
            return key_ids

        return replace(wire, read_key_request=read_key_request, read_key_ids=read_key_ids)


class EmptyListsRefused(Variant):
    """A list that is there and empty is refused (REST)."""

    name = "empty-lists-refused"

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            wanted = wire.read_key_request(query, body)
            if body and [] in json.loads(body).values():
                raise malformed("a list is empty")
            return wanted

        return replace(wire, read_key_request=read)


class BodyRequired(Variant):
    """A POST without a body, or with another content type than application/json, is refused."""

    name = "body-required"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            posted = request.method == "POST"
            if posted and request.content_type != "application/json":
                return web.json_response({"message": "send application/json"}, status=415)
            if posted and not await request.read():
                return web.json_response({"message": "the body is missing"}, status=400)
            return await handler(request)

        return answer


class SlashesForgiven(Variant):
    """A path may end in a slash (REST)."""

    name = "slashes-forgiven"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            url = request.rel_url
            path = url.raw_path.rstrip("/")
            if path == url.raw_path:
                return await handler(request)
            query = f"?{url.raw_query_string}" if url.raw_query_string else ""
            return await handler(request.clone(rel_url=f"{path}{query}"))

        return answer


class HeadIsGet(Variant):
    """HEAD is answered as GET, without the body: to enc_keys, it uses up a key."""

    name = "head-served-as-get"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            asked = request.clone(method="GET") if request.method == "HEAD" else request
            return await handler(asked)

        return answer


class NumbersForgiven(Variant):
    """Integers may be written 3.0, 3e0 and "3" in a Key request (REST)."""

    name = "numbers-forgiven"

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            return wire.read_key_request(query, _with_integers(body))

        return replace(wire, read_key_request=read)


def _names(query: str | None, body: bytes | None) -> set[str]:
    in_query = {name for name, _ in parse_qsl(query or "", keep_blank_values=True)}
    document: Document = json.loads(body) if body else {}
    return in_query | set(document)


def _know(names: set[str], known: frozenset[str]) -> None:
    if names - known:
        raise malformed("unknown parameters", {"unknown": sorted(names - known)})


def _with_integers(body: bytes | None) -> bytes | None:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    whole = {name: _integer(document[name]) for name in ("number", "size") if name in document}
    return json.dumps({**document, **whole}).encode()


def _integer(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
