"""How the servers secure their connections (014 clause 5.1)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509

from qinet_reference.pki import sae_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerTls:
    """The files of one KME, and what it demands of those who connect."""

    certificate: Path
    private_key: Path
    client_ca: Path
    client_certificates: ssl.VerifyMode = ssl.CERT_REQUIRED
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
    finish: Callable[[ssl.SSLContext], None] = lambda _: None

    def context(self) -> ssl.SSLContext:
        """The context for a server made with the standard library."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.private_key)
        context.minimum_version = self.minimum
        context.maximum_version = self.maximum
        context.verify_mode = self.client_certificates
        if self.client_certificates is not ssl.CERT_NONE:
            context.load_verify_locations(self.client_ca)
        self.finish(context)
        return context


@lru_cache(maxsize=4096)
def sae_id_of_der(certificate: bytes) -> str | None:
    """The SAE that a DER certificate names; None if it names none or cannot be read."""
    try:
        return sae_id(x509.load_der_x509_certificate(certificate))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def sae_id_of_pem(certificate: bytes) -> str | None:
    """The SAE that a PEM certificate names; None if it names none or cannot be read."""
    try:
        return sae_id(x509.load_pem_x509_certificate(certificate))
    except ValueError:
        return None
