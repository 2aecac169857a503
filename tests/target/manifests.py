"""A good manifest, and how it is read."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from qonform.target import ManifestError, Target, load

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.date(2026, 11, 24)

GOOD = """\
[implementation]
supplier = "Acme"
name = "Acme KME"
version = "2.1"

[claims]
profiles = ["etsi-014"]
[claims.etsi-014]
one_way = true
extensions = [{ name = "acme_route", possible = 1, impossible = "x" }]

[[nodes]]
id = "kme-a"
[nodes.etsi014]
url = "https://127.0.0.1:9101/"
ca = "certs/ca.pem"
[[nodes]]
id = "kme-b"
etsi014 = { url = "https://kme-b.example/qkd", ca = "certs/ca.pem" }
qinet = { address = "[::1]:50051" }

[[clients]]
id = "sae-1"
node = "kme-a"
roles = ["master"]
certificate = "certs/sae-1.cert.pem"
private_key = "certs/sae-1.key.pem"
[[clients]]
id = "sae-2"
node = "kme-b"
roles = ["slave", "outsider"]
headers = { "X-Token" = "s3cret" }

[limits]
key_budget_bits = 1000
timeout_s = 2.5

[[waivers]]
requirement = "ETSI-014-6.2-07"
reason = "tracked as KME-812"
expires = 2027-03-31
[[waivers]]
requirement = "ETSI-014-6.2-08"
profile = "etsi-014"
reason = "tracked as KME-813"
expires = "2026-11-24"
"""


def read(folder: Path, text: str | bytes, name: str = "qonform.toml") -> Target:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, today=TODAY)


def problems(folder: Path, text: str | bytes) -> list[str]:
    """What is wrong, line by line, without the folder."""
    with pytest.raises(ManifestError) as raised:
        read(folder, text)
    assert str(raised.value).splitlines() == list(map(str, raised.value.problems))
    return str(raised.value).replace(f"{folder}/", "").splitlines()
