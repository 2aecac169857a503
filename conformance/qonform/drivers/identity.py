"""Who a request claims to come from, and the certificates that the suite makes itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from qonform.target import Client


@dataclass(frozen=True)
class Identity:
    """One application as the target sees it: credentials, and what it says of itself."""

    label: str
    """How reports name it, such as `sae-2` or `a client without certificate`."""
    sae_id: str
    certificate: Path | None = None
    private_key: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    enrolled: bool = True
    """Whether it may expect an answer; to others, a rejected connection is an answer."""

    @classmethod
    def of(cls, client: Client) -> Identity:
        """The identity that the manifest declares."""
        return cls(client.id, client.id, client.certificate, client.private_key, client.headers)

    def with_headers(self, headers: Mapping[str, str], label: str) -> Identity:
        """The same credentials, with further headers (metadata, over gRPC)."""
        return replace(self, label=label, headers={**self.headers, **headers})

    def without_certificate(self) -> Identity:
        """Somebody who claims to be this application and shows nothing."""
        return Identity(f"{self.sae_id} without certificate", self.sae_id, enrolled=False)

    def __hash__(self) -> int:
        return hash((self.label, self.sae_id, self.certificate))


class Forgery(StrEnum):
    """How the certificate of an impostor is certified."""

    UNKNOWN_CA = "an unknown CA"
    SHOWN_CA = "an unknown CA (shown, too)"
    ITSELF = "itself"


def impostor(identity: Identity, folder: Path, forgery: Forgery = Forgery.UNKNOWN_CA) -> Identity:
    """The same subject name, certified by nobody who is trusted.

    A forged CA bears the name of the true one.

    Args:
        identity: whom to imitate.
        folder: where the certificate and its key are written.
        forgery: which of them.

    Raises:
        ValueError: `identity` has no certificate to imitate.
    """
    if identity.certificate is None:
        raise ValueError(f"{identity.label} has no certificate to imitate")
    genuine = x509.load_pem_x509_certificate(identity.certificate.read_bytes())
    authority_key = ec.generate_private_key(ec.SECP256R1())
    alone = forgery is Forgery.ITSELF
    key = authority_key if alone else ec.generate_private_key(ec.SECP256R1())
    builder = (
        _dated(genuine.subject, genuine.subject if alone else genuine.issuer)
        .public_key(key.public_key())
        .serial_number(genuine.serial_number)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    try:
        names = genuine.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        builder = builder.add_extension(names.value, critical=False)
    except x509.ExtensionNotFound:
        pass
    forged = builder.sign(authority_key, hashes.SHA256())
    certificate, private_key = folder / "impostor.cert.pem", folder / "impostor.key.pem"
    shown = [forged]
    if forgery is Forgery.SHOWN_CA:
        shown.append(_authority(genuine.issuer, authority_key))
    certificate.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in shown))
    private_key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Identity(
        f"{identity.sae_id} certified by {forgery}",
        identity.sae_id,
        certificate,
        private_key,
        enrolled=False,
    )


def _dated(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    """A certificate that is valid today."""
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    return builder.not_valid_before(now - day).not_valid_after(now + day)


def _authority(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The certificate of a CA of that name, by itself."""
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    builder = _dated(name, name).public_key(key.public_key()).serial_number(1)
    return builder.add_extension(constraints, critical=True).sign(key, hashes.SHA256())


def common_names(pem: Path) -> list[str]:
    """Every common name and subject alternative name of a certificate, as text."""
    return names_of(x509.load_pem_x509_certificate(pem.read_bytes()))


def names_of(certificate: x509.Certificate) -> list[str]:
    """Every common name and subject alternative name of a certificate, as text."""
    names = [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return names
    return names + [str(getattr(n, "value", n)) for n in alternative.value]
