"""The ETSI 014 REST interface: three resources below `/api/v1/keys/` (table 2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

from qinet_reference.adapters.rest_wire import encode, json_reply
from qinet_reference.domain.refusal import Reason, Refusal, malformed

if TYPE_CHECKING:
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.key_service import KeyDelivery

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers one HTTP request."""

MAX_BODY = 1 << 20
"""Longest request body that is read: aiohttp's own limit. Unit: byte."""

_ROOT = ["", "api", "v1", "keys"]
_METHODS = {
    "status": frozenset({"GET"}),
    "enc_keys": frozenset({"GET", "POST"}),
    "dec_keys": frozenset({"GET", "POST"}),
}
_log = logging.getLogger(__name__)
_no_access_log = logging.getLogger(f"{__name__}.access")
_no_access_log.disabled = True


class RestAdapter:
    """Turns HTTP requests into calls of the core, and its answers into replies.

    What is not GET or POST never reaches the core, so HEAD costs no key.
    """

    def __init__(self, service: KeyDelivery, wire: RestWire) -> None:
        self._service = service
        self._wire = wire

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. Whatever goes wrong is told as a Refusal, never as a traceback."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return self._wire.refuse(refusal)
        except Exception:
            _log.exception("a request failed")
            return self._wire.refuse(Refusal(Reason.INTERNAL, "internal error"))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        wire = self._wire
        segments = request.rel_url.raw_path.split("/")
        if len(segments) != 6 or segments[:4] != _ROOT or segments[5] not in _METHODS:
            return self._plain_error(404, "no such resource")
        raw_sae, resource = segments[4:]
        if request.method not in _METHODS[resource]:
            reply = self._plain_error(405, "method not allowed")
            reply.headers["Allow"] = ", ".join(sorted(_METHODS[resource]))
            return reply
        sae = _decoded(raw_sae)
        caller = wire.identify(request)
        if resource == "status":
            document = wire.status_document(await self._service.get_status(caller, sae))
            return wire.json_reply(200, wire.encode(document))
        query = request.rel_url.raw_query_string
        body = await _body(request) if request.method == "POST" else None
        if resource == "enc_keys":
            wanted = wire.read_key_request(query, body)
            keys = await self._service.get_key(caller, sae, wanted)
        else:
            key_ids = wire.read_key_ids(query, body)
            keys = await self._service.get_key_with_ids(caller, sae, key_ids)
        return wire.json_reply(200, wire.encode(wire.container_document(keys)))

    def _plain_error(self, code: int, message: str) -> web.Response:
        return self._wire.json_reply(code, self._wire.encode({"message": message}))


class RestServer(web.Server):
    """An HTTP server whose answer to what is not even HTTP is an Error object, too (6.5)."""

    def __call__(self) -> web.RequestHandler:
        """The protocol of one connection."""
        return _Connection(self, loop=asyncio.get_running_loop(), access_log=_no_access_log)


class _Connection(web.RequestHandler):
    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - the signature is aiohttp's
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Told without the request, which may hold anything, and the connection is closed."""
        _log.info("answering %d to what cannot be read: %s", status, type(exc).__name__)
        code, text = (400, "the request is not HTTP") if status < 500 else (503, "internal error")
        reply = json_reply(code, encode({"message": text}))
        reply.force_close()
        return reply


def _decoded(segment: str) -> str:
    """The SAE ID in a path segment, URL-decoded exactly once (tables 3, 5, 7)."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise malformed("the SAE ID is not URL-encoded UTF-8") from None


async def _body(request: web.BaseRequest) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise malformed("the body is too long", {"max_bytes": MAX_BODY}) from None
