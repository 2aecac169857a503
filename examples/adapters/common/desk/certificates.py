"""A CA of its own, and a certificate for each node and application."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
_DAY = dt.timedelta(days=1)
Extensions = list[tuple[x509.ExtensionType, bool]]


def make(folder: Path, nodes: Sequence[str], applications: Iterable[str]) -> None:
    """`ca.pem`, and `ID.cert.pem` and `ID.key.pem` for each, in a folder; all are made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _issue("Adapter CA", ca_key, None, [(x509.BasicConstraints(ca=True, path_length=0), True)])
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for holder in (*nodes, *applications):
        usage = (
            ExtendedKeyUsageOID.SERVER_AUTH if holder in nodes else ExtendedKeyUsageOID.CLIENT_AUTH
        )
        extensions: Extensions = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.ExtendedKeyUsage([usage]), False),
        ]
        if holder in nodes:
            names = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")]
            extensions.append((x509.SubjectAlternativeName(names), False))
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _issue(holder, key, (ca, ca_key), extensions)
        _write(folder, holder, certificate, key)


def _issue(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    extensions: Extensions,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 365 * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    signer = issuer[1] if issuer else key
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(authority, False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def _write(
    folder: Path, holder: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    pem = serialization.Encoding.PEM
    (folder / f"{holder}.cert.pem").write_bytes(certificate.public_bytes(pem))
    private = folder / f"{holder}.key.pem"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
