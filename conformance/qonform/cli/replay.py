"""`qonform replay`: failures of an earlier run, run again."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from qonform.catalogue import load_all
from qonform.cli.failure import UsageFailure
from qonform.cli.page import Page
from qonform.cli.results_file import manifest_of, read_results
from qonform.practice.replaying import (
    Failure,
    NothingToReplayError,
    Replayed,
    State,
    failures,
)
from qonform.practice.replaying import (
    replay as run_again,
)
from qonform.running.console import ConsoleProgress
from qonform.running.options import SelectionError
from qonform.running.reference import NetworkError, given_or_reference
from qonform.target import ManifestError, load

_STYLES = {State.STILL: "bold red", State.FIXED: "bold green", State.CANNOT: "bold yellow"}
_STILL_FAILING, _UNDECIDED = 1, 3


@click.command()
@click.argument("failed", metavar="RESULTS[#ID]")
@click.option(
    "--target",
    "manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The manifest. Without it, the one that the results name.",
)
def replay(failed: str, manifest: Path | None) -> None:
    """Runs the failures in a results.json again.

    Only the checks that showed them are run, with the same seed and effort.
    RESULTS#ETSI-014-5.4-06 takes one requirement, RESULTS#ETSI-014-5.4-06/etsi-014 over one
    transport. Exit code 0 if all are fixed, 1 if any still fails, else 3.
    """
    name, _, wanted = failed.partition("#")
    results = read_results(Path(name))
    try:
        found = failures(results, wanted or None)
        with given_or_reference(manifest_of(results, manifest)) as path:
            states = _replayed(results, found, path)
    except (NothingToReplayError, ManifestError, SelectionError, NetworkError) as error:
        raise UsageFailure(str(error)) from error
    if State.STILL in states:
        sys.exit(_STILL_FAILING)
    sys.exit(_UNDECIDED if State.CANNOT in states else 0)


def _replayed(results: dict[str, Any], found: list[Failure], path: Path) -> list[State]:
    console = Console(highlight=False)
    page, target = Page(console), load(path)
    then, now = results["run"]["qonform_version"], metadata.version("qonform")
    if then != now:
        page.line(f"The results are of qonform {then}, this is {now}: random cases may differ.")
    with ConsoleProgress(console) if console.is_terminal else nullcontext() as progress:
        ended = list(run_again(results, found, target, load_all(), progress))
    for each in ended:
        _show(page, each)
    return [each.state for each in ended]


def _show(page: Page, each: Replayed) -> None:
    why = (f"{each.why:.400}",) if each.why else ()
    page.line(Text(f"{each.state:<13}", style=_STYLES[each.state]), str(each.failure), *why)
