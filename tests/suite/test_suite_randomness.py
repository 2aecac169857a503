"""Which keys the statistics take, which bits of them, and what they say."""

import random
import uuid

import pytest

from qonform.catalogue import load_all
from qonform.exchanges import Exchange, Message
from qonform.judging import Verdict
from qonform.monitors.randomness import Randomness
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    GetStatus,
    Key,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered
from qonform.ports.secret import KeyMaterial

KNOWN = {p: frozenset(r.id for r in load_all().for_profile(p)) for p in ("etsi-014", "qinet-keys")}


class Run:
    """Shows deliveries to the monitor."""

    def __init__(self, key_size=256):
        self.monitor = Randomness(KNOWN)
        self.number = 0
        self.rng = random.Random(1)
        if key_size:
            self.show(GetStatus("m", "s"), Status(key_size=key_size))

    def show(self, call, value, profile="etsi-014"):
        self.number += 1
        self.monitor.see(
            Exchange(
                number=self.number, at_s=0.0, duration_ms=0.0, profile=profile, transport="https",
                node="kme", client="m", request=Message(""), reply=Message(""), command="",
                call=call, outcome=Delivered(value, self.number),
            )
        )  # fmt: skip

    def deliver(self, material, size=None, key_id=None, profile="etsi-014"):
        key_id = key_id or str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        key = Key(key_id, KeyMaterial(material))
        call = GetKey("m", "s", KeyRequest(size=size))
        self.show(call, KeyContainer((key,)), profile)
        return key

    def bits(self):
        return self.row("bits")["n"]

    def row(self, name):
        return next(row for row in self.monitor.as_json() if row["id"] == name)

    def finding(self, profile="etsi-014"):
        (finding,) = self.monitor.findings(profile)
        return finding


def test_a_key_counts_once_whoever_gets_it_and_however_often():
    run = Run()
    key = run.deliver(run.rng.randbytes(32))
    run.show(GetKeyWithIds("s", "m", (key.id,)), KeyContainer((key,)))
    run.deliver(key.material.reveal(), key_id=key.id.upper(), profile="qinet-keys")
    assert run.bits() == 256
    assert "repeats" not in run.monitor.statistics.alarms


def test_the_same_bits_under_another_id_are_no_chance():
    run = Run()
    material = run.rng.randbytes(32)
    for _ in range(2):
        run.deliver(material)
    assert run.finding().verdict is Verdict.FAIL
    assert "came again" in run.finding().message
    assert run.finding().evidence == (2, 3)


@pytest.mark.parametrize(
    ("size", "bytes_", "default", "bits"),
    [
        (256, 32, 256, 256),
        (None, 32, 256, 256),
        (None, 33, 257, 248),  # which bits fill the first or the last byte, nobody says
        (None, 32, None, 240),  # nor whether any do
        (255, 32, 256, 240),
        (9, 2, 256, 0),
        (8, 1, 256, 8),
        (512, 32, 256, 0),  # another finding's business
        (None, 48, 256, 0),
    ],
)
def test_only_the_bits_of_the_key_count(size, bytes_, default, bits):
    run = Run(default)
    run.deliver(run.rng.randbytes(bytes_), size)
    assert run.bits() == bits


def test_bits_that_fill_a_byte_are_no_bias():
    run = Run(257)
    for _ in range(60):
        run.deliver(b"\x01" + run.rng.randbytes(32))
        run.deliver(run.rng.randbytes(32) + b"\x80")
        run.deliver(b"\x01" + run.rng.randbytes(16), 129)
    assert run.finding().verdict is Verdict.PASS


def test_what_is_undecided_says_what_it_takes():
    run = Run()
    run.deliver(run.rng.randbytes(32))
    assert run.finding().verdict is Verdict.INCONCLUSIVE
    assert f"{run.row('bits')['needs']:,} bit more" in run.finding().message
    for _ in range(15):
        run.deliver(run.rng.randbytes(32))
    assert run.finding().verdict is Verdict.PASS
    assert "ones with a share of 0.5 ±" in run.finding().message


def test_a_transport_that_delivered_nothing_is_not_judged():
    run = Run()
    run.deliver(bytes(32))
    assert run.finding().verdict is Verdict.FAIL
    assert run.monitor.findings("qinet-keys") == []


def test_the_shares_of_the_error_bound_add_up():
    judged = [row for row in Run().monitor.as_json() if row.get("judged", True)]
    assert sum(row["error_bound"] for row in judged) == pytest.approx(1e-6)
    assert len({row["threshold_log10"] for row in judged}) == 1


def test_ids_are_told_and_never_judged():
    run = Run()
    for number in range(60):
        run.deliver(run.rng.randbytes(32), key_id=str(uuid.UUID(int=number, version=4)))
    row = run.row("key-ids")
    assert row["judged"] is False
    assert row["e_value_log10"] > row["threshold_log10"]
    assert run.finding().verdict is Verdict.PASS


def test_of_ids_of_another_version_nothing_is_expected():
    run = Run()
    for number in range(60):
        run.deliver(run.rng.randbytes(32), key_id=str(uuid.UUID(int=number, version=1)))
    run.deliver(run.rng.randbytes(32), key_id="no UUID")
    assert not [row for row in run.monitor.as_json() if row["id"] == "key-ids"]
