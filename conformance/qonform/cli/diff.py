"""`qonform diff`: what changed from one run to another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.text import Text

from qonform.cli.page import Page
from qonform.cli.results_file import read_results
from qonform.practice.comparing import Change, Comparison, Difference, compare

_STYLES = {
    Change.NEW: "bold red",
    Change.STILL: "yellow",
    Change.FIXED: "bold green",
    Change.GONE: "yellow",
    Change.DECIDED: "green",
}


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def diff(a: Path, b: Path, as_json: bool) -> None:
    """Compares two results.json, the earlier first.

    Exit code 1 if a mandatory requirement fails in B that did not fail in A and that no waiver
    covers, else 0.
    """
    comparison = compare(read_results(a), read_results(b))
    if as_json:
        click.echo(json.dumps(comparison.as_json(), indent=2, ensure_ascii=False))
    else:
        _show(Page(), comparison)
    sys.exit(int(comparison.breaks))


def _show(page: Page, comparison: Comparison) -> None:
    for caveat in comparison.caveats:
        page.line(Text("note", style="yellow"), caveat)
    if not comparison.differences:
        page.line("no difference")
    for change in Change:
        differences = comparison.of(change)
        if differences:
            page.line(Text(f"{change}: {len(differences)}", style=_STYLES[change]))
        for each in differences:
            page.line(*_line(each), indent=2)


def _line(each: Difference) -> tuple[str | Text, ...]:
    turn = each.before if each.before == each.after else f"{each.before} -> {each.after}"
    said = (f"{each.said:.300}",) if each.said else ()
    return Text(each.id, style="bold"), f"({each.profile}, {each.level}, {turn})", *said
