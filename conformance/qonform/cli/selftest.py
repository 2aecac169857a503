"""`qonform selftest`: shows what the suite can catch."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

import qonform_report
from qonform.catalogue import load_all
from qonform.cli.failure import UsageFailure
from qonform.judging import Effort
from qonform.running.interruption import held_back
from qonform.selftest.campaign import perform
from qonform.selftest.console import ConsoleWatch, conclude
from qonform.selftest.keeping import keep as keep_in_package
from qonform.selftest.listing import ListingError, faults, select
from qonform.selftest.record import SelfTest

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.option(
    "--faults",
    "globs",
    multiple=True,
    metavar="GLOB",
    help="Only seeded faults whose name matches. Repeatable.",
)
@click.option(
    "--effort",
    type=click.Choice([Effort.QUICK.value, Effort.STANDARD.value]),
    default=Effort.STANDARD.value,
    show_default=True,
    help="That of every run.",
)
@click.option("--seed", type=click.IntRange(0), help="Seed of every run; a fresh one if not given.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many networks are judged at once.  [default: number of CPUs]",
)
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("qonform-selftest"),
    show_default=True,
    help="Where selftest.html, selftest.json and selftest.md go.",
)
@click.option(
    "--keep",
    is_flag=True,
    hidden=True,
    help="Write what was caught into the package, for every run to tell.",
)
def selftest(
    globs: tuple[str, ...],
    effort: str,
    seed: int | None,
    workers: int | None,
    report_dir: Path,
    keep: bool,
) -> None:
    """Shows which seeded faults the suite catches.

    Runs the suite over every seeded fault of the reference network, and over the network without
    any, in parallel. Exit codes: 0 the clean network conforms and every fault of a mandatory
    requirement is caught, 1 one survived or the clean network was failed, 2 usage or tool error,
    3 incomplete.
    """
    try:
        known = faults()
        test = SelfTest(
            known,
            select(known, globs),
            load_all(),
            effort,
            secrets.randbelow(2**32) if seed is None else seed,
            workers or os.cpu_count() or 1,
            globs,
            _command(globs, effort),
        )
    except (ListingError, LookupError) as error:
        raise UsageFailure(str(error)) from error
    console = Console(highlight=False)
    try:
        page = _performed(test, report_dir, console)
        kept = keep_in_package(test) if keep else None
    except OSError as error:
        raise UsageFailure(f"{error.filename}: cannot be written: {error.strerror}") from error
    found = test.as_json()
    conclude(console, found, page)
    if kept:
        console.print(f"  kept in {kept}", soft_wrap=True)
    sys.exit(found["summary"]["exit_code"])


def _performed(test: SelfTest, report_dir: Path, console: Console) -> Path:
    """Judges everything. What is known is written before the first network is started, too."""

    def store(test: SelfTest) -> Path:
        return qonform_report.write_selftest(test.as_json(), report_dir)

    with held_back():  # but while networks are judged: what is known is written, and whole
        store(test)
        with ConsoleWatch(console, 1 + len(test.selected), store) as watch:
            perform(test, watch)
        return store(test)


def _command(globs: Sequence[str], effort: str) -> str:
    """The command that repeats it, but for its seed."""
    words = ["qonform", "selftest", *(word for glob in globs for word in ("--faults", glob))]
    return shlex.join([*words, "--effort", effort])
