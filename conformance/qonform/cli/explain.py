"""`qonform explain`: one requirement, or one open point, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.text import Text

from qonform.catalogue import load_all
from qonform.cli.failure import UsageFailure
from qonform.cli.page import Page
from qonform.practice.explaining import Explanation
from qonform.practice.explaining import explain as explained

if TYPE_CHECKING:
    from qonform.catalogue import Observation

_LEVELS = {"shall": "bold red", "should": "yellow", "may": "cyan"}


@click.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> None:
    """Explains a requirement or an open point.

    ID is such as ETSI-014-5.4-06 or A-07. Of a requirement it says what that demands and why, what
    is sent to see it, what this costs, and what it usually is when it fails.
    """
    catalogue = load_all()
    try:
        if id_ in {o.id for o in catalogue.observations}:
            _show_open_point(Page(), catalogue.observation(id_))
        else:
            _show(Page(), explained(id_, catalogue))
    except LookupError as error:
        raise UsageFailure(str(error)) from error


def _show(page: Page, explanation: Explanation) -> None:
    requirement = explanation.requirement
    page.line(
        Text(requirement.id, style="bold"),
        Text(f" {requirement.level}", style=_LEVELS[requirement.level]),
        f" ({requirement.basis})",
    )
    page.line(", ".join((requirement.standard, f"clause {requirement.clause}", *requirement.see)))
    page.line(f"judged in: {', '.join(requirement.profiles)}")
    page.gap()
    page.line(requirement.statement)
    if requirement.why:
        page.heading(f"Why it matters ({requirement.concern})")
        page.line(requirement.why, indent=2)
    page.heading("How it is seen")
    page.line(requirement.observed_by, indent=2)
    if requirement.untested_because:
        page.line(f"Not tested: {requirement.untested_because}", indent=2)
    if explanation.judged_by:
        page.heading("What judges it, and what that costs")
        for evidence in explanation.judged_by:
            page.line(Text(evidence.id, style="bold"), f" ({evidence.cost})", indent=2)
            page.line(evidence.does, indent=4)
    if requirement.causes:
        page.heading("What it usually is when it fails")
        page.items(requirement.causes)
    if explanation.caught:
        page.heading("Seeded faults that its checks have caught")
        page.line(", ".join(explanation.caught), indent=2)
    if explanation.left_open:
        page.heading("What the text leaves open beside it")
        for point in explanation.left_open:
            page.line(Text(point.id, style="bold"), f" {point.question}", indent=2)


def _show_open_point(page: Page, point: Observation) -> None:
    page.line(Text(point.id, style="bold"), " open in the text: recorded, and never judged")
    page.line(f"{point.standard}, clause {point.clause}")
    page.line(f"recorded in: {', '.join(point.profiles)}")
    page.gap()
    page.line(point.question)
    if point.text:
        page.heading("What the text says")
        page.line(point.text, indent=2)
    if point.observed_by:
        page.heading("What is observed")
        page.line(point.observed_by, indent=2)
    if point.judged_by:
        page.heading("What is judged all the same")
        for id_ in point.judged_by:
            requirement = load_all().requirement(id_)
            page.line(Text(id_, style="bold"), f" {requirement.statement}", indent=2)
