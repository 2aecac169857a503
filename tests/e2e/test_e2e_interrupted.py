"""A run that is cut short keeps what it learned, and says that it is not whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from counted_network import Counting, counted
from waiting import wait_until

from qonform_report import read

pytestmark = pytest.mark.usefixtures("as_in_a_shell")
EITHER = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
FILES = {"index.html", "results.json", "junit.xml", "summary.md"}


@EITHER
def test_a_run_that_is_cut_short_leaves_a_report_that_is_marked(tmp_path, number):
    (tmp_path / "network").mkdir()
    counting = Counting(takes_s=0.3)
    with counted(tmp_path / "network", counting) as manifest:
        command = [sys.executable, "-m", "qonform", "run", "--target", str(manifest)]
        run = subprocess.Popen(
            [*command, "--report-dir", str(tmp_path / "report")],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until(lambda: len(counting.arrived) > 20)
        finally:
            run.send_signal(number)
        stdout, _ = run.communicate(timeout=60)
    assert run.returncode == 3
    assert stdout.startswith("INCONCLUSIVE ")
    results = read(tmp_path / "report" / "results.json")
    assert results["complete"] is False
    assert results["run"]["interrupted"] == "the run was interrupted"
    assert results["summary"]["counts"]["pass"] > 0
    assert "incomplete" in (tmp_path / "report" / "index.html").read_text().lower()


CANCELLED = """
import os, signal, sys
import qonform.running.run as running, qonform_report.writing as writing, qonform.cli as c
judge, store = running.collect_and_run, writing._store
def cancel():
    os.kill(os.getpid(), signal.{number})
def judging(session, **options):
    {at_first}
    return 0
def storing(path, text):
    cancel()
    store(path, text)
    cancel()
running.collect_and_run, writing._store = judging, storing
c.main()
"""


@EITHER
@pytest.mark.parametrize("at_first", ["cancel()", "pass"])
def test_who_cancels_while_reports_are_written_gets_them_whole(network, tmp_path, number, at_first):
    """Also who cancels again and again, as CI systems do that lose their patience."""
    program = CANCELLED.format(number=number.name, at_first=at_first)
    report = tmp_path / "report"
    ended = subprocess.run(
        [sys.executable, "-c", program, "run", "--target", network, "--report-dir", report],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 3, ended.stderr
    assert ended.stdout.startswith("INCONCLUSIVE ")
    assert {path.name for path in report.iterdir()} == FILES
    assert read(report / "results.json")["complete"] is (at_first == "pass")


def test_the_reference_network_ends_with_a_run_that_is_cancelled(tmp_path):
    """Without a manifest it is the run that started it."""
    command = [sys.executable, "-m", "qonform", "run", "--report-dir", str(tmp_path / "report")]
    run = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    try:
        wait_until(lambda: any(tmp_path.glob("qonform-reference-*")))
        (network,) = children(run.pid)
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(60)
    assert run.returncode == 3
    assert not process(network).exists()
    assert not list(tmp_path.glob("qonform-*"))


def children(pid):
    """Ids of the processes that one has started."""
    return [int(each) for each in (process(pid) / f"task/{pid}/children").read_text().split()]


def process(pid):
    """Where Linux tells of a process while there is one."""
    return Path("/proc") / str(pid)
