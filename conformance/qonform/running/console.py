"""What a person sees of a run: progress on a terminal, and a few lines at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from qonform.running.amounts import bits_in_words
from qonform.running.foresight import foreseen

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from qonform.judging import Check
    from qonform.running.course import Course
    from qonform.running.session import Session

_STYLE = {"conforming": "bold green", "non_conforming": "bold red", "inconclusive": "bold yellow"}
_WORD = {
    "conforming": "CONFORMING",
    "non_conforming": "NOT CONFORMING",
    "inconclusive": "INCONCLUSIVE",
}
_SHOWN = 8


class ConsoleProgress:
    """A line that says what is being checked, and what is spent and left. Nothing in a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console
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
        self._console.print(Text(f"  {foreseen(course)}"), soft_wrap=True)

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
    return f"{bits_in_words(spent.key_bits)} of {bits_in_words(budget)}, {spent.requests} requests"


def conclude(console: Console, results: dict[str, Any], report: Path) -> None:
    """Ends a run: verdict, counts, what to fix first, what was spent, where the report is."""
    summary, run = results["summary"], results["run"]
    word = Text(_WORD[summary["verdict"]], style=_STYLE[summary["verdict"]])
    console.print(word, Text(summary["sentence"]), soft_wrap=True)
    for error in run.get("errors", ()):
        console.print(Text(f"  suite error  {error}", style="bold red"), soft_wrap=True)
    console.print(Text(f"  {_count_line(summary)}"), soft_wrap=True)
    _fix_first(console, results)
    _open(console, results)
    _unpaid(console, run.get("plan", {}))
    spent = run["spent"]
    console.print(
        Text(
            f"  spent {bits_in_words(spent['key_bits'])} in {spent['keys']} keys, "
            f"{spent['requests']} requests, {run['duration_s']:.1f} s "
            f"({run.get('target_s', 0):.1f} s of it waiting for the target), seed {run['seed']}"
        ),
        soft_wrap=True,
    )
    console.print(Text(f"  report {report}"), soft_wrap=True)


def _count_line(summary: dict[str, Any]) -> str:
    return ", ".join(
        f"{number} {name.replace('_', ' ')}" for name, number in summary["counts"].items() if number
    )


def _fix_first(console: Console, results: dict[str, Any]) -> None:
    failed = [r for r in results["requirements"] if r["verdict"] == "fail"]
    shall = [r for r in failed if r["level"] == "shall"]
    for row in shall[:_SHOWN]:
        message = next(c["message"] for c in row["checks"] if c["verdict"] == "fail")
        console.print(
            Text("  fix", style="bold red"),
            Text(f"{row['id']} ({row['profile']})", style="bold"),
            Text(message),
            soft_wrap=True,
        )
    if len(shall) > _SHOWN:
        console.print(Text(f"  and {len(shall) - _SHOWN} more: see the report"))
    for row in [r for r in failed if r["level"] == "should"][:_SHOWN]:
        message = next(c["message"] for c in row["checks"] if c["verdict"] == "fail")
        console.print(
            Text("  warning", style="yellow"),
            Text(f"{row['id']} ({row['profile']})"),
            Text(message),
            soft_wrap=True,
        )


def _unpaid(console: Console, plan: dict[str, Any]) -> None:
    """What was not done, or done with less effort, for want of key."""
    if left_out := plan.get("left_out"):
        bits = bits_in_words(sum(step["key_bits"] for step in left_out))
        console.print(
            Text("  unpaid", style="yellow"),
            Text(f"{len(left_out)} checks would need up to {bits} more key"),
            soft_wrap=True,
        )
    if reduced := plan.get("reduced"):
        checks = f"{len(reduced)} check{'s' if len(reduced) > 1 else ''}"
        console.print(
            Text("  reduced", style="yellow"),
            Text(f"{checks} explored less than the effort asks for, for want of key"),
            soft_wrap=True,
        )


def _open(console: Console, results: dict[str, Any]) -> None:
    """Why mandatory requirements stayed open, one line a reason."""
    reasons: dict[str, int] = {}
    for row in results["requirements"]:
        if row["verdict"] == "inconclusive" and row["level"] == "shall":
            reason = row.get("reason", "")
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, number in sorted(reasons.items(), key=lambda r: -r[1])[:_SHOWN]:
        console.print(
            Text("  open", style="yellow"), Text(f"{number} x {reason:.200}"), soft_wrap=True
        )
