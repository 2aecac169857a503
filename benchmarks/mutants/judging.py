"""One mutant before the suite: a network in a process of its own, and `qonform run` in another."""

from __future__ import annotations

import compileall
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.mutants.keeping import Ended, Outcome
from benchmarks.mutants.making import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.mutants.making import Mutant

START_S = 60
RUN_S = {"quick": 120, "standard": 300}
"""How long a run may take; several times what one of the clean network takes."""

STORED = 9_000
"""Keys at the start: fewer than fit, so that a store that never shrinks is not simply full."""
DELIVERY_S = 1
"""What the manifest says of the time that keys take to the slave: they are there at once."""

QUICK = ("--effort", "quick", "--profile", "etsi-014")
STANDARD = ("--effort", "standard")


class NotStartedError(RuntimeError):
    """The network ended before it was ready. The message is the last line that it said."""


@dataclass(frozen=True)
class Workplace:
    """What all mutants share: a compiled copy of the package, and certificates."""

    folder: Path

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Workplace]:
        """Makes one, and clears it away."""
        with tempfile.TemporaryDirectory(prefix="qonform-mutants-") as scratch:
            place = cls(Path(scratch))
            copied = shutil.copytree(PACKAGE, place.package, ignore=_CACHES)
            compileall.compile_dir(copied, quiet=1)
            with serving(place.package.parent, place.network):
                pass  # its certificates are there now
            yield place

    @property
    def package(self) -> Path:
        """The clean package."""
        return self.folder / "clean" / "qinet_reference"

    @property
    def network(self) -> Path:
        """The folder of a network that ran once."""
        return self.folder / "network"

    @contextmanager
    def altered(self, module: str, text: str) -> Iterator[Path]:
        """A folder with a network's files and, in `code`, the package with another module."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            folder = Path(scratch) / "network"
            shutil.copytree(self.network, folder)
            shutil.copytree(self.package, folder / "code" / "qinet_reference")
            (folder / "code" / "qinet_reference" / module).write_text(text, "utf-8")
            yield folder


_CACHES = shutil.ignore_patterns("__pycache__")


def judged(mutant: Mutant, place: Workplace) -> Outcome:
    """How it ends with a mutant: judged quickly first, and to the full only if it survives that."""
    text = mutant.of((place.package / mutant.module).read_text("utf-8"))
    with place.altered(mutant.module, text) as folder:
        try:
            for arguments in (QUICK, STANDARD):
                with serving(folder / "code", folder) as manifest:
                    outcome = _run(mutant.id, manifest, folder / "report", arguments)
                if outcome.ended not in (Ended.SURVIVED, Ended.UNDECIDED):
                    break
        except NotStartedError as failure:
            return Outcome(mutant.id, Ended.STILLBORN, said=str(failure))
        return outcome


@contextmanager
def serving(code: Path, folder: Path) -> Iterator[Path]:
    """Runs the reference network whose package is in `code`. Yields the path of its manifest."""
    words = ["qinet_reference", "serve", "--dir", str(folder), "--until-stdin-closes"]
    words += ["--stored", str(STORED)]
    paths = [str(code), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    folder.mkdir(exist_ok=True)
    with (folder / "network.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        try:
            yield _ready(process, folder / "network.log")
        finally:
            process.kill()
            process.communicate()


def _ready(process: subprocess.Popen[str], log: Path) -> Path:
    line = ""
    with selectors.DefaultSelector() as selector:
        if process.stdout:
            selector.register(process.stdout, selectors.EVENT_READ)
            if selector.select(START_S):
                line = process.stdout.readline()
    if not line.startswith("ready "):
        said = log.read_text("utf-8").strip().splitlines()
        raise NotStartedError(said[-1] if said else "nothing was said")
    manifest = Path(line.removeprefix("ready ").strip())
    table = "[claims.etsi-014]\n"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace(table, f"{table}delivery_delay_s = {DELIVERY_S}\n"), "utf-8")
    return manifest


def _run(mutant: str, manifest: Path, report: Path, arguments: Sequence[str]) -> Outcome:
    effort = arguments[1]
    words = [
        "qonform",
        "run",
        "--target",
        str(manifest),
        "--report-dir",
        str(report),
        "--seed",
        "1",
    ]
    try:
        run = subprocess.run(
            [sys.executable, "-m", *words, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_S[effort],
            cwd=report.parent,
        )
    except subprocess.TimeoutExpired:
        return Outcome(mutant, Ended.HUNG, effort)
    if run.returncode not in (0, 1, 3):
        said = (run.stderr or run.stdout).strip().splitlines()
        return Outcome(mutant, Ended.SUITE_ERROR, effort, said="; ".join(said[-3:]))
    return _read(mutant, effort, run.returncode, json.loads((report / "results.json").read_text()))


def _read(mutant: str, effort: str, exit_code: int, results: dict[str, Any]) -> Outcome:
    failed = [row for row in results["requirements"] if row["verdict"] == "fail"]
    shall = tuple(sorted({row["id"] for row in failed if row["level"] == "shall"}))
    should = tuple(sorted({row["id"] for row in failed if row["level"] != "shall"}))
    if shall or should:
        return Outcome(mutant, Ended.KILLED, effort, shall, should)
    return Outcome(mutant, Ended.SURVIVED if exit_code == 0 else Ended.UNDECIDED, effort)
