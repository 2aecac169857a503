"""Miniatures: the smallest KMEs that conform, or tell one lie, in this very process."""

from __future__ import annotations

import base64
import json
import os
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import starmap
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_NODE = {"kme-a": ("sae-1",), "kme-b": ("sae-2", "sae-3")}
ROLES = {"sae-1": "master", "sae-2": "slave", "sae-3": "additional-slave"}
HEADER = "X-Who"

Judged = dict[str, tuple[str, str]]
"""Verdict and message of each requirement."""


class Refused(Exception):  # noqa: N818 - an answer
    """An HTTP code and a message; and headers and details, if any."""


class Miniature:
    """Two KMEs behind a proxy that names the caller in a header. Serves by the book."""

    timeout_s = 10.0
    """How long it may take to answer, as its manifest says: a busy machine is no silent one."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, str, str]] = {}
        """By ID: material, master, slave."""

    def answer(self, node: str, method: str, url: str, body: bytes, said: dict[str, str]) -> Any:
        caller = self.caller(said)
        if caller not in OF_NODE[node]:
            raise Refused(401, "")
        parts = urlsplit(url)
        *_, sae, resource = parts.path.split("/")
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        sae = self.decoded(sae)
        if sae not in ROLES:
            raise Refused(400, "no such SAE")
        if resource == "status":
            return self.status(node, caller, sae)
        if resource == "enc_keys":
            return self.get_key(caller, sae, self.wanted(method, body, query))
        return self.get_key_with_ids(caller, sae, self.ids(method, body, query))

    def caller(self, said: dict[str, str]) -> str | None:
        return said.get(HEADER)

    def decoded(self, segment: str) -> str:
        return unquote(segment)

    def status(self, node: str, caller: str, sae: str) -> Any:
        target = next(n for n, names in OF_NODE.items() if sae in names)
        limits = {"key_size": 256, "stored_key_count": 99, "max_key_count": 99,
                  "max_key_per_request": 4, "max_key_size": 512, "min_key_size": 64,
                  "max_SAE_ID_count": 0}  # fmt: skip
        return {"source_KME_ID": node, "target_KME_ID": target, "master_SAE_ID": caller,
                "slave_SAE_ID": sae, **limits}  # fmt: skip

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        if method == "GET":
            try:
                return {name: int(text) for name, text in query.items()}
            except ValueError:
                raise Refused(400, "not a number") from None
        return self.read(body)

    def ids(self, method: str, body: bytes, query: dict[str, str]) -> list[str]:
        try:
            if method == "GET":
                return [str(uuid.UUID(query["key_ID"]))]
            return [str(uuid.UUID(entry["key_ID"])) for entry in self.read(body)["key_IDs"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Refused(400, "no key IDs") from None

    def read(self, body: bytes) -> dict[str, Any]:
        try:
            document = json.loads(body)
        except ValueError:
            raise Refused(400, "no JSON") from None
        if not isinstance(document, dict) or not all(starmap(well_typed, document.items())):
            raise Refused(400, "no such request")
        return document

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        number, size = wanted.get("number", 1), wanted.get("size", 256)
        if not 1 <= number <= 4 or not 64 <= size <= 512:
            raise Refused(400, "out of range")
        if size % 8:
            raise Refused(400, "size shall be a multiple of 8")
        made = {str(uuid.uuid4()): base64.b64encode(os.urandom(size // 8)).decode()
                for _ in range(number)}  # fmt: skip
        self.keys |= {key_id: (key, caller, slave) for key_id, key in made.items()}
        return {"keys": [{"key_ID": key_id, "key": key} for key_id, key in made.items()]}

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if any(i in self.keys and self.keys[i][2] != caller for i in ids):
            raise Refused(401, "")
        if any(i not in self.keys or self.keys[i][1] != master for i in ids):
            raise Refused(400, "one or more keys specified are not found on KME")
        return {"keys": [{"key_ID": i, "key": self.keys.pop(i)[0]} for i in ids]}


def well_typed(name: str, value: Any) -> bool:
    """Whether a member of a Key request, or of Key IDs, has its type."""
    match name:
        case "number" | "size":
            return type(value) is int
        case "additional_slave_SAE_IDs":
            return isinstance(value, list) and all(isinstance(v, str) for v in value)
        case "extension_mandatory" | "extension_optional" | "key_IDs":
            return isinstance(value, list) and all(isinstance(v, dict) for v in value)
        case _:
            return True


class Forgetful(Miniature):
    """A Get key makes the KME forget all keys that have not been fetched."""

    def get_key(self, *asked: Any) -> Any:
        self.keys.clear()
        return super().get_key(*asked)


class Redelivers(Miniature):
    """A key can be fetched for ever; and a key that never was is answered 401."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if any(i not in self.keys for i in ids):
            raise Refused(401, "")
        held = dict(self.keys)
        given = super().get_key_with_ids(caller, master, ids)
        self.keys = held
        return given


@contextmanager
def serving(kme: Miniature, node: str) -> Iterator[int]:
    """The port of one node."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers: dict[str, str] = {}
            try:
                code, document = 200, kme.answer(node, self.command, self.path, body,
                                                 dict(self.headers))  # fmt: skip
            except Refused as refused:
                code, message, *more = refused.args
                headers = more[0] if more else {}
                document = {"message": message} | ({"details": more[1]} if more[1:] else {})
            reply = json.dumps(document).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply)

        do_POST = do_GET  # noqa: N815 - so it is called by its base

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def manifest(ports: dict[str, int], timeout_s: float) -> str:
    nodes = "".join(
        f'[[nodes]]\nid = "{n}"\netsi014 = {{ url = "http://127.0.0.1:{p}" }}\n'
        for n, p in ports.items()
    )
    clients = "".join(
        f'[[clients]]\nid = "{sae}"\nnode = "{node}"\nroles = ["{ROLES[sae]}"]\n'
        f'headers = {{ "{HEADER}" = "{sae}" }}\n'
        for node, names in OF_NODE.items() for sae in names
    )  # fmt: skip
    return (
        '[implementation]\nsupplier = "T"\nname = "Miniature"\nversion = "1"\n'
        f'[claims]\nprofiles = ["etsi-014"]\netsi-014.delivery_delay_s = 0.5\n{nodes}{clients}'
        f"[limits]\ntimeout_s = {timeout_s}\nrequests_per_second = 5000\n"
    )


def verdicts(judged: Judged) -> set[str]:
    """All that were given."""
    return {verdict for verdict, _ in judged.values()}


def failed(judged: Judged) -> set[str]:
    """The requirements that were not kept."""
    return {requirement for requirement, (verdict, _) in judged.items() if verdict == "fail"}
