"""Each variant is as odd as it says: a probe, or a look of its own, tells it from the rest."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from asking import UNKNOWN, fetch, get, ids, told
from cryptography import x509
from probing import baseline, first_difference

from qinet_reference import variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinet_reference.variants.variant import Variant

SEEN_ELSEWHERE = {
    "announces-close", "body-required", "codes-404", "consumed-key-401-to-strangers",
    "empty-lists-refused", "everybody-associated", "hangs", "head-served-as-get",
    "http-redirected", "late-keys", "odd-headers",
    "shared-key-stays-until-all-had-it", "slashes-forgiven", "slow", "tiny-chunks",
    "unassociated-403", "zero-number-empty",
}  # fmt: skip
"""By tests of their own, or, where all is late, by every test."""

Look = Callable[[Any], Awaitable[Any]]
LOOKS: dict[str, Look] = {}


def look(*names: str) -> Callable[[Look], Look]:
    """How the variants of these names show: without them, the answer is another."""

    def known(function: Look) -> Look:
        LOOKS.update(dict.fromkeys(names, function))
        return function

    return known


@contextmanager
def asked(
    lab: Any, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> Iterator[tuple[ssl.SSLSocket, bytes]]:
    """A new connection, and the reply to one request on it."""
    at = urlsplit(lab.url("kme-a"))
    with (
        socket.create_connection((at.hostname, at.port), 60) as plain,
        context.wrap_socket(plain, server_hostname=at.hostname, session=session) as line,
    ):
        line.sendall(b"GET /api/v1/keys/sae-2/status HTTP/1.1\r\nHost: kme\r\n\r\n")
        reply = b""
        while not reply.endswith(b"}"):
            reply += line.recv(4096)
        yield line, reply


@look("bottomless-store", "shared-store")
async def how_the_store_falls(lab: Any) -> Any:
    async def stored() -> int:
        return int((await lab.call("kme-a", "sae-1", "sae-2/status")).json["stored_key_count"])

    await stored()
    await asyncio.sleep(0.3)
    untouched = await stored()
    await get(lab, {"number": 32, "size": 4096})
    return untouched == 10_000, await stored() == 10_000


@look("keys-live-3s")
async def a_key_left_lying(lab: Any) -> Any:
    left = ids(await get(lab))
    await asyncio.sleep(3)
    return (await fetch(lab, *left)).code


@look("counted-ids")
async def ids_follow_one_another(lab: Any) -> Any:
    first, second = (UUID(key_id).int for key_id in ids(await get(lab, {"number": 2})))
    return second == first + 1


@look("unassociated-401")
async def who_is_not_associated(lab: Any) -> Any:
    return (await lab.call("kme-a", "sae-4", "sae-2/status")).code


@look("missing-before-foreign")
async def missing_and_foreign(lab: Any) -> Any:
    return (await fetch(lab, UNKNOWN, *ids(await get(lab)), sae="sae-5")).code


@look("no-ids-no-keys")
async def no_ids(lab: Any) -> Any:
    return told(await fetch(lab))


@look("chained-ca", "san-only")
async def certificates(lab: Any) -> Any:
    shown = lab.files.certificate("sae-1").read_bytes()
    chain = x509.load_pem_x509_certificates(shown)
    return len(chain), bool(list(chain[0].subject))


@look("late-body")
async def how_a_body_is_sent(lab: Any) -> Any:
    return (await lab.call("kme-a", "sae-1", "sae-2/status")).headers.get("Transfer-Encoding")


@look("two-replicas", "tls12-only", "tls13-only")
async def sessions(lab: Any) -> Any:
    """Which versions are spoken, and whether a session can be resumed on the next connection."""

    def spoken(latest: ssl.TLSVersion) -> Any:
        context = lab.tls("sae-1")
        context.maximum_version = latest
        try:
            with asked(lab, context) as (line, _):
                version, session = line.version(), line.session
            with asked(lab, context, session) as (line, _):
                return version, line.session_reused
        except OSError:
            return "refused"

    versions = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)
    return [await asyncio.to_thread(spoken, latest) for latest in versions]


@look("closes-connections", "closes-idle-connections", "odd-reason-phrases")
async def first_line_and_end(lab: Any) -> Any:
    """How a reply begins, and whether the connection is then closed."""

    def exchange() -> Any:
        with asked(lab, lab.tls("sae-1")) as (line, reply):
            line.settimeout(3)
            try:
                return reply.partition(b"\r\n")[0], line.recv(1) == b""
            except TimeoutError:
                return reply.partition(b"\r\n")[0], False

    return await asyncio.to_thread(exchange)


WITHOUT: dict[Look, Any] = {}
"""What each look shows of a network that is not altered."""


@pytest.mark.parametrize("variant", variants.ALL, ids=lambda variant: variant.name)
def test_a_variant_shows(laboratory: Any, variant: type[Variant]) -> None:
    async def looked(sight: Look, *names: str) -> Any:
        async with laboratory(*names, seed=1) as lab:
            return await sight(lab)

    name = f"variant:{variant.name}"
    if variant.name in LOOKS:
        sight = LOOKS[variant.name]
        if sight not in WITHOUT:
            WITHOUT[sight] = asyncio.run(looked(sight))
        assert asyncio.run(looked(sight, name)) != WITHOUT[sight]
    elif variant.name not in SEEN_ELSEWHERE:
        assert asyncio.run(first_difference(laboratory, baseline(laboratory), name))


def test_looks_are_at_variants() -> None:
    assert SEEN_ELSEWHERE.isdisjoint(LOOKS)
    assert SEEN_ELSEWHERE | LOOKS.keys() <= {variant.name for variant in variants.ALL}
