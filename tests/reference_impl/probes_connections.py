"""Probes of connections: TLS, and who is on them."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import Any

import aiohttp
from asking import Probes

from qinet_reference.pki import Credentials, new_ca, new_client

PROBES = Probes()


@PROBES.probe
async def connections(lab: Any) -> Any:
    url = f"{lab.url('kme-a')}/api/v1/keys/sae-2/status"
    ca, old = new_ca("Qonform throw-away CA"), lab.tls("sae-1")
    forged = new_client("sae-1", ca)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    claim = {"X-SAE-ID": "sae-1"}
    return [
        await outcome(url, lab.tls("sae-1"), {}),
        await outcome(url, showing(lab, replace(forged, chain=(ca.certificate,))), {}),
        await outcome(url, showing(lab, new_ca("sae-1")), {}),
        await outcome(url, lab.tls(None), claim),
        await outcome(url, showing(lab, forged), {}),
        await outcome(url, lab.tls("sae-6"), {}),
        await outcome(url, old, {}),
        await outcome(url.replace("https", "http"), None, {}),
    ]


def showing(lab: Any, credentials: Credentials) -> ssl.SSLContext:
    """A client that shows a certificate which nobody gave it."""
    files = lab.files.folder / "forged.cert", lab.files.folder / "forged.key"
    credentials.write(*files)
    context: ssl.SSLContext = lab.tls(None)
    context.load_cert_chain(*files)
    return context


async def outcome(url: str, context: ssl.SSLContext | None, headers: dict[str, str]) -> Any:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, ssl=context or False, headers=headers) as reply,
        ):
            return reply.status
    except aiohttp.ClientError:
        return "no connection"


@PROBES.probe
async def one_connection(lab: Any) -> Any:
    """Requests on one connection, by whoever a proxy says that they are."""
    claims = ("sae-1", "sae-3", "sae-7")
    replies = [
        await lab.call("kme-a", "sae-1", "sae-2/status", headers={"X-SSL-Client-CN": sae})
        for sae in claims
    ]
    return [reply.code for reply in replies]
