"""What a person sees of a run while it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from qonform.running.foresight import foreseen
from qonform.running.wording import bits_in_words

if TYPE_CHECKING:
    from qonform.judging import Check
    from qonform.running.course import Course
    from qonform.running.session import Session


class ConsoleProgress:
    """A line that says what is being checked, and what is spent and left. Nothing in a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console if console.is_terminal else Console(stderr=True)
        """In a pipe, the first word on standard output is the verdict."""
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(12),
            TextColumn("{task.fields[spent]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None, spent="")

    def __enter__(self) -> ConsoleProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def planned(self, course: Course) -> None:
        """Says what the run will spend at most, and how many checks there are."""
        self._bar.update(self._task, total=len(course.plan.steps))
        self._console.print(Text(foreseen(course)), soft_wrap=True)

    def started(self, check: Check, profile: str, session: Session) -> None:
        """Shows the check that begins."""
        self._bar.update(
            self._task, description=f"{profile}  {check.title:.32}", spent=_spent(session)
        )

    def ended(self, check: Check, profile: str, session: Session) -> None:  # noqa: ARG002
        """Moves on by one check."""
        self._bar.update(self._task, advance=1, spent=_spent(session))


def _spent(session: Session) -> str:
    spent, budget = session.meter.spent, session.meter.key_budget_bits
    told = f"{bits_in_words(spent.key_bits)} of {bits_in_words(budget)}, {spent.requests} requests"
    return f"{spent.pairs} pairs, {told}" if spent.pairs else told
