"""A run that is cut short keeps what it learned, and says that it is not whole."""

import signal
import subprocess
import sys
import time

from qonform.running.reference import reference_network
from qonform_report import read


def test_ctrl_c_leaves_a_report_that_is_marked(tmp_path):
    # who runs the tests in the background may have them ignore Ctrl-C, and all that they start
    signal.signal(signal.SIGINT, signal.default_int_handler)
    (tmp_path / "network").mkdir()
    with reference_network(tmp_path / "network", ["--variant", "slow"]) as manifest:
        command = [sys.executable, "-m", "qonform", "run", "--target", str(manifest)]
        run = subprocess.Popen(
            [*command, "--report-dir", str(tmp_path / "report")],
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(8)
        run.send_signal(signal.SIGINT)
        stdout, _ = run.communicate(timeout=30)
    assert run.returncode == 3
    assert stdout.startswith("INCONCLUSIVE ")
    results = read(tmp_path / "report" / "results.json")
    assert results["complete"] is False
    assert results["run"]["interrupted"] == "the run was interrupted"
    assert results["summary"]["counts"]["pass"] > 0
    assert "incomplete" in (tmp_path / "report" / "index.html").read_text().lower()
