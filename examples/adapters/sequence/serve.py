"""Serves `qinet.entanglement.v1` on SeQUeNCe: `python serve.py --dir DIR`; see README.md."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

from desk.launching import launch  # noqa: E402 - its folder stands on the path only now

if __name__ == "__main__":
    launch(HERE / "on_sequence.py", __doc__ or "")
