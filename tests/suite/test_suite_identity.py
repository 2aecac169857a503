"""Certificates that the suite makes itself: nobody may trust them."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qonform.drivers.identity import Forgery, Identity, impostor


@pytest.fixture
def genuine(tmp_path):
    """An identity with a certificate of a CA of another name."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("sae-1"))
        .issuer_name(named("the CA"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "sae-1.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Identity("sae-1", "sae-1", pem, pem)


def named(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def chain(identity):
    return x509.load_pem_x509_certificates(identity.certificate.read_bytes())


@pytest.mark.parametrize(
    ("forgery", "shown"), [(Forgery.UNKNOWN_CA, 1), (Forgery.SHOWN_CA, 2), (Forgery.ITSELF, 1)]
)
def test_a_forged_certificate_has_the_names_and_is_nobody_s(genuine, tmp_path, forgery, shown):
    (true,) = chain(genuine)
    forged = impostor(genuine, tmp_path, forgery)
    leaf, *authorities = certificates = chain(forged)
    assert len(certificates) == shown
    assert leaf.subject == true.subject
    assert leaf.issuer == (true.subject if forgery is Forgery.ITSELF else true.issuer)
    assert not forged.enrolled
    assert str(forgery) in forged.label
    for authority in authorities:
        leaf.verify_directly_issued_by(authority)
    with pytest.raises((InvalidSignature, ValueError)):
        leaf.verify_directly_issued_by(true)
