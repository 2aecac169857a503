"""`qonform doctor`: looks at a target before a run."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from rich.text import Text

from qonform.catalogue import load_all
from qonform.cli.failure import UsageFailure
from qonform.cli.page import Page
from qonform.practice.doctor import Line, State, examine
from qonform.target import ManifestError, load

_STYLES = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "bold red"}
_UNDECIDED = 3


@click.command()
@click.option(
    "--target",
    "manifest",
    type=click.Path(path_type=Path),
    default=Path("qonform.toml"),
    show_default=True,
    metavar="FILE",
    help="Manifest of the target.",
)
def doctor(manifest: Path) -> None:
    """Looks before a run whether all is in order.

    Files, roles, limits, and each node up to a Status. No key is drawn, and nothing is judged. Exit
    code 3 if something would keep a run from deciding, else 0.
    """
    try:
        target = load(manifest)
    except ManifestError as error:
        raise UsageFailure(str(error)) from error
    page, seen = Page(), Counter[State]()
    page.line(_state(State.OK), f"{manifest}:", "the manifest is in order")
    for line in examine(target, load_all()):
        seen[line.state] += 1
        _show(page, line)
    page.line(_conclusion(seen))
    sys.exit(_UNDECIDED if seen[State.PROBLEM] else 0)


def _show(page: Page, line: Line) -> None:
    todo = (Text(f"-> {line.todo}", style="bold"),) if line.todo else ()
    page.line(_state(line.state), f"{line.subject}:", line.said, *todo)


def _state(state: State) -> Text:
    return Text(f"{state:<8}", style=_STYLES[state])


def _conclusion(seen: Counter[State]) -> str:
    if not seen[State.PROBLEM] + seen[State.WARNING]:
        return "A run can begin."
    counts = ", ".join(
        f"{seen[state]} {state}{'s' if seen[state] > 1 else ''}"
        for state in (State.PROBLEM, State.WARNING)
        if seen[state]
    )
    if seen[State.PROBLEM]:
        return f"{counts}. A run can begin, and will leave something undecided."
    return f"{counts}. A run can begin."
