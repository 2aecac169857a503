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
    from collections.abc import Iterator

    from benchmarks.mutants.making import Mutant

START_S = 60
RUN_S = 300
"""How long a run may take: many times what one of the clean network takes."""

NETWORK = ("--rate", "2000", "--stored", "9000")
"""A link as slow as real ones and a store with room, so that it shows whether the store shrinks."""

MORE_CLAIMS = """\
[claims.etsi-014]
delivery_delay_s = 1
[[claims.etsi-014.extensions]]
name = "qinet_max_age_ms"
impossible = 1
"""
"""What the manifest says beyond the ordinary one: keys are at the slave's KME at once, which
shortens every wait in vain; and such a link yields no key within a millisecond."""


@dataclass(frozen=True)
class Stage:
    """One way to judge a mutant: how it is served, and how the suite is run."""

    name: str
    serve: tuple[str, ...]
    run: tuple[str, ...]


STAGES = (
    Stage("quick", (), ("--effort", "quick", "--profile", "etsi-014")),
    Stage("standard", (), ("--effort", "standard")),
    Stage(
        "variants",
        ("--variant", "serves-any-size", "--variant", "optional-refused"),
        ("--effort", "quick", "--profile", "etsi-014"),
    ),
)
"""The cheapest first; each only for what survived those before. The last composes what the plain
network never uses: keys of sizes that are no multiple of 8, and refusals of optional extensions."""


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
    """How it ends with a mutant: judged stage by stage, until it does not survive one."""
    text = mutant.of((place.package / mutant.module).read_text("utf-8"))
    ended = []
    with place.altered(mutant.module, text) as folder:
        try:
            for stage in STAGES:
                with serving(folder / "code", folder, *stage.serve) as manifest:
                    ended.append(_run(mutant.id, manifest, folder / "report", stage))
                if ended[-1].ended not in (Ended.SURVIVED, Ended.UNDECIDED):
                    return ended[-1]
        except NotStartedError as failure:
            return Outcome(mutant.id, Ended.STILLBORN, said=str(failure))
    return next((one for one in ended[1:] if one.ended is Ended.UNDECIDED), ended[-1])


@contextmanager
def serving(code: Path, folder: Path, *arguments: str) -> Iterator[Path]:
    """Runs the reference network whose package is in `code`. Yields the path of its manifest."""
    words = ["qinet_reference", "serve", "--dir", str(folder), "--until-stdin-closes"]
    words += [*NETWORK, *arguments]
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
    plain = manifest.read_text("utf-8")
    manifest.write_text(plain.replace("[claims.etsi-014]\n", MORE_CLAIMS), "utf-8")
    return manifest


def _run(mutant: str, manifest: Path, report: Path, stage: Stage) -> Outcome:
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
            [sys.executable, "-m", *words, *stage.run],
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            cwd=report.parent,
        )
    except subprocess.TimeoutExpired:
        return Outcome(mutant, Ended.HUNG, stage.name)
    if run.returncode not in (0, 1, 3):
        said = (run.stderr or run.stdout).strip().splitlines()
        return Outcome(mutant, Ended.SUITE_ERROR, stage.name, said="; ".join(said[-3:]))
    results = json.loads((report / "results.json").read_text("utf-8"))
    return _read(mutant, stage.name, run.returncode, results)


def _read(mutant: str, stage: str, exit_code: int, results: dict[str, Any]) -> Outcome:
    failed = [row for row in results["requirements"] if row["verdict"] == "fail"]
    shall = tuple(sorted({row["id"] for row in failed if row["level"] == "shall"}))
    should = tuple(sorted({row["id"] for row in failed if row["level"] != "shall"}))
    if shall or should:
        return Outcome(mutant, Ended.KILLED, stage, shall, should)
    return Outcome(mutant, Ended.SURVIVED if exit_code == 0 else Ended.UNDECIDED, stage)
