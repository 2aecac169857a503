"""`qonform run`: judges a target and writes the reports."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import qonform_report
from qonform.catalogue import Level, load_all
from qonform.cli.failure import UsageFailure
from qonform.cli.values import DURATION
from qonform.judging import Effort
from qonform.running.conclusion import conclude
from qonform.running.console import ConsoleProgress
from qonform.running.foresight import show
from qonform.running.interruption import held_back
from qonform.running.options import Options, SelectionError
from qonform.running.reference import NetworkError, given_or_reference
from qonform.running.run import foresee
from qonform.running.run import run as judge
from qonform.target import ManifestError, load


@click.command()
@click.option(
    "--target",
    "manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Manifest of the target. Without it, the reference network is started and judged.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="P",
    help="Judge only this claimed profile. Repeatable.",
)
@click.option(
    "--requirement",
    "globs",
    multiple=True,
    metavar="GLOB",
    help="Judge only requirements that match. Repeatable.",
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice([v.value for v in Level]),
    help="Judge only this level. Repeatable.",
)
@click.option(
    "--effort",
    type=click.Choice([e.value for e in Effort]),
    default=Effort.STANDARD.value,
    show_default=True,
    help="How much is explored: quick, every requirement that is cheap to decide; standard, what a "
    "report is signed for; thorough, as much as the budget pays.",
)
@click.option(
    "--seed", type=click.IntRange(0), help="Seed of everything random; a fresh one if not given."
)
@click.option(
    "--budget",
    "budget_keys",
    type=click.IntRange(0),
    metavar="KEYS",
    help="Draw no more than so many keys of default size. Without it, what the manifest allows.",
)
@click.option(
    "--for",
    "for_s",
    type=DURATION,
    default=0.0,
    metavar="TIME",
    help="Try chance again and again, with new seeds, until so much time is over: 90s, 10m, 2h.",
)
@click.option(
    "--plan", "only_plan", is_flag=True, help="Say what would be done and drawn; ask nothing."
)
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("qonform-report"),
    show_default=True,
    help="Where index.html, results.json, junit.xml and summary.md go.",
)
def run(  # noqa: PLR0913, PLR0917 - one parameter an option
    manifest: Path | None,
    profiles: tuple[str, ...],
    globs: tuple[str, ...],
    levels: tuple[str, ...],
    effort: str,
    seed: int | None,
    budget_keys: int | None,
    for_s: float,
    only_plan: bool,
    report_dir: Path,
) -> None:
    """Judges an implementation and writes the reports.

    Exit codes: 0 conforming, 1 at least one mandatory requirement failed, 2 usage, manifest or
    tool error, 3 inconclusive. Ctrl-C and SIGTERM end it, and what is known by then is written.
    """
    options = Options(
        profiles,
        globs,
        tuple(Level(level) for level in levels),
        Effort(effort),
        secrets.randbelow(2**32) if seed is None else seed,
        budget_keys,
        for_s,
        _command(manifest, effort, budget_keys),
    )
    console = Console(highlight=False)
    if not only_plan:
        _check_writable(report_dir)
    try:
        if only_plan:
            with given_or_reference(manifest) as path:
                show(console, foresee(load(path), load_all(), options))
            return
        with held_back():  # but while it is judged: what is known is written, and whole
            with given_or_reference(manifest) as path:
                results = _judged(path, options, console)
            report = _written(results, report_dir)
            conclude(console, results, report)
    except (ManifestError, SelectionError, NetworkError) as error:
        raise UsageFailure(str(error)) from error
    sys.exit(results["summary"]["exit_code"])


def _check_writable(folder: Path) -> None:
    """Fails before any key is spent on a report that nobody could read."""
    absolute = folder.absolute()
    there = next(p for p in (absolute, *absolute.parents) if os.path.lexists(p))
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise UsageFailure(
            f"--report-dir {folder}: {there} is no folder that can be written to: {error.strerror}"
        ) from error


def _judged(path: Path, options: Options, console: Console) -> dict[str, Any]:
    target = load(path)
    with ConsoleProgress(console) as progress:
        return judge(target, load_all(), options, progress)


def _written(results: dict[str, Any], folder: Path) -> Path:
    try:
        return qonform_report.write(results, folder)
    except OSError as error:
        raise UsageFailure(f"{folder}: cannot write the report: {error.strerror}") from error


def _command(manifest: Path | None, effort: str, budget_keys: int | None) -> str:
    """The command that repeats the run, but for its seed and selection."""
    words = ["qonform", "run"]
    if manifest is not None:
        words += ["--target", os.fspath(manifest)]
    if effort != Effort.STANDARD:
        words += ["--effort", effort]
    if budget_keys is not None:
        words += ["--budget", str(budget_keys)]
    return shlex.join(words)
