"""The exit codes of the contract: 0 conforming, 1 a failed shall, 2 usage or tool, 3 undecided."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qonform.running.reference import reference_network
from qonform.selftest.judged import judge as judged_by_a_process
from qonform_report import read


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_conforming_target_is_0(network, judge):
    judged = judge(network, "--effort", "quick", "--seed", "7")
    assert judged.exit_code == 0, judged.stdout
    assert judged.stdout.startswith("CONFORMING ")
    assert str(judged.report / "index.html") in judged.stdout
    results = read(judged.report / "results.json")
    assert results["complete"] is True
    assert results["summary"]["verdict"] == "conforming"
    assert {p.name for p in judged.report.iterdir()} == {
        "index.html",
        "results.json",
        "junit.xml",
        "summary.md",
    }


def test_a_failed_shall_is_1(tmp_path, judge):
    with reference_network(tmp_path, ["--fault", "unknown-key-404"]) as manifest:
        judged = judge(manifest, "--effort", "quick", "--requirement", "ETSI-014-6.4-*")
    assert judged.exit_code == 1
    assert "ETSI-014-6.4-04" in judged.failed("shall")
    assert judged.stdout.startswith("NOT CONFORMING ")


def test_a_failed_should_is_a_warning(tmp_path, judge):
    with reference_network(tmp_path, ["--fault", "reverse-refused"]) as manifest:
        judged = judge(manifest, "--effort", "quick", "--requirement", "ETSI-014-5.3-0*")
    assert judged.failed() == ["ETSI-014-5.3-05"]
    assert judged.exit_code == 0
    assert "warning ETSI-014-5.3-05" in judged.stdout


def test_a_waived_failure_is_0_until_it_expires(tmp_path, judge):
    waiver = (
        '\n[[waivers]]\nrequirement = "ETSI-014-6.4-05"\nreason = "own wording"\nexpires = {}\n'
    )
    with reference_network(tmp_path, ["--fault", "message-not-found"]) as manifest:
        text = manifest.read_text()
        manifest.write_text(text + waiver.format("2999-01-01"))
        judged = judge(manifest, "--effort", "quick", "--requirement", "ETSI-014-6.4-05")
        manifest.write_text(text + waiver.format("2020-01-01"))
        expired = judge(manifest)
    assert judged.exit_code == 0
    rows = [r for r in judged.results["requirements"] if r["id"] == "ETSI-014-6.4-05"]
    assert {r["verdict"] for r in rows} == {"waived"}
    assert expired.exit_code == 2
    assert "expired" in expired.stderr


def test_nobody_there_is_3(network, judge):
    text = network.read_text()
    for line in text.splitlines():
        if line.strip().startswith(("url", "address")):
            port = line.rsplit(":", 1)[1].strip().strip('"')
            text = text.replace(f":{port}", f":{closed_port()}")
    manifest = network.with_name("nobody.toml")
    manifest.write_text(text)
    judged = judge(manifest, timeout=120)
    assert judged.exit_code == 3, judged.stdout
    assert judged.stdout.startswith("INCONCLUSIVE ")
    assert judged.failed() == []


def test_a_server_that_hangs_is_3_and_ends(tmp_path, judge):
    with reference_network(tmp_path, ["--variant", "hangs"]) as manifest:
        manifest.write_text(manifest.read_text() + "\n[limits]\ntimeout_s = 1.0\n")
        judged = judge(manifest, "--effort", "quick", timeout=120)
    assert judged.exit_code == 3, judged.stdout
    assert judged.failed() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--effort", "heroic"], "heroic"),
        (["--requirement", "ETSI-014-9.9-*"], "ETSI-014-9.9-*"),
        (["--requirement", "QINET-KEYS-01", "--profile", "etsi-014"], "QINET-KEYS-01"),
        (["--profile", "etsi-004"], "etsi-004"),
        (["--level", "must"], "must"),
        (["--seed", "minus one"], "minus one"),
        (["--frobnicate"], "--frobnicate"),
        (["--budget", "-1"], "--budget"),
        (["--for", "a while"], "write 90s, 10m or 2h"),
    ],
)
def test_bad_usage_is_2_in_one_clear_line(network, judge, arguments, said):
    judged = judge(network, *arguments)
    assert judged.exit_code == 2
    (line,) = judged.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line
    assert not judged.report.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[implementation]", "[implementation"), "qonform.toml:"),
        (('roles = ["master"]', 'roles = ["mister"]'), "roles"),
        (('id = "kme-a"', 'id = "kme-b"'), "kme-b"),
        (("certificate =", "certifikate ="), "certificate"),
    ],
)
def test_a_manifest_that_does_not_load_is_2(network, judge, change, said):
    manifest = network.with_name("bad-qonform.toml")
    manifest.write_text(network.read_text().replace(*change, 1))
    judged = judge(manifest)
    assert judged.exit_code == 2
    assert "bad-qonform.toml:" in judged.stderr
    assert said in judged.stderr
    assert "Traceback" not in judged.stderr


def test_no_manifest_at_all_is_2(tmp_path, judge):
    judged = judge(tmp_path / "nowhere.toml")
    assert judged.exit_code == 2
    assert "nowhere.toml" in judged.stderr


def test_a_report_that_cannot_be_written_is_2(network, tmp_path):
    (tmp_path / "taken").write_text("a file")
    command = [sys.executable, "-m", "qonform", "run", "--target", str(network)]
    ended = subprocess.run(
        [*command, "--report-dir", str(tmp_path / "taken"), "--effort", "quick"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert "taken" in ended.stderr.splitlines()[-1]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder like /proc here")
def test_a_folder_that_takes_no_report_is_noticed_before_anything_is_asked(network):
    """Not by its mode: whoever may do anything cannot write there either."""
    command = [sys.executable, "-m", "qonform", "run", "--target", str(network)]
    ended = subprocess.run(
        [*command, "--report-dir", "/proc/report"], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: --report-dir /proc/report: /proc is no folder")


def test_the_same_seed_asks_the_same(network, tmp_path):
    """Two runs with one seed cause the same exchanges, but for polling and what is random there."""
    shapes = []
    for turn in range(2):
        arguments = ["--effort", "quick", "--seed", "11", "--requirement", "ETSI-014-6.2-0*"]
        judged = judged_by_a_process(network, tmp_path / str(turn), *arguments)
        rows = json.loads((judged.report / "results.json").read_text())["requirements"]
        shapes.append([(r["id"], r["profile"], r["verdict"], _requests(r)) for r in rows])
    assert shapes[0] == shapes[1]


def _requests(row):
    return [e["request"]["summary"] for check in row["checks"] for e in check["evidence"]]


def test_a_crash_of_the_suite_is_2_and_shows_no_value(network, tmp_path):
    crash = (
        "import sys, qonform.cli as c\n"
        "def judge(*_): raise ValueError('c2VjcmV0IGtleSBtYXRlcmlhbA==')\n"
        "sys.modules['qonform.cli.run'].judge = judge\n"
        "c.main()\n"
    )
    command = [sys.executable, "-c", crash, "run", "--target", str(network)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 2
    assert "a fault of the suite itself: ValueError at <string>:2" in ended.stderr
    assert "c2VjcmV0" not in ended.stderr + ended.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["list"], ["run", "--help"]])
def test_asking_for_help_is_0(arguments):
    ended = subprocess.run([sys.executable, "-m", "qonform", *arguments], check=False)
    assert ended.returncode == 0


def test_no_command_and_an_unknown_one_are_2():
    for arguments in ([], ["frobnicate"], ["explain"], ["explain", "ETSI-014-0"]):
        ended = subprocess.run(
            [sys.executable, "-m", "qonform", *arguments], check=False, capture_output=True
        )
        assert ended.returncode == 2, arguments
