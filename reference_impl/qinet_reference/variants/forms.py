"""Networks that write JSON and HTTP in ways that one seldom sees (REST)."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from qinet_reference.variants.variant import Variant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from qinet_reference.adapters.rest import Handler
    from qinet_reference.adapters.rest_wire import Document, RestWire


class PrettyJson(Variant):
    """Bodies are indented, and white space stands before and after them."""

    name = "json-indented"

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            return f"\r\n\t {json.dumps(document, indent=4)} \n".encode()

        return replace(wire, encode=encode)


class EscapedJson(Variant):
    """Whatever JSON lets one escape is escaped: solidi, and the first letter of each member."""

    name = "json-escapes"

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            text = wire.encode(document).decode("ascii").replace("/", "\\/")
            escaped = re.sub(r'"(\w)(?=[^"]*":)', lambda m: f'"\\u{ord(m[1]):04X}', text)
            return escaped.encode("ascii")

        return replace(wire, encode=encode)


class RawUtf8(Variant):
    """Bodies hold characters beyond ASCII, and beyond 16 bits, as they are in UTF-8."""

    name = "json-utf-8"

    def rest(self, wire: RestWire) -> RestWire:
        note = "Schlüssel 鍵 𝄞"

        def encode(document: Document) -> bytes:
            return json.dumps({**document, "acme_note": note}, ensure_ascii=False).encode()

        return replace(wire, encode=encode)


class ExtensionObjects(Variant):
    """Each object that may have an extension has one: Status, containers, keys, key IDs."""

    name = "extension-objects"

    def rest(self, wire: RestWire) -> RestWire:
        extension: Document = {"acme_link": {"qber": 0.0123, "up": True, "since": None, "hops": []}}

        def container(document: Document) -> Document:
            keys = [
                {"key_ID_extension": extension, "key_extension": {}, **key}
                for key in document["keys"]
            ]
            return {"key_container_extension": extension, "keys": keys}

        return wire.rewriting(
            status=lambda status: {**status, "status_extension": extension}, container=container
        )


class ExtraMembers(Variant):
    """Every JSON object has members that the standard does not know."""

    name = "extra-members"

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            status=_with_extras,
            error=_with_extras,
            container=lambda container: _with_extras(
                {**container, "keys": [_with_extras(key) for key in container["keys"]]}
            ),
        )


class NullExtensions(Variant):
    """What a key container leaves out is written as null."""

    name = "null-extensions"

    def rest(self, wire: RestWire) -> RestWire:
        def container(document: Document) -> Document:
            absent = {"key_ID_extension": None, "key_extension": None}
            keys = [{**key, **absent} for key in document["keys"]]
            return {"keys": keys, "key_container_extension": None}

        return wire.rewriting(container=container)


class RichDetails(Variant):
    """Each Error has details, with values of every JSON type."""

    name = "errors-with-details"

    def rest(self, wire: RestWire) -> RestWire:
        details = [{"acme_code": 17}, {"acme_hint": None, "acme_see": {"also": [1.5, True]}}, {}]
        return wire.rewriting(error=lambda error: {**error, "details": details})


class NoDetails(Variant):
    """No Error has details."""

    name = "errors-without-details"

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {"message": error["message"]})


class EmptyDetails(Variant):
    """Each Error has details, of which there are none."""

    name = "errors-with-empty-details"

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(error=lambda error: {**error, "details": []})


class OddHeaders(Variant):
    """Names of headers are written in odd cases, and the content type has parameters."""

    name = "odd-headers"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            label = reply.headers.pop("Content-Type", None)
            if label == "application/json":
                reply.headers["cONTENT-tYPE"] = 'Application/JSON ;charset="UTF-8"'
            elif label:
                reply.headers["cONTENT-tYPE"] = label
            reply.headers["X-Empty"] = ""
            reply.headers.extend([("X-Twice", "a"), ("x-twice", "b")])
            return reply

        return answer


class OddReasons(Variant):
    """The reason phrases of HTTP are not in English."""

    name = "odd-reason-phrases"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            reply.set_status(reply.status, "Alles in Ordnung" if reply.status < 400 else "Ach so")
            return reply

        return answer


class TinyChunks(Variant):
    """Replies are sent in chunks of 16 bytes."""

    name = "tiny-chunks"

    def handler(self, handler: Handler) -> Handler:
        async def pieces(body: bytes) -> AsyncIterator[bytes]:
            for start in range(0, len(body), 16):
                yield body[start : start + 16]

        return _streamed(handler, pieces)


class LateBody(Variant):
    """The head of a reply comes at once, and its body a quarter of a second later."""

    name = "late-body"

    def handler(self, handler: Handler) -> Handler:
        async def pieces(body: bytes) -> AsyncIterator[bytes]:
            await asyncio.sleep(0.25)
            yield body

        return _streamed(handler, pieces)


class AnnouncesClose(Variant):
    """Each reply says `Connection: close`, and is the last on its connection."""

    name = "announces-close"

    def handler(self, handler: Handler) -> Handler:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            reply = await handler(request)
            reply.force_close()
            return reply

        return answer


class ClosesIdle(Variant):
    """A connection on which nothing is asked for 50 ms is closed."""

    name = "closes-idle-connections"
    idle_s = 0.05

    def handler(self, handler: Handler) -> Handler:
        asked: dict[object, int] = {}

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            transport = request.transport
            asked[transport] = number = asked.get(transport, 0) + 1

            def close() -> None:
                if asked.get(transport) == number and transport is not None:
                    asked.pop(transport)
                    transport.close()

            reply = await handler(request)
            asyncio.get_running_loop().call_later(self.idle_s, close)
            return reply

        return answer


def _streamed(handler: Handler, pieces: Callable[[bytes], AsyncIterator[bytes]]) -> Handler:
    """The same replies, chunked."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        reply = await handler(request)
        if not isinstance(reply, web.Response) or not isinstance(reply.body, bytes):
            return reply
        streamed = web.StreamResponse(status=reply.status, headers=reply.headers)
        streamed.enable_chunked_encoding()
        await streamed.prepare(request)
        async for piece in pieces(reply.body):
            await streamed.write(piece)
        await streamed.write_eof()
        return streamed

    return answer


def _with_extras(document: Document) -> Document:
    return {
        "qinet_served_by": {"shelf": 3, "firmware": ["2", "1", None]},
        **document,
        "qinet_note": "Grüße",
    }
