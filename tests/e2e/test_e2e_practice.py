"""What helps around a run, with real processes: doctor, init and replay."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tomllib

import pytest

from qonform.catalogue import Level, load_all
from qonform.practice.doctor.roles import NEEDS
from qonform.running.reference import reference_network
from qonform.target import Role


def qonform(*arguments, **options):
    command = [sys.executable, "-m", "qonform", *map(str, arguments)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    assert "Traceback" not in ended.stderr
    return ended


def test_the_doctor_finds_a_clean_network_in_order_and_draws_no_key(network):
    ended = qonform("doctor", "--target", network)
    assert ended.returncode == 0, ended.stdout
    lines = ended.stdout.splitlines()
    assert lines[-1] == "A run can begin."
    assert {line.split()[0] for line in lines[:-1]} == {"ok"}
    for profile in ("etsi-014", "qinet-keys"):
        assert f"kme-a over {profile}: Status for the master: 10000 of 10000 keys" in ended.stdout
    assert "its clock agrees with ours" in ended.stdout
    assert "its health service says SERVING" in ended.stdout


@pytest.mark.parametrize(
    ("serve", "code", "said"),
    [
        (["--fault", "server-certificate-unverifiable"], 0, "ETSI-014-5.1-05 will fail"),
        (["--fault", "status-not-found"], 3, "Get status by the master sae-1: refused"),
        (["--fault", "kme-ids-same"], 0, "Status for the master"),
        (["--variant", "plain-http"], 3, "plain HTTP: what is about TLS fails or stays undecided"),
        (["--variant", "header-identity"], 3, "clients are known by a header"),
        (["--variant", "single-kme"], 3, "nobody is `slave`"),
        (["--variant", "small-store"], 0, "50 keys are stored -> let the store fill up"),
        (["--variant", "hangs"], 3, "gets no answer"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_the_doctor_names_what_would_keep_a_run_from_deciding(serve, code, said, tmp_path):
    with reference_network(tmp_path, serve) as manifest:
        if serve[-1] == "hangs":
            manifest.write_text(manifest.read_text() + "\n[limits]\ntimeout_s = 1.0\n")
        ended = qonform("doctor", "--target", manifest)
    assert (ended.returncode, said in ended.stdout) == (code, True), ended.stdout


def test_a_failure_is_replayed_against_the_fault_and_against_its_repair(network, tmp_path):
    """What a check shows, and what a monitor sees, each by the checks that showed it."""
    report = tmp_path / "report"
    asked = ("ETSI-014-5.4-06", "ETSI-014-6.3-04")
    with reference_network(tmp_path, ["--fault", "delivered-twice"]) as manifest:
        narrowed = [word for id_ in asked for word in ("--requirement", id_)]
        ended = qonform(
            "run", "--target", manifest, "--effort", "quick", *narrowed, "--report-dir", report
        )
        assert ended.returncode == 1
        still = qonform("replay", report / "results.json")
        one = qonform("replay", f"{report / 'results.json'}#ETSI-014-5.4-06/qinet-keys")
    assert still.returncode == 1
    assert {line[:13] for line in still.stdout.splitlines()} == {"still failing"}
    assert "ETSI-014-5.4-06 (etsi-014)" in still.stdout
    assert one.stdout.count("\n") == 1
    gone = qonform("replay", report / "results.json")
    assert gone.returncode == 3
    assert "cannot replay ETSI-014-5.4-06 (etsi-014)" in gone.stdout
    fixed = qonform("replay", report / "results.json", "--target", network)
    assert fixed.returncode == 0
    assert {line[:5] for line in fixed.stdout.splitlines()} == {"fixed"}


def test_what_a_monitor_saw_is_replayed_by_one_check(network, tmp_path):
    report = tmp_path / "report"
    narrowed = ["--profile", "etsi-014", "--requirement", "ETSI-014-6.3-04"]
    with reference_network(tmp_path, ["--fault", "base64-newline"]) as manifest:
        qonform("run", "--target", manifest, "--effort", "quick", *narrowed, "--report-dir", report)
        still = qonform("replay", report / "results.json")
    assert still.returncode == 1
    assert "white space inside the base64" in still.stdout
    fixed = qonform("replay", report / "results.json", "--target", network)
    assert (fixed.returncode, fixed.stdout.strip()) == (
        0,
        "fixed         ETSI-014-6.3-04 (etsi-014)",
    )


def undecided(results):
    rows = json.loads(results.read_text())["requirements"]
    return {r["id"] for r in rows if r["verdict"] == "inconclusive" and r["level"] == "shall"}


def without(manifest, *roles):
    """A copy of the manifest in which nobody has these roles."""
    head, *clients = re.split(r"(?m)^(?=\[\[clients\]\])", manifest.read_text())
    kept = [c for c in clients if not any(f'"{role}"' in c for role in roles)]
    assert len(kept) == len(clients) - len(roles)
    copy = manifest.with_name(f"without-{'-'.join(roles)}.toml")
    copy.write_text(head + "".join(kept))
    return copy


def test_what_the_doctor_says_of_missing_roles_is_what_a_run_leaves_undecided(network, tmp_path):
    catalogue = load_all()
    of_keys = [role for role, globs in NEEDS.items() if globs[0].startswith("ETSI-014")]
    roles = [role for role in of_keys if role is not Role.SLAVE]
    manifest = without(network, *roles)
    qonform("run", "--target", manifest, "--effort", "quick", "--report-dir", tmp_path)
    foretold = set().union(*(catalogue.select(NEEDS[role]) for role in roles))
    assert undecided(tmp_path / "results.json") == foretold


def test_without_a_slave_what_the_doctor_says_stays_undecided(network, tmp_path):
    manifest = without(network, Role.SLAVE)
    qonform("run", "--target", manifest, "--effort", "quick", "--report-dir", tmp_path)
    left = load_all().select(NEEDS[Role.SLAVE], [Level.SHALL])
    testable = {id_ for id_ in left if not load_all().requirement(id_).untested_because}
    assert testable <= undecided(tmp_path / "results.json")


def test_a_probed_manifest_loads_and_is_judged(network, tmp_path):
    """What `init --probe` writes, with nothing added, is enough for a run."""
    pki, nodes = network.parent / "pki", tomllib.loads(network.read_text())["nodes"]
    here, there = (node["etsi014"]["url"] for node in nodes)
    credentials = {
        "--certificate": pki / "sae-1.cert.pem", "--private-key": pki / "sae-1.key.pem",
        "--slave-certificate": pki / "sae-2.cert.pem", "--slave-private-key": pki / "sae-2.key.pem",
    }  # fmt: skip
    given = [word for pair in credentials.items() for word in pair]
    manifest = tmp_path / "qonform.toml"
    written = qonform(
        "init", "--probe", here, "--output", manifest, "--ca", pki / "ca.pem",
        "--slave-url", there, *given, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert written.returncode == 0, written.stderr
    text = manifest.read_text()
    assert "source_KME_ID        kme-a" in text
    assert "10000 were stored" in text
    looked = qonform("doctor", "--target", manifest)
    assert looked.returncode == 3, "because nobody has the further roles"
    report = tmp_path / "report"
    judged = qonform("run", "--target", manifest, "--effort", "quick", "--report-dir", report)
    assert judged.returncode == 3, judged.stderr
    rows = json.loads((report / "results.json").read_text())["requirements"]
    verdicts = {r["id"]: r["verdict"] for r in rows}
    assert "fail" not in verdicts.values()
    assert verdicts["ETSI-014-5.4-01"] == "pass"


def test_a_failure_is_waived_and_the_waiver_is_stale_once_it_is_repaired(network, tmp_path):
    """From a failing run to a conforming one, and to the waiver that nobody needs any more."""

    def run(manifest, name):
        narrowed = ("--requirement", "ETSI-014-5.4-06", "--effort", "quick")
        report = tmp_path / name
        ended = qonform("run", "--target", manifest, *narrowed, "--report-dir", report)
        return ended.returncode, report / "results.json"

    expires = (dt.date.today() + dt.timedelta(days=30)).isoformat()
    (tmp_path / "network").mkdir()
    with reference_network(tmp_path / "network", ["--fault", "delivered-twice"]) as manifest:
        failing, before = run(manifest, "before")
        waived = qonform("waive", before, "--reason", "known", "--expires", expires)
        assert waived.returncode == 0, waived.stderr
        conforming, after = run(manifest, "after")
        needed = qonform("waive", "--check", after)
        repaired = network.with_name("waived.toml")
        waivers = manifest.read_text()[manifest.read_text().index("[[waivers]]") :]
        repaired.write_text(f"{network.read_text()}\n{waivers}")
    assert (failing, conforming, needed.returncode) == (1, 0, 0)
    told = qonform("diff", before, after)
    assert told.returncode == 0
    assert "ETSI-014-5.4-06 (etsi-014, shall, fail -> waived)" in told.stdout
    _, held = run(repaired, "repaired")
    stale = qonform("waive", "--check", held)
    assert stale.returncode == 2
    assert "stale ETSI-014-5.4-06" in stale.stdout
