"""What a judging run costs: its own time beside the target's, key bits, requests."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def cost(effort: str) -> str:
    """A row: the suite over the reference network, as `qonform run` does it without a target."""
    with tempfile.TemporaryDirectory(prefix="qonform-bench-") as folder:
        command = [sys.executable, "-m", "qonform", "run", "--effort", effort, "--seed", "1"]
        subprocess.run([*command, "--report-dir", folder], check=True, stdout=subprocess.DEVNULL)
        run = json.loads((Path(folder) / "results.json").read_text())["run"]
    took, target, spent = run["duration_s"], run["target_s"], run["spent"]
    ratio = (took - target) / target
    return (
        f"| {effort} | {took:.1f} s | {took - target:.1f} s / {target:.1f} s = {ratio:.1f} "
        f"| {spent['key_bits']:,} | {spent['requests']:,} |"
    )
