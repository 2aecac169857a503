"""Certificates and keys, as far as files show: dates, who issued them, who may read them."""

from __future__ import annotations

import datetime as dt
import stat
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from qonform.practice.doctor.line import Line, State, ok, problem, warning
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from qonform.target import Client, Target

SOON = dt.timedelta(days=14)
"""Before its end, a certificate is worth a word."""


def credentials(target: Target, now: dt.datetime) -> Iterator[Line]:
    """Looks at every file with a certificate or a key that the manifest names."""
    authorities = {
        path: x509.load_pem_x509_certificates(path.read_bytes()) for path in _cas(target)
    }
    for path, certificates in authorities.items():
        yield _authority(target.name_of(path), certificates, now)
    for client in target.clients:
        if client.certificate and client.private_key:
            chain = x509.load_pem_x509_certificates(client.certificate.read_bytes())
            yield from _together(
                _dates(client, chain[0], now), _issuer(target, client, chain, authorities)
            )
            yield from _permissions(target, client, client.private_key)
        else:
            yield ok(client.id, f"is told by {client.identity}, and has no certificate")


def _cas(target: Target) -> list[Path]:
    endpoints = [e for n in target.nodes for e in (n.etsi014, n.qinet, n.links, n.paths) if e]
    return list(dict.fromkeys(e.ca for e in endpoints if e.ca))


def _authority(name: str, certificates: list[x509.Certificate], now: dt.datetime) -> Line:
    ends = min(c.not_valid_after_utc for c in certificates)
    if ends <= now:
        return problem(name, f"has a CA certificate that ended on {ends:%Y-%m-%d}",
                       "nothing that it issued verifies: renew it")  # fmt: skip
    if ends - now < SOON:
        return warning(name, f"has a CA certificate that ends on {ends:%Y-%m-%d}", "renew it")
    return ok(name, f"CA certificate, in date until {ends:%Y-%m-%d}")


def _dates(client: Client, own: x509.Certificate, now: dt.datetime) -> Line:
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    in_date = begins <= now <= ends
    if Role.EXPIRED in client.roles:
        if in_date:
            said = f"has the role `expired` and is in date until {ends:%Y-%m-%d}"
            return problem(client.id, said, "give it a certificate that is out of date")
        return ok(client.id, "certificate is out of date, as its role asks")
    if now < begins:
        return problem(client.id, f"certificate begins on {begins:%Y-%m-%d %H:%M} UTC only",
                       "wait, or look at the clocks")  # fmt: skip
    if not in_date:
        return problem(client.id, f"certificate ended on {ends:%Y-%m-%d}", "renew it")
    if ends - now < SOON:
        return warning(client.id, f"certificate ends on {ends:%Y-%m-%d}", "renew it soon")
    return ok(client.id, f"certificate and key fit, in date until {ends:%Y-%m-%d}")


def _together(one: Line, other: Line) -> tuple[Line, ...]:
    """Two lines as one, if both are in order."""
    if one.state is other.state is State.OK:
        return (ok(one.subject, f"{one.said}, {other.said}"),)
    return one, other


def _issuer(
    target: Target,
    client: Client,
    chain: list[x509.Certificate],
    authorities: Mapping[Path, list[x509.Certificate]],
) -> Line:
    found = _issued_by(chain, authorities)
    if found:
        return ok(client.id, f"issued by the CA in {target.name_of(found)}")
    return warning(
        client.id,
        f"certificate was issued by {chain[-1].issuer.rfc4514_string() or 'nobody named'}, whom "
        "no `ca` of the manifest holds",
        "fine if the nodes trust that CA for clients; else use one that they trust",
    )


def _issued_by(
    chain: list[x509.Certificate], authorities: Mapping[Path, list[x509.Certificate]]
) -> Path | None:
    """The file with the authority that issued the first of a chain, through the others."""
    current, others = chain[0], chain[1:]
    for _ in chain:
        for path, certificates in authorities.items():
            if any(_issued(current, by) for by in certificates):
                return path
        above = next((other for other in others if _issued(current, other)), None)
        if above is None:
            return None
        current = above
    return None


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _permissions(target: Target, client: Client, key: Path) -> Iterator[Line]:
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        name = target.name_of(key)
        yield warning(client.id, f"private key {name} can be read by others (mode {mode:o})",
                      f"chmod 600 {name}")  # fmt: skip
