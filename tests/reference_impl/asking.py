"""How tests ask a network, and how they tell its answers without what differs from run to run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

UNKNOWN = "00000000-0000-4000-8000-000000000000"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Probe = Callable[[Any], Any]
"""A few exchanges with a network, and what came of them."""


class Probes(dict[str, Probe]):
    """Probes by name. Each is declared with `@PROBES.probe`."""

    def probe(self, function: Probe) -> Probe:
        self[function.__name__] = function
        return function


async def get(
    lab: Any, body: Any = None, *, slave: str = "sae-2", query: str = "", **more: Any
) -> Any:
    return await lab.call("kme-a", "sae-1", f"{slave}/enc_keys{query}", body, **more)


async def fetch(lab: Any, *ids: str, sae: str = "sae-2", **more: Any) -> Any:
    body = {"key_IDs": [{"key_ID": key_id} for key_id in ids]}
    return await lab.call("kme-b", sae, "sae-1/dec_keys", body, **more)


def ids(reply: Any) -> list[str]:
    """The IDs in a container, whatever its shape."""
    return re.findall(r'"(?:key_ID|keyId)":"([^"]+)"', reply.body.decode("latin-1"))


def told(reply: Any) -> Any:
    """A reply without its random parts."""
    text = UUID.sub("<id>", reply.body.decode("latin-1"))
    return reply.code, reply.content_type, re.sub(r'"key":"[^"]*"', '"key":"<key>"', text)


def materials(reply: Any) -> list[str]:
    return re.findall(r'"key":"([^"]*)"', reply.body.decode("latin-1"))


def keys_in(reply: Any) -> dict[str, str]:
    """The material in a container, by ID; nothing in a refusal."""
    return dict(zip(ids(reply), materials(reply), strict=True)) if reply.code == 200 else {}


def lengths(reply: Any) -> list[int]:
    return [len(text) for text in materials(reply)]
