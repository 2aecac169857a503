"""What the tests of practice share: a manifest with real certificates, and results of a run."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from report_samples import failing, passing

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """\
# The KME of our laboratory.
[implementation]
supplier = "Acme Quantum"
name = "Acme KME"
version = "2.1"   # as on the label

[claims]
profiles = ["etsi-014"]

[[nodes]]
id = "kme-a"
[nodes.etsi014]
url = "https://127.0.0.1:9101"
ca = "ca.pem"

[[clients]]
id = "sae-1"
node = "kme-a"
roles = ["master"]
certificate = "sae-1.cert.pem"
private_key = "sae-1.key.pem"
"""


class Authority:
    """A throw-away CA that writes certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("test CA")
        self.certificate = self._certify(self._name, self._key, 30, authority=True)
        self._write("ca.pem", self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, days: int = 30) -> None:
        """NAME.cert.pem and NAME.key.pem, valid from yesterday until `days` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certify(_named(name), key, days)
        self._write(f"{name}.cert.pem", certificate.public_bytes(serialization.Encoding.PEM))
        self._write(
            f"{name}.key.pem",
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )

    def _certify(self, name, key, days, *, authority=False):
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=max(1, 1 - days)))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def manifest(tmp_path, authority):
    """A manifest that loads; nobody listens where it points."""
    authority.issue("sae-1")
    path = tmp_path / "qonform.toml"
    path.write_text(MANIFEST)
    return path


@pytest.fixture
def save(tmp_path):
    """Writes results to a file, and returns its path."""

    def write(results, name="results.json"):
        path = tmp_path / name
        path.write_text(json.dumps(results))
        return path

    return write


@pytest.fixture
def failed_run():
    return failing()


@pytest.fixture
def good_run():
    return passing()
