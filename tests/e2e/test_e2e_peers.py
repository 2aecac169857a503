"""Clients that others wrote, as peers of the reference network, over real mutual TLS."""

import base64
from dataclasses import dataclass

import pytest
from etsi_qkd_014_client import QKD014Client
from qkdsec.client import ETSI014Client
from qkdsec.client.errors import KMEHTTPError
from qkdsec.doctor import run_all

from qonform.target import Role, load

pytestmark = pytest.mark.peers

GONE = "one or more keys specified are not found on KME"


@dataclass(frozen=True)
class End:
    """An application, and the KME that it calls."""

    id: str
    url: str
    ca: str
    certificate: str
    private_key: str

    def nanoy42(self) -> QKD014Client:
        host = self.url.removeprefix("https://")
        return QKD014Client(host, self.certificate, self.private_key, self.ca)

    def qkdsec(self) -> ETSI014Client:
        pair = (self.certificate, self.private_key)
        return ETSI014Client(self.url, client_cert=pair, verify=self.ca)


@pytest.fixture(scope="module")
def ends(network):
    """The two ends of the network: master and slave."""
    target = load(network)
    clients = [target.client(role) for role in (Role.MASTER, Role.SLAVE)]
    sites = [target.node(c.node).etsi014 for c in clients]
    return [
        End(c.id, site.url, str(site.ca), str(c.certificate), str(c.private_key))
        for c, site in zip(clients, sites, strict=True)
    ]


def material(keys):
    return {key.key_id: base64.b64decode(key.key, validate=True) for key in keys}


def test_etsi_qkd_014_client_reads_the_status(ends):
    master, slave = ends
    code, status = master.nanoy42().get_status(slave.id)
    assert code == 200
    assert (status.master_sae_id, status.slave_sae_id) == (master.id, slave.id)
    assert status.source_kme_id != status.target_kme_id
    assert status.min_key_size <= status.key_size <= status.max_key_size


@pytest.mark.parametrize(
    "asked", [{}, {"number": 3}, {"number": 2, "size": 512}], ids=["GET", "number", "size"]
)
def test_etsi_qkd_014_client_has_the_same_keys_at_both_ends(ends, asked):
    master, slave = ends
    default = master.nanoy42().get_status(slave.id)[1].key_size
    code, given = master.nanoy42().get_key(slave.id, **asked)
    assert code == 200
    keys = material(given.keys)
    assert len(keys) == asked.get("number", 1)
    assert {8 * len(key) for key in keys.values()} == {asked.get("size", default)}
    code, fetched = slave.nanoy42().get_key_with_key_IDs(master.id, list(keys))
    assert code == 200
    assert material(fetched.keys) == keys
    code, refusal = slave.nanoy42().get_key_with_key_IDs(master.id, list(keys))
    assert (code, refusal.message) == (400, GONE)


def test_qkdsec_reads_the_status(ends):
    master, slave = ends
    with master.qkdsec() as client:
        status = client.status(slave.id)
    assert (status.master_sae_id, status.slave_sae_id) == (master.id, slave.id)
    assert status.min_key_size <= status.key_size <= status.max_key_size


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_qkdsec_has_the_same_keys_at_both_ends(ends, method):
    master, slave = ends
    with master.qkdsec() as client:
        given = client.get_enc_keys(slave.id, number=3, size=512, method=method)
    assert {key.size_bits for key in given} == {512}
    ids = [key.key_id for key in given]
    with slave.qkdsec() as client:
        fetched = client.get_dec_keys(master.id, key_ids=ids)
        assert {k.key_id: k.key for k in fetched} == {k.key_id: k.key for k in given}
        with pytest.raises(KMEHTTPError, match=GONE) as refusal:
            client.get_dec_keys(master.id, key_ids=ids)
    assert refusal.value.status_code == 400


def test_what_the_doctor_of_qkdsec_says(ends):
    master, slave = ends
    with master.qkdsec() as client:
        report = run_all(client, slave.id, latency_samples=1)
    said = {result.name: result.status.value for result in report.results}
    assert said == {
        "reachability": "pass",
        "status_fields": "pass",
        "enc_keys_get": "pass",
        "enc_keys_post": "pass",
        "enc_keys_caps": "pass",
        "extensions_accepted": "pass",
        # It fetches as the master, at the master's KME, with the slave's ID in the path. Clause 5.4
        # gives the key to the slave, which names the master: to anybody else it is to be refused.
        "dec_keys_roundtrip": "fail",
        # It wants 404 for an unknown key ID. Clause 6.4 orders 400, with a message of its own.
        "error_contract_404": "warn",
        # It holds that 257 bit must be refused. Clause 6.2 allows to refuse it, with 400, or to
        # serve it. The reference refuses.
        "error_contract_400": "pass",
        "latency": "pass",
    }
