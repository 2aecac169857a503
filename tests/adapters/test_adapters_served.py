"""The desk, served by a process over mutual TLS, as the suite's `doctor` finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


def test_an_adapter_says_that_it_is_ready_is_found_and_ends_when_told_to(tmp_path):
    roots = [str(ROOT / "examples" / "adapters" / "common"), str(ROOT / "protos")]
    served = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("toy_machine.py")), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        manifest = tmp_path / "qonform.toml"
        assert served.stdout.readline() == f"ready {manifest}\n"
        looked = subprocess.run(
            [sys.executable, "-m", "qonform", "doctor", "--target", str(manifest)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert looked.returncode == 0, looked.stdout + looked.stderr
        assert "a (qinet-links): link to b for app-1: keep, measure" in looked.stdout
    finally:
        served.terminate()
        assert served.wait(20) == 0
