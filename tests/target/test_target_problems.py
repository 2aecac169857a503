"""A bad manifest is told all that is wrong, each with its line and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from manifests import GOOD, problems

from qonform.target import ManifestError, load

if TYPE_CHECKING:
    from pathlib import Path

QINET = ('profiles = ["etsi-014"]', 'profiles = ["etsi-014", "qinet-keys"]')
ROLES = (
    "expected one of master, slave, additional-slave, bystander, outsider, unenrolled, expired, "
    "creator, peer, second-creator, second-peer, stranger"
)
MASTER = """\
certificate = "certs/sae-1.cert.pem"
private_key = "certs/sae-1.key.pem"
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # TOML
        ('"2.1"', '"2.1', "4: is not TOML: "),
        ("[limits]", "[limits", "34: is not TOML: "),
        ("timeout_s = 2.5", "timeout_s", "36: is not TOML: "),
        ("timeout_s = 2.5", "[claims]", "36: is not TOML: "),
        # keys
        ("supplier =", "suplier =", "1: implementation.supplier: is missing; expected text"),
        (
            "supplier =",
            "suplier =",
            "2: implementation.suplier: no such key; did you mean 'supplier'?",
        ),
        (
            "certificate =",
            "certficate =",
            "26: clients[0].certficate: no such key; did you mean 'certificate'?",
        ),
        (
            "certificate =",
            "certficate =",
            "22: clients[0].certificate: is missing; expected it beside private_key",
        ),
        (
            "[limits]",
            "[xyz]",
            "34: xyz: no such key; known are implementation, claims, nodes, clients, limits",
        ),
        ('"X-Token" =', '"X.Y" = 1, Z =', '32: clients[1].headers."X.Y": expected text'),
        ("one_way = true", "one_way = 1", "9: claims.etsi-014.one_way: expected true or false"),
        (
            'name = "acme_route", ',
            "",
            "10: claims.etsi-014.extensions[0].name: is missing; expected text",
        ),
        (
            "possible = 1,",
            "possible = 07:32:00,",
            "10: claims.etsi-014.extensions[0].possible: expected a value that JSON has too",
        ),
        # values
        ('version = "2.1"', "version = 2.1", "4: implementation.version: expected text"),
        ('version = "2.1"', 'version = ""', "4: implementation.version: is empty; expected text"),
        (
            'profiles = ["etsi-014"]',
            'profiles = ["etsi-14"]',
            "7: claims.profiles[0]: expected one of etsi-014, qinet-keys, qinet-links, qinet-paths",
        ),
        (
            'profiles = ["etsi-014"]',
            'profiles = ["etsi-014",\n"etsi-014"]',
            "7: claims.profiles: has an entry twice; expected each once",
        ),
        (
            'profiles = ["etsi-014"]',
            "profiles = []",
            "7: claims.profiles: is empty; expected a list with at least 1",
        ),
        (
            'url = "https://127.0.0.1:9101/"',
            'url = "127.0.0.1:9101"',
            "15: nodes[0].etsi014.url: expected https://host[:port][/prefix]",
        ),
        (
            ":9101",
            ":99999",
            "15: nodes[0].etsi014.url: expected a host and a port from 1 to 65535",
        ),
        ("127.0.0.1:9101", "a b", "15: nodes[0].etsi014.url: expected a host name or an address"),
        (
            "127.0.0.1:9101",
            "user:pass@host",
            "15: nodes[0].etsi014.url: expected no user name or password here",
        ),
        ("[::1]:50051", "::1:50051", "20: nodes[1].qinet.address: expected host:port"),
        (":50051", ":0", "20: nodes[1].qinet.address: expected a port from 1 to 65535"),
        (
            'roles = ["master"]',
            'roles = ["master", "mastr"]',
            f"25: clients[0].roles[1]: {ROLES}; did you mean 'master'?",
        ),
        ("timeout_s = 2.5", "timeout_s = nan", "36: limits.timeout_s: expected a finite number"),
        ("timeout_s = 2.5", "timeout_s = 601", "36: limits.timeout_s: expected at most 600"),
        ("timeout_s = 2.5", "timeout_s = 0", "36: limits.timeout_s: expected more than 0"),
        ("= 1000", "= -1", "35: limits.key_budget_bits: expected at least 0"),
        ("= 1000", "= 0.5", "35: limits.key_budget_bits: expected a whole number"),
        (
            "expires = 2027-03-31",
            "expires = 2027-03-31T00:00:00",
            "41: waivers[0].expires: expected a date such as 2027-03-31",
        ),
        (
            '"2026-11-24"',
            '"24.11.2026"',
            "46: waivers[1].expires: expected a date such as 2027-03-31",
        ),
        # files
        (
            'cert.pem"',
            'crt.pem"',
            "26: clients[0].certificate: expected a file, certs/sae-1.crt.pem does not exist",
        ),
        (
            'certs/sae-1.cert.pem"',
            'certs"',
            "26: clients[0].certificate: expected a file that can be read, certs: Is a directory",
        ),
        (
            "sae-1.cert.pem",
            "text.pem",
            "26: clients[0].certificate: expected a PEM file with a certificate",
        ),
        (
            "sae-1.cert.pem",
            "broken.pem",
            "26: clients[0].certificate: expected a PEM file with a certificate",
        ),
        (
            "sae-1.cert.pem",
            "sae-1\\u0000.pem",
            "26: clients[0].certificate: expected a file that can be read",
        ),
        (
            "sae-1.key.pem",
            "sae-1.cert.pem",
            "27: clients[0].private_key: expected a PEM file with a private key",
        ),
        (
            "sae-1.key.pem",
            "ca.key.pem",
            "27: clients[0].private_key: expected a private key without a passphrase",
        ),
        (
            "sae-1.key.pem",
            "sae-2.key.pem",
            "27: clients[0].private_key: expected the private key of certs/sae-1.cert.pem",
        ),
        (
            'ca = "certs/ca.pem"\n',
            'ca = "ca.pem"\n',
            "16: nodes[0].etsi014.ca: expected a file, ca.pem does not exist",
        ),
        # names
        (
            'id = "kme-b"',
            'id = "kme-a"',
            "18: nodes[1].id: expected an id of its own, nodes[0] is called 'kme-a' too",
        ),
        (
            'id = "sae-2"',
            'id = "sae-1"',
            "29: clients[1].id: expected an id of its own, clients[0] is called 'sae-1' too",
        ),
        (
            'node = "kme-b"',
            'node = "kme-c"',
            "30: clients[1].node: no node is called 'kme-c'; did you mean 'kme-",
        ),
        (
            'node = "kme-b"',
            'node = "xyz"',
            "30: clients[1].node: no node is called 'xyz'; known are 'kme-a', 'kme-b'",
        ),
        (
            'roles = ["master"]',
            'roles = ["bystander"]',
            "22: clients: expected one client with the role master, none has it",
        ),
        (
            'roles = ["slave", "outsider"]',
            'roles = ["master"]',
            "31: clients[1].roles: expected one master, clients[0] is it already",
        ),
        # what is claimed and how it is reached
        (
            'headers = { "X-Token" = "s3cret" }',
            "",
            "28: clients[1]: expected certificate and private_key, or headers: 'kme-b' asks for",
        ),
        (*QINET, "28: clients[1]: expected certificate and private_key: over gRPC"),
        (
            MASTER,
            "headers = {}\n",
            "22: clients[0]: expected certificate and private_key, or headers: 'kme-a' asks",
        ),
        # links
        (
            'profiles = ["etsi-014"]',
            'profiles = ["qinet-links"]',
            "7: claims.profiles[0]: qinet-links is claimed and no node offers it; expected",
        ),
        # waivers
        (
            "2027-03-31",
            "2026-11-23",
            "41: waivers[0].expires: expired on 2026-11-23; remove the waiver or renew it",
        ),
        (
            "ETSI-014-6.2-07",
            "ETSI-014-6.2-7",
            "39: waivers[0].requirement: no requirement is called 'ETSI-014-6.2-7'; did you mean",
        ),
        (
            "ETSI-014-6.2-07",
            "QINET-KEYS-01",
            "39: waivers[0].requirement: QINET-KEYS-01 is in no profile that is claimed",
        ),
        (
            'profile = "etsi-014"',
            'profile = "qinet-keys"',
            "44: waivers[1].profile: ETSI-014-6.2-08 is judged in etsi-014 only",
        ),
        (
            'requirement = "ETSI-014-6.2-08"\nprofile = "etsi-014"',
            '\nrequirement = "ETSI-014-6.2-07"',
            "44: waivers[1].requirement: is waived already by waivers[0]",
        ),
    ],
)
def test_a_fault_has_its_line_and_key(folder: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(folder, GOOD.replace(old, new, 1))

    assert [p for p in found if p.startswith(f"qonform.toml:{expected}")], found


def test_a_claimed_profile_that_no_node_offers_is_told(folder: Path) -> None:
    text = GOOD.replace(*QINET).replace("qinet = { address", "# ")

    (problem,) = problems(folder, text)

    assert problem.startswith(
        "qonform.toml:7: claims.profiles[1]: qinet-keys is claimed and no node"
    )


def test_everything_is_told_at_once_and_in_order(folder: Path) -> None:
    text = (
        GOOD.replace('"2.1"', "2")
        .replace(":9101", ":0")
        .replace("sae-1.key", "sae-2.key")
        .replace("2027", "2025")
    )

    assert [p.split(": ")[0] for p in problems(folder, text)] == [
        f"qonform.toml:{line}" for line in (4, 15, 27, 41)
    ]


def test_an_empty_manifest_lacks_its_four_parts(folder: Path) -> None:
    tables = "a list of tables, each under a header in [[double brackets]]"

    assert problems(folder, "") == [
        "qonform.toml:1: claims: is missing; expected a table",
        f"qonform.toml:1: clients: is missing; expected {tables}",
        "qonform.toml:1: implementation: is missing; expected a table",
        f"qonform.toml:1: nodes: is missing; expected {tables}",
    ]


@pytest.mark.parametrize("part", ["implementation", "claims", "nodes", "clients", "waivers"])
@pytest.mark.parametrize("junk", ["1", '"x"', "[1, [2]]", "[{ id = 3, x = [] }]", "{ y = nan }"])
def test_junk_in_one_part_does_not_hide_the_others(folder: Path, part: str, junk: str) -> None:
    for_part = f"{part} = {junk}\n"

    assert any(f": {part}" in p for p in problems(folder, for_part))


def test_a_node_needs_an_endpoint(folder: Path) -> None:
    text = GOOD.replace("etsi014 = {", "etsi14 = {").replace("qinet = {", "qnet = {")

    assert [p for p in problems(folder, text) if "nodes[1]" in p] == [
        "qonform.toml:17: nodes[1]: expected at least one of etsi014, qinet, links, paths",
        "qonform.toml:19: nodes[1].etsi14: no such key; did you mean 'etsi014'?",
        "qonform.toml:20: nodes[1].qnet: no such key; did you mean 'qinet'?",
    ]


def test_a_manifest_that_cannot_be_read_is_told(folder: Path) -> None:
    with pytest.raises(ManifestError, match=r"absent\.toml: cannot be read: No such file"):
        load(folder / "absent.toml")
    with pytest.raises(ManifestError, match="cannot be read: Is a directory"):
        load(folder)
    assert problems(folder, b"a = 1\nb = '\xff'\n") == [
        "qonform.toml:2: expected UTF-8, found other bytes"
    ]
