"""What a person sees of a self-test: progress on a terminal, and a few lines at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from qonform.selftest.record import SelfTest

_WORD = {
    "holds": Text("HOLDS", style="bold green"),
    "does_not_hold": Text("DOES NOT HOLD", style="bold red"),
    "incomplete": Text("INCOMPLETE", style="bold yellow"),
}


class ConsoleWatch:
    """How many networks are judged, which are being judged, how many faults survived.

    Nothing in a pipe.

    Args:
        console: where.
        networks: how many there are to judge.
        store: called with the self-test whenever a network has been judged.
    """

    def __init__(
        self, console: Console, networks: int, store: Callable[[SelfTest], object]
    ) -> None:
        self._store = store
        self._running: list[str] = []
        self._bar = Progress(
            MofNCompleteColumn(),
            BarColumn(24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[survivors]}", style="red"),
            TextColumn("{task.description}", style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=networks, survivors="")

    def __enter__(self) -> ConsoleWatch:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def started(self, name: str) -> None:
        """Shows one more under way."""
        self._running.append(name)
        self._bar.update(self._task, description=", ".join(self._running))

    def ended(self, name: str, selftest: SelfTest) -> None:
        """Moves on by one, and stores what is known."""
        self._running.remove(name)
        survivors = sum(row["outcome"] == "survived" for row in selftest.rows)
        self._bar.update(
            self._task,
            advance=1,
            description=", ".join(self._running),
            survivors=f"{survivors} survived" if survivors else "",
        )
        self._store(selftest)


def conclude(console: Console, found: dict[str, Any], page: Path) -> None:
    """Ends a self-test: verdict, a line for each survivor, what it took, where the page is."""
    summary, run, clean = found["summary"], found["run"], found["clean"]
    console.print(_WORD[summary["verdict"]], Text(summary["sentence"]), soft_wrap=True)
    for error in run.get("errors", ()):
        console.print(Text(f"  tool error  {error}", style="bold red"), soft_wrap=True)
    for finding in clean.get("findings", ()):
        _line(console, "false alarm", finding["requirement"], finding["message"])
    for row in found["faults"]:
        if row["outcome"] == "survived":
            breaks = ", ".join(row["requirements"])
            _line(console, "survivor", row["name"], f"{row['sentence']} It breaks {breaks}.")
    idle = [check["id"] for check in found["checks"] if not check["caught"]]
    if idle and not run["selection"]["faults"]:
        console.print(f"  {len(idle)} checks and monitors caught nothing: see the page")
    console.print(
        Text(
            f"  effort {run['effort']}, seed {run['seed']}, {run['workers']} at once, "
            f"{run['duration_s']:.0f} s"
        )
    )
    console.print(Text(f"  report {page}"), soft_wrap=True)


def _line(console: Console, word: str, name: str, words: str) -> None:
    console.print(
        Text(f"  {word}", style="bold red"), Text(name, style="bold"), Text(words), soft_wrap=True
    )
