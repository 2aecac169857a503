"""Without a target the suite starts the reference network itself, and judges that."""

import subprocess
import sys

from qonform_report import read

BUDGET_BITS = {"quick": 64_000, "standard": 1_000_000}
"""Over one transport."""


def test_standard_and_quick_end_conforming_within_their_budget(tmp_path):
    for effort, bits in BUDGET_BITS.items():
        report = tmp_path / effort
        command = [sys.executable, "-m", "qonform", "run", "--effort", effort]
        ended = subprocess.run(
            [*command, "--report-dir", str(report)], check=False, capture_output=True, text=True
        )
        assert ended.returncode == 0, ended.stdout
        results = read(report / "results.json")
        assert results["summary"]["verdict"] == "conforming"
        transports = len(results["run"]["profiles"])
        assert results["run"]["spent"]["key_bits"] <= bits * transports
        decided = [
            r
            for r in results["requirements"]
            if r["profile"] == "etsi-014" and r["level"] == "shall" and r["verdict"] == "pass"
        ]
        assert len(decided) >= 70
        rest = [r for r in results["requirements"] if r["verdict"] not in ("pass", "fail")]
        assert all(r["reason"] for r in rest)
        unseen = [
            o["id"]
            for o in results["observations"]
            if o["profile"] == "etsi-014" and o["observed"] == ["not seen in this run"]
        ]
        assert effort == "quick" or not unseen, "because every open point can be answered"
