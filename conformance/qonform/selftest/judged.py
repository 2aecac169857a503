"""One judged run, as a user would do it: the network in one process, the suite in another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from qonform.running.reference import reference_network

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_S = 900.0
"""How long one run may take, in seconds."""
HURRY = "\n[limits]\nrequests_per_second = 5000\n"
"""Appended to the manifest of a network of our own: at the rate that a stranger's network is asked
at, most of a run is waiting. No verdict rests on the rate."""
_LOOK_S = 0.1


class Stopped(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The run was called off before it was over."""


@dataclass(frozen=True)
class Judged:
    """How a run ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str
    report: Path
    """The report directory."""
    results: dict[str, Any] = field(default_factory=dict)
    """results.json; empty when the run left none."""

    def failed(self, level: str | None = None) -> list[str]:
        """Ids of the requirements that failed, at one level or at any."""
        return sorted(failures(self.results, level))


def failures(results: dict[str, Any], level: str | None = None) -> set[str]:
    """Ids of the requirements that failed, at one level or at any."""
    rows = results.get("requirements", ())
    return {r["id"] for r in rows if r["verdict"] == "fail" and level in (None, r["level"])}


def judge(
    manifest: Path,
    report: Path,
    *arguments: str,
    timeout: float = LONGEST_S,
    stop: Event | None = None,
    scratch: Path | None = None,
) -> Judged:
    """Runs `qonform run` on a manifest, with further arguments, in a process of its own.

    Args:
        manifest: of the target.
        report: the report directory.
        arguments: further options of `qonform run`.
        timeout: how long it may take, in seconds.
        stop: ends it when set.
        scratch: where it puts what it needs for a while; a run that is ended leaves it there.

    Raises:
        subprocess.TimeoutExpired: it took longer than `timeout` seconds, and was ended.
        Stopped: `stop` was set, and it was ended.
    """
    words = [sys.executable, "-m", "qonform", "run", "--target", str(manifest)]
    with subprocess.Popen(  # noqa: S603 - our own module
        [*words, "--report-dir", str(report), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)} if scratch else None,
        start_new_session=True,  # a Ctrl-C is for us: it is we who then end the run
    ) as process:
        try:
            stdout, stderr = _communicate(process, timeout, stop or Event())
        except BaseException:
            process.kill()
            raise
    return Judged(process.returncode, stdout, stderr, report, _results(report / "results.json"))


def _communicate(process: subprocess.Popen[str], timeout: float, stop: Event) -> tuple[str, str]:
    left = timeout
    while True:
        try:
            return process.communicate(timeout=_LOOK_S)
        except subprocess.TimeoutExpired:
            left -= _LOOK_S
            if stop.is_set():
                raise Stopped from None
            if left <= 0:
                raise


def _results(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@contextmanager
def hurried_network(folder: Path, flags: Sequence[str] = ()) -> Iterator[Path]:
    """A reference network that may be asked as fast as it answers. Yields its manifest.

    Raises NetworkError when it does not start.
    """
    with reference_network(folder, flags) as manifest:
        manifest.write_text(manifest.read_text("utf-8") + HURRY, "utf-8")
        yield manifest


def judge_altered(flags: Sequence[str], *arguments: str, stop: Event | None = None) -> Judged:
    """Judges a reference network that is started with `flags`, in a folder that is then removed.

    Raises NetworkError, subprocess.TimeoutExpired, and Stopped, as above.
    """
    with tempfile.TemporaryDirectory(prefix="qonform-selftest-") as scratch:
        folder = Path(scratch)
        with hurried_network(folder, flags) as manifest:
            return judge(manifest, folder / "report", *arguments, stop=stop, scratch=folder)
