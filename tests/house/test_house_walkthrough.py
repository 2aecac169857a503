"""docs/adding-a-requirement.md, performed word by word on a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-requirement.md"
ROOTS = ("protos", "schemas", "reference_impl", "conformance", "reports")

pytestmark = pytest.mark.e2e


def additions() -> list[tuple[str, str]]:
    """What the page adds, file by file."""
    text = PAGE.read_text("utf-8")
    return re.findall(r"(?ms)^To `([^`]+)` add.*?^```\w+\n(.*?)^```", text)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("walkthrough")
    for root in ROOTS:
        shutil.copytree(ROOT / root, folder / root, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in additions():
        path = folder / name
        path.write_text(placed(path.read_text("utf-8"), text), "utf-8")
    return folder


def placed(old: str, text: str) -> str:
    """The file with the addition at its end, or before the observations of a catalogue."""
    head, mark, tail = old.partition("[[observations]]")
    return f"{head.rstrip()}\n\n\n{text}\n{mark}{tail}"


def environment(copy: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(copy / root) for root in ROOTS)}


def verdicts(copy: Path, report: Path, *arguments: str) -> dict[str, str]:
    """What a run says of the row, by profile."""
    subprocess.run(
        [sys.executable, "-m", "qonform", "run", "--requirement", "ETSI-014-6.1-17",
         "--report-dir", str(report), *arguments],
        env=environment(copy), cwd=copy, timeout=120, capture_output=True, text=True, check=False,
    )  # fmt: skip
    rows = json.loads((report / "results.json").read_text("utf-8"))["requirements"]
    return {r["profile"]: r["verdict"] for r in rows if r["id"] == "ETSI-014-6.1-17"}


def test_the_page_adds_a_row_a_check_and_a_fault():
    kinds = [Path(name).relative_to(Path(name).parts[0]).parts[1] for name, _ in additions()]
    assert kinds == ["catalogue", "checks", "faults"]


def test_the_reference_network_passes(copy, tmp_path):
    assert verdicts(copy, tmp_path) == {"etsi-014": "pass", "qinet-keys": "pass"}


def test_the_fault_is_caught(copy, tmp_path):
    words = [sys.executable, "-m", "qinet_reference", "serve", "--dir", str(tmp_path / "lab"),
             "--fault", "status-sizes-differ", "--until-stdin-closes"]  # fmt: skip
    with subprocess.Popen(
        words, env=environment(copy), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as network:
        try:
            ready = network.stdout.readline()
            manifest = ready.removeprefix("ready ").strip()
            found = verdicts(copy, tmp_path / "report", "--target", manifest)
        finally:
            network.terminate()
    assert found == {"etsi-014": "fail", "qinet-keys": "fail"}
