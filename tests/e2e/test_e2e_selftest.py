"""`qonform selftest` as a user runs it: real networks with real faults, several at once."""

import base64
import json
import os
import signal
import subprocess
import sys

import pytest
from waiting import wait_until

from qonform.catalogue import load_all
from qonform.selftest.judged import judge_altered
from qonform.selftest.listing import faults
from qonform.selftest.outcome import of_fault

COMMAND = [sys.executable, "-m", "qonform", "selftest"]
CANARY = b"QKD\x00"  # how every key begins under `--fault material-constant-prefix`


def selftest(report, *arguments):
    return subprocess.run(
        [*COMMAND, "--report-dir", str(report), "--seed", "5", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


def found_in(report):
    return json.loads((report / "selftest.json").read_text())


def test_faults_are_caught_and_the_clean_reference_is_not_failed(tmp_path):
    globs = ["--faults", "message-not-found", "--faults", "material-constant-*"]
    ended = selftest(tmp_path / "report", *globs, "--effort", "quick", "--workers", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith("HOLDS All ")
    assert str(tmp_path / "report" / "selftest.html") in ended.stdout
    found = found_in(tmp_path / "report")
    assert found["complete"] is True
    assert found["clean"]["outcome"] == "conforming"
    caught = {row["name"]: row for row in found["faults"]}
    assert {row["outcome"] for row in caught.values()} == {"caught"}
    seeded = [f for f in caught["message-not-found"]["findings"] if f["seeded"]]
    assert {f["requirement"] for f in seeded} == {"ETSI-014-6.4-05"}
    assert caught["message-not-found"]["run"]["key_bits"] > 0
    assert "material-constant-prefix" in caught
    encoded = base64.b64encode(CANARY)[:5]
    for path in (tmp_path / "report").iterdir():
        assert encoded not in path.read_bytes(), path.name
        assert CANARY.hex().encode() not in path.read_bytes().lower(), path.name


def test_a_fault_survives_a_run_that_does_not_look_for_it():
    (fault,) = [f for f in faults() if f.name == "message-not-found"]
    judged = judge_altered(fault.flags, "--effort", "quick", "--requirement", "ETSI-014-6.1-0*")
    row = of_fault(fault, load_all(), judged)
    assert row["outcome"] == "survived"
    assert {(s["requirement"], s["message"]) for s in row["said_instead"]} == {
        ("ETSI-014-6.4-05", "not selected in this run")
    }


@pytest.mark.usefixtures("as_in_a_shell")
def test_ctrl_c_keeps_what_was_judged_and_leaves_nothing_running(tmp_path):
    scratch, report = tmp_path / "scratch", tmp_path / "report"
    scratch.mkdir()
    arguments = ["--faults", "status-*", "--effort", "quick", "--workers", "2"]
    process = subprocess.Popen(
        [*COMMAND, "--report-dir", str(report), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,  # so that all of it can be interrupted, as on a terminal
    )
    try:
        wait_until(lambda: judged(report) and any(scratch.iterdir()))
    finally:
        os.killpg(process.pid, signal.SIGINT)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 3, stdout
    assert stdout.startswith("INCOMPLETE ")
    found = found_in(report)
    assert found["complete"] is False
    assert found["run"]["interrupted"] == "it was interrupted"
    assert found["summary"]["counts"]["caught"] >= 1
    assert found["summary"]["counts"]["survived"] == 0
    assert found["summary"]["counts"]["not_judged"] >= 1
    assert "Incomplete" in (report / "selftest.html").read_text()
    assert list(scratch.iterdir()) == []


def judged(report):
    """How many faults were judged by now."""
    if not (report / "selftest.json").exists():
        return 0
    return found_in(report)["summary"]["counts"]["caught"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--faults", "no-such-*"], "no-such-*"),
        (["--faults", "status-*", "--faults", "nothing"], "nothing"),
        (["--effort", "thorough"], "thorough"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_bad_usage_is_2_in_one_clear_line(tmp_path, arguments, said):
    ended = selftest(tmp_path / "report", *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "report").exists()


def test_a_report_that_cannot_be_written_is_2_before_anything_is_judged(tmp_path):
    (tmp_path / "taken").write_text("a file")
    ended = selftest(tmp_path / "taken")
    assert ended.returncode == 2
    assert "taken" in ended.stderr.splitlines()[-1]
