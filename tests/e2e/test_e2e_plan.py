"""A run spends no more than it says; with little key it decides what it can."""

import subprocess
import sys

import pytest

from qonform.checks.inventory import checks
from qonform.judging import Effort, Offer
from qonform.selftest.judged import judge_altered


def offer_of(results, profile):
    """The limits that the first node of a profile advertises."""
    status = next(a["status"] for a in results["advertised"] if a["profile"] == profile)
    names = ("key_size", "min_key_size", "max_key_size", "max_key_per_request", "max_SAE_ID_count")
    return Offer(*(status[name] for name in names), status["stored_key_count"])


def drawn(results):
    """What each check drew over each transport, in bit."""
    return {
        (check["id"], row["profile"]): check.get("key_bits", 0)
        for row in results["requirements"]
        for check in row["checks"]
        if not check["id"].startswith("monitors.")
    }


@pytest.mark.parametrize("effort", ["quick", "standard"])
@pytest.mark.parametrize("variant", [None, "one-key-per-request", "one-size", "no-multicast"])
def test_no_check_draws_more_than_it_says(effort, variant):
    flags = ["--variant", variant] if variant else []
    results = judge_altered(flags, "--effort", effort, "--seed", "1").results
    by_id = {check.id: check for check in checks()}
    for (id_, profile), bits in drawn(results).items():
        said = by_id[id_].cost(offer_of(results, profile), Effort(effort))
        assert bits <= said, f"{id_} over {profile} drew {bits} bit and says {said} at most"
    assert results["run"]["spent"]["key_bits"] <= results["run"]["plan"]["key_bits"]


def test_what_fails_is_made_short_within_what_the_plan_says():
    narrowed = ("--requirement", "ETSI-014-5.4-06", "--seed", "5")
    results = judge_altered(["--fault", "delivered-twice"], *narrowed).results
    plan, spent = results["run"]["plan"], results["run"]["spent"]
    assert spent["key_bits"] <= plan["key_bits"] + plan["shortening_bits"]
    by_id = {check.id: check for check in checks() if check.shortening}
    shown = {c["id"] for row in results["requirements"] for c in row["checks"] if "history" in c}
    assert by_id.keys() & shown
    for (id_, profile), bits in drawn(results).items():
        if id_ in by_id:
            offer, check = offer_of(results, profile), by_id[id_]
            most = check.cost(offer, Effort.STANDARD) + check.cost_to_shorten(
                offer, Effort.STANDARD
            )
            assert 0 < bits <= most


def test_with_twenty_keys_most_is_decided_and_the_rest_has_its_price():
    judged = judge_altered([], "--profile", "etsi-014", "--budget", "20", "--seed", "1")
    assert judged.exit_code == 3
    run, rows = judged.results["run"], judged.results["requirements"]
    assert run["spent"]["key_bits"] <= 20 * 256
    assert run["spent"]["key_budget_bits"] == 20 * 256
    decided = [r for r in rows if r["level"] == "shall" and r["verdict"] == "pass"]
    assert len(decided) >= 60
    assert all(step["key_bits"] > 0 for step in run["plan"]["left_out"])
    open_ = [r for r in rows if r["verdict"] == "inconclusive"]
    assert open_
    assert all("bit of the budget are left" in r["reason"] for r in open_)
    assert "more key" in judged.stdout


def test_a_plan_asks_nothing_of_the_target(tmp_path):
    """The manifest leads to ports at which nobody listens: whoever asked would notice."""
    folder = tmp_path / "nobody"
    with_pki = [sys.executable, "-m", "qinet_reference", "pki", str(folder)]
    subprocess.run(with_pki, check=True, capture_output=True)
    manifest = folder / "qonform.toml"
    manifest.write_text(
        '[implementation]\nsupplier = "Acme"\nname = "KME"\nversion = "1"\n'
        '[claims]\nprofiles = ["etsi-014"]\n'
        '[[nodes]]\nid = "kme-a"\n[nodes.etsi014]\nurl = "http://127.0.0.1:1"\n'
        '[[clients]]\nid = "sae-1"\nnode = "kme-a"\nroles = ["master"]\n'
    )
    command = [sys.executable, "-m", "qonform", "run", "--plan", "--target", str(manifest)]
    ended = subprocess.run(
        [*command, "--budget", "20"], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert "left out" in ended.stdout
    assert "at most 20 keys" in ended.stdout.splitlines()[-1]
    assert not (tmp_path / "qonform-report").exists()


def test_chance_is_tried_again_with_new_seeds_for_the_time_given():
    arguments = ("--effort", "quick", "--for", "12s", "--seed", "3")
    judged = judge_altered([], *arguments, "--requirement", "ETSI-014-5.4-*")
    assert judged.exit_code == 0, judged.stdout
    run = judged.results["run"]
    assert run["plan"]["rounds"] > 1
    assert run["duration_s"] >= 12
