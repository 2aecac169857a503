"""The files that manifests name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds every file that a manifest of these tests names."""
    folder = tmp_path_factory.mktemp("target")
    certs = folder / "certs"
    certs.mkdir()
    secret = BestAvailableEncryption(b"passphrase")
    for name, encryption in (("sae-1", NoEncryption()), ("sae-2", NoEncryption()), ("ca", secret)):
        certificate, key = pair(name, encryption)
        (certs / f"{name}.cert.pem").write_bytes(certificate)
        (certs / f"{name}.key.pem").write_bytes(key)
        (certs / f"{name}.pem").write_bytes(certificate + key)
    (certs / "text.pem").write_text("no certificate\n")
    (certs / "broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    return folder


def pair(name: str, encryption: KeySerializationEncryption) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
    )
