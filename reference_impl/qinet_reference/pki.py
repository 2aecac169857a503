"""A throw-away public key infrastructure, and who a certificate says its holder is.

Files are PEM. `ID.cert.pem` holds the certificate (and its chain, if any), `ID.key.pem` the
private key, `ca.pem` the certificate that everyone trusts.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SAE_URN = "urn:qinet:sae:"
"""In a certificate without a common name, a URI that starts so names an SAE."""

LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A private key, its certificate, and the intermediate certificates above it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def write(self, certificate: Path, private_key: Path) -> None:
        """Write both files; the private key is for its owner's eyes only."""
        pem = serialization.Encoding.PEM
        certificate.write_bytes(
            b"".join(one.public_bytes(pem) for one in (self.certificate, *self.chain))
        )
        private_key.touch(mode=0o600)
        private_key.write_bytes(
            self.key.private_bytes(
                pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    @classmethod
    def read(cls, certificate: Path, private_key: Path) -> Credentials:
        """Read what `write` wrote."""
        first, *chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        key = serialization.load_pem_private_key(private_key.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{private_key} holds no elliptic-curve key")
        return cls(key, first, tuple(chain))


def new_ca(name: str, issuer: Credentials | None = None) -> Credentials:
    """A certification authority: a root, or an intermediate under `issuer`."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (_key_usage(signs_certificates=True), True),
    ]
    return _issue(_name(name), extensions, issuer, dt.timedelta(days=3650))


def new_server(kme: str, hosts: Iterable[str], issuer: Credentials | None) -> Credentials:
    """A KME's certificate: its ID is the common name, its hosts are alternative names.

    Without an issuer the certificate is self-signed.
    """
    names = [_general_name(host) for host in dict.fromkeys((*LOCAL_HOSTS, *hosts))]
    return _issue(
        _name(kme),
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName(names), False),
            (_key_usage(), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        ],
        issuer,
    )


def new_client(
    sae: str, issuer: Credentials, *, expired: bool = False, san_only: bool = False
) -> Credentials:
    """An SAE's certificate: its ID is the common name, or, with `san_only`, a URI."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
    ]
    if san_only:
        uri = x509.UniformResourceIdentifier(SAE_URN + sae)
        extensions.append((x509.SubjectAlternativeName([uri]), True))
    subject = x509.Name([]) if san_only else _name(sae)
    ends_in = -_DAY if expired else dt.timedelta(days=365)
    return _issue(subject, extensions, issuer, ends_in)


def sae_id(certificate: x509.Certificate) -> str | None:
    """The SAE that a certificate names: its common name, else a URI or DNS name, else None."""
    if common_names := certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        return str(common_names[0].value)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    for uri in names.get_values_for_type(x509.UniformResourceIdentifier):
        if uri.startswith(SAE_URN):
            return uri.removeprefix(SAE_URN)
    return next(iter(names.get_values_for_type(x509.DNSName)), None)


def names_hosts(certificate: x509.Certificate, hosts: Sequence[str]) -> bool:
    """Whether a server certificate is good for all these hosts."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return all(_general_name(host) in names for host in hosts)


def _issue(
    subject: x509.Name,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    issuer: Credentials | None,
    ends_in: dt.timedelta = 365 * _DAY,
) -> Credentials:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer.key if issuer else key
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * _DAY)
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer, hashes.SHA256())
    return Credentials(key, certificate, _chain_below_root(issuer))


def _chain_below_root(issuer: Credentials | None) -> tuple[x509.Certificate, ...]:
    if issuer is None or issuer.certificate.issuer == issuer.certificate.subject:
        return ()
    return (issuer.certificate, *issuer.chain)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
