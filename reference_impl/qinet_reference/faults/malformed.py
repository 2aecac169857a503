"""Lies that are told in answer to what cannot be read (6.2, 6.4)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from qinet_reference.domain.model import KeyRequest
from qinet_reference.domain.refusal import Refusal
from qinet_reference.faults.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import RestWire


class MalformedGetsPage(Fault):
    """A request that cannot be read is answered 400 with a page of HTML."""

    name = "malformed-gets-page"
    requirements = ("ETSI-014-4-07", "ETSI-014-5.1-07", "ETSI-014-6.5-01")
    seen_in = ("CreepPork/next-door-key-simulator",)

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if request.method == "POST" and not _is_json(await request.read()):
                page = "<!doctype html><title>400 Bad Request</title><h1>Bad Request</h1>"
                return web.Response(status=400, text=page, content_type="text/html")
            return await handler(request)

        return answer


class MalformedGetsKey(Fault):
    """A Get key that cannot be read is served as if it were empty."""

    name = "malformed-gets-key"
    requirements = ("ETSI-014-6.2-23",)
    seen_in = ("thomasarmel/qkd_kme_server",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            try:
                return wire.read_key_request(query, body)
            except Refusal:
                return KeyRequest()

        return replace(wire, read_key_request=read)


class BadIdGets500(Fault):
    """A key ID that is not a UUID is answered 500 with a page of HTML."""

    name = "bad-key-id-500"
    requirements = ("ETSI-014-6.4-08",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> Sequence[str]:
            key_ids = wire.read_key_ids(query, body)
            if any(len(key_id) != 36 for key_id in key_ids):
                raise RuntimeError("invalid input syntax for type uuid")
            return key_ids

        def reply(code: int, body: bytes) -> web.Response:
            if code == 503 and json.loads(body) == {"message": "internal error"}:
                return web.Response(status=500, text="<h1>Error</h1>", content_type="text/html")
            return wire.json_reply(code, body)

        return replace(wire, read_key_ids=read, json_reply=reply)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body or b"{}")
    except ValueError:
        return False
    return True
