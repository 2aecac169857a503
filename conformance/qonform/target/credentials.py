"""Are the files that a manifest names what they should be?

Each function returns what is wrong, in words that never repeat what the file holds, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes


def certificate_fault(path: Path) -> str | None:
    """Why the file is not a PEM file with at least one certificate."""
    content, fault = _read(path)
    if fault:
        return fault
    try:
        x509.load_pem_x509_certificates(content)
    except (ValueError, UnsupportedAlgorithm):
        return f"expected a PEM file with a certificate, {path} holds none that can be read"
    return None


def private_key_fault(path: Path, certificate: Path | None) -> str | None:
    """Why the file is not a readable PEM private key, or not the key of that certificate."""
    content, fault = _read(path)
    if fault:
        return fault
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        return f"expected a private key without a passphrase, {path} is encrypted"
    except (ValueError, UnsupportedAlgorithm):
        return f"expected a PEM file with a private key, {path} holds none that can be read"
    if certificate is None or certificate_fault(certificate):
        return None
    own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    if _name(own.public_key()) != _name(key.public_key()):
        return f"expected the private key of {certificate}, {path} is another's"
    return None


def _read(path: Path) -> tuple[bytes, str | None]:
    try:
        return path.read_bytes(), None
    except FileNotFoundError:
        return b"", f"expected a file, {path} does not exist"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        return b"", f"expected a file that can be read, {path}: {reason}"


def _name(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
