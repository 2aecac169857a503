"""A good manifest is read whole."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from manifests import GOOD, TODAY, read

import qinet_schemas
from qonform.target import (
    Client,
    Extension,
    GrpcEndpoint,
    HttpEndpoint,
    Limits,
    Role,
    Waiver,
    load,
)

if TYPE_CHECKING:
    from pathlib import Path


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
