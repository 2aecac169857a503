"""The manifest is documented whole, and every example of one can be used."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import qinet_schemas
from qonform.target import Role, load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "kme-pair" / "qonform.toml"
TODAY = dt.date(2026, 11, 24)


def keys_of(schema: dict[str, Any], whole: dict[str, Any]) -> set[str]:
    """Every key that a schema allows at any depth."""
    if "$ref" in schema:
        return keys_of(whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]], whole)
    found = set(schema.get("properties", {}))
    for inner in schema.get("properties", {}).values():
        found |= keys_of(inner, whole)
    if "items" in schema:
        found |= keys_of(schema["items"], whole)
    return found


def manifests() -> list[Any]:
    """The example, also with what it comments out, and every manifest that a page shows whole."""
    text = EXAMPLE.read_text("utf-8")
    found = [
        pytest.param(text, id="example"),
        pytest.param(re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", text), id="example, uncommented"),
    ]
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for block in re.findall(r"(?ms)^```toml\n(.*?)^```", page.read_text("utf-8")):
            if "[implementation]" in block:
                found.append(pytest.param(block, id=page.name))
    return found


def make_files_named_in(text: str, folder: Path) -> None:
    """A certificate or a private key wherever the manifest names one: all of one key pair."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anybody")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=9999))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for member, path in re.findall(r'(?m)^(ca|certificate|private_key) *= *"([^"]+)"', text):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(private if member == "private_key" else certificate)


def test_the_reference_page_names_every_key():
    schema = qinet_schemas.load("target")
    page = (ROOT / "docs" / "manifest.md").read_text("utf-8")
    told = set(re.findall(r"`([\w-]+)`", page)) | set(re.findall(r"(?m)^#+ `\[+([\w-]+)\]", page))
    assert not keys_of(schema, schema) - told


def test_the_reference_page_names_no_key_that_is_not_there():
    schema = qinet_schemas.load("target")
    page = (ROOT / "docs" / "manifest.md").read_text("utf-8")
    told = set(re.findall(r"(?m)^\| `([\w-]+)` \|", page))
    assert not told - keys_of(schema, schema) - set(Role)


def test_the_reference_page_names_every_role():
    page = (ROOT / "docs" / "manifest.md").read_text("utf-8")
    assert set(Role) <= set(re.findall(r"(?m)^\| `([\w-]+)` \|", page))


def test_the_example_gives_every_role_of_keys():
    clients = tomllib.loads(EXAMPLE.read_text("utf-8"))["clients"]
    of_links = {r for r in Role if "creator" in r or "peer" in r} | {Role.STRANGER}
    assert {role for client in clients for role in client["roles"]} == set(Role) - of_links


@pytest.mark.parametrize("text", manifests())
def test_a_manifest_that_is_shown_can_be_used(text, tmp_path):
    make_files_named_in(text, tmp_path)
    path = tmp_path / "qonform.toml"
    path.write_text(text, "utf-8")
    target = load(path, today=TODAY)
    assert target.client(Role.MASTER) or target.client(Role.CREATOR)
