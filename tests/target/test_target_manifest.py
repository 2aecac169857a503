"""A good manifest is read whole; a bad one is told all that is wrong, with line and key."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qinet_schemas
from qonform.target import (
    Client,
    Extension,
    GrpcEndpoint,
    HttpEndpoint,
    Limits,
    ManifestError,
    Role,
    Target,
    Waiver,
    load,
)

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


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds every file that a manifest of this module names."""
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


# --- A good manifest -----------------------------------------------------------------------


def test_everything_that_a_manifest_says_is_there(folder: Path) -> None:
    target = read(folder, GOOD)

    assert target.implementation.supplier == "Acme"
    assert target.claims.profiles == ("etsi-014",)
    assert target.claims.stated["etsi-014"]["one_way"] is True
    assert target.claims.keys.one_way
    assert target.claims.keys.extensions == (
        Extension(
            name="acme_route", possible=1, impossible="x", has_possible=True, has_impossible=True
        ),
    )
    assert target.node("kme-a").etsi014 == HttpEndpoint(
        url="https://127.0.0.1:9101", ca=folder / "certs/ca.pem"
    )
    assert target.node("kme-b").qinet == GrpcEndpoint(address="[::1]:50051")
    assert target.node("kme-b").offers("qinet-keys")
    assert not target.node("kme-a").offers("qinet-keys")
    assert target.clients[0] == Client(
        id="sae-1",
        node="kme-a",
        roles=frozenset({Role.MASTER}),
        certificate=folder / "certs/sae-1.cert.pem",
        private_key=folder / "certs/sae-1.key.pem",
    )
    assert target.limits == Limits(key_budget_bits=1000, timeout_s=2.5)
    assert target.waivers == (
        Waiver(
            requirement="ETSI-014-6.2-07",
            reason="tracked as KME-812",
            expires=datetime.date(2027, 3, 31),
        ),
        Waiver(
            requirement="ETSI-014-6.2-08",
            reason="tracked as KME-813",
            expires=TODAY,
            profile="etsi-014",
        ),
    )
    assert target.path == folder / "qonform.toml"


def test_a_whole_number_may_be_written_as_a_float(folder: Path) -> None:
    bits = read(folder, GOOD.replace("= 1000", "= 1e3")).limits.key_budget_bits

    assert (bits, type(bits)) == (1000, int)


def test_a_role_finds_its_client_or_nobody(folder: Path) -> None:
    target = read(folder, GOOD)

    assert [c and c.id for c in map(target.client, (Role.MASTER, Role.SLAVE, Role.OUTSIDER))] == [
        "sae-1",
        "sae-2",
        "sae-2",
    ]
    assert target.client(Role.BYSTANDER) is None
    with pytest.raises(KeyError, match="kme-c"):
        target.node("kme-c")


def test_a_client_is_known_by_certificate_or_header(folder: Path) -> None:
    assert [client.identity for client in read(folder, GOOD).clients] == ["certificate", "header"]


def test_the_delivery_delay_is_the_timeout_unless_claimed(folder: Path) -> None:
    claimed = GOOD.replace("one_way = true", "delivery_delay_s = 30")

    assert read(folder, GOOD).claims.keys.delivery_delay_s == 2.5
    assert read(folder, claimed).claims.keys.delivery_delay_s == 30


def test_paths_start_at_the_manifest_wherever_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "relative.toml").write_text(GOOD)
    monkeypatch.chdir(folder)

    target = load("relative.toml", today=TODAY)

    assert target.clients[0].certificate == folder / "certs/sae-1.cert.pem"


def test_certificate_and_key_may_share_a_file(folder: Path) -> None:
    shared = GOOD.replace("sae-1.cert.pem", "sae-1.pem").replace("sae-1.key.pem", "sae-1.pem")

    assert read(folder, shared).clients[0].private_key == folder / "certs/sae-1.pem"


def test_a_laboratory_may_go_without_tls(folder: Path) -> None:
    plain = GOOD.replace("https:", "http:").replace('headers = { "X-Token" = "s3cret" }', "")

    assert read(folder, plain).clients[1].identity == "none"


def test_the_records_agree_with_the_schema() -> None:
    schema = qinet_schemas.load("target")["properties"]
    limits = {key: rule["default"] for key, rule in schema["limits"]["properties"].items()}

    assert Limits() == Limits(**limits)
    assert list(Role) == schema["clients"]["items"]["properties"]["roles"]["items"]["enum"]


# --- A bad manifest ------------------------------------------------------------------------

QINET = ('profiles = ["etsi-014"]', 'profiles = ["etsi-014", "qinet-keys"]')
ROLES = "expected one of master, slave, additional-slave, bystander, outsider, unenrolled, expired"
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
            "7: claims.profiles[0]: expected one of etsi-014, qinet-keys; did you mean 'etsi-014'?",
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
        (*QINET, "28: clients[1]: expected certificate and private_key: over qinet"),
        (
            MASTER,
            "headers = {}\n",
            "22: clients[0]: expected certificate and private_key, or headers: 'kme-a' asks",
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
        "qonform.toml:17: nodes[1]: expected etsi014 or qinet, or both",
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


# --- Secrets -------------------------------------------------------------------------------

CANARY = "cAnArY-4711"


@pytest.mark.parametrize(
    "headers",
    [
        f'"{CANARY}"',
        f'["{CANARY}"]',
        f'{{ X = ["{CANARY}"] }}',
        f'{{ X = {{ Y = "{CANARY}" }} }}',
    ],
)
def test_a_message_never_repeats_a_header(folder: Path, headers: str) -> None:
    text = GOOD.replace('{ "X-Token" = "s3cret" }', headers)

    found = problems(folder, text)

    assert any("clients[1].headers" in p for p in found)
    assert CANARY not in "\n".join(found)


def test_a_record_never_shows_a_header(folder: Path) -> None:
    assert "s3cret" not in repr(read(folder, GOOD))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.just(CANARY),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON.filter(lambda value: value is not None))
def test_no_value_of_any_shape_is_repeated(folder: Path, value: Any) -> None:
    headers = toml(value)
    text = GOOD.replace('{ "X-Token" = "s3cret" }', headers)
    try:
        read(folder, text)
    except ManifestError as error:
        assert CANARY not in str(error)  # noqa: PT017 - some values are good headers


def toml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool():
            return str(value).lower()
        case None:
            return "0"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
