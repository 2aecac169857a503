"""`qonform list`: the catalogue, offline."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from qonform.catalogue import Level, load_all
from qonform.cli.failure import UsageFailure


@click.command("list")
@click.option(
    "--profile", "profiles", multiple=True, metavar="P", help="Only this profile. Repeatable."
)
@click.option(
    "--requirement", "globs", multiple=True, metavar="GLOB", help="Only ids that match. Repeatable."
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice([v.value for v in Level]),
    help="Only this level. Repeatable.",
)
def list_(profiles: tuple[str, ...], globs: tuple[str, ...], levels: tuple[str, ...]) -> None:
    """Lists requirements, one a line, with level and clause."""
    catalogue = load_all()
    try:
        selected = catalogue.select(globs, [Level(level) for level in levels])
        rows = [
            (profile, requirement)
            for profile in profiles or catalogue.profiles
            for requirement in catalogue.for_profile(profile)
            if requirement.id in selected
        ]
    except LookupError as error:
        raise UsageFailure(str(error)) from error
    console = Console()
    if not console.is_terminal:
        for profile, r in rows:
            tested = f"not tested: {r.untested_because}" if r.untested_because else "tested"
            click.echo(f"{r.id}\t{profile}\t{r.level}\t{r.clause}\t{tested}\t{r.statement}")
        return
    table = Table("requirement", "profile", "level", "clause", "statement", box=None)
    for profile, r in rows:
        table.add_row(r.id, profile, r.level, r.clause, r.statement)
    console.print(table)
