"""The last lines of a run: verdict, what to fix first, what stayed open, what was spent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from qonform.running.wording import bits_in_words, checks_in_words, visible

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

_STYLE = {"conforming": "bold green", "non_conforming": "bold red", "inconclusive": "bold yellow"}
_WORD = {
    "conforming": "CONFORMING",
    "non_conforming": "NOT CONFORMING",
    "inconclusive": "INCONCLUSIVE",
}
_SHOWN = 8


def conclude(console: Console, results: dict[str, Any], report: Path) -> None:
    """Ends a run: verdict, counts, what to fix first, what was spent, where the report is."""
    summary, run = results["summary"], results["run"]
    say = Lines(console)
    say(_WORD[summary["verdict"]], summary["sentence"], style=_STYLE[summary["verdict"]])
    for error in run.get("errors", ()):
        say("  suite error ", error, style="bold red")
    say("", _count_line(summary))
    _fix_first(say, results)
    _open(say, results)
    _unpaid(say, run.get("plan", {}))
    spent = run["spent"]
    say(
        "",
        f"spent {_drawn(spent)}, {spent['requests']} requests, {run['duration_s']:.1f} s "
        f"({run.get('target_s', 0):.1f} s of it waiting for the target), seed {run['seed']}",
    )
    say("", f"report {report}")


def _drawn(spent: dict[str, Any]) -> str:
    """What was drawn of keys, and of pairs if there were any."""
    keys = f"{bits_in_words(spent['key_bits'])} in {spent['keys']} keys"
    pairs = f"{spent['pairs']} entangled pairs"
    if not spent["pairs"]:
        return keys
    return f"{keys} and {pairs}" if spent["keys"] else pairs


class Lines:
    """Prints a line that begins with a styled word. Nothing in it can command the terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, word: str, *texts: str, style: str = "") -> None:
        """One line: a word, or two spaces if there is none, and what follows it."""
        parts = [Text(word or " ", style=style), *(Text(visible(text)) for text in texts)]
        self._console.print(*parts, soft_wrap=True)


def _count_line(summary: dict[str, Any]) -> str:
    return ", ".join(
        f"{number} {name.replace('_', ' ')}" for name, number in summary["counts"].items() if number
    )


def _fix_first(say: Lines, results: dict[str, Any]) -> None:
    failed = [r for r in results["requirements"] if r["verdict"] == "fail"]
    shall = [r for r in failed if r["level"] == "shall"]
    for word, style, rows in (
        ("  fix", "bold red", shall),
        ("  warning", "yellow", [r for r in failed if r["level"] == "should"]),
    ):
        for row in rows[:_SHOWN]:
            message = next(c["message"] for c in row["checks"] if c["verdict"] == "fail")
            say(word, f"{row['id']} ({row['profile']})", message, style=style)
        if len(rows) > _SHOWN:
            say("", f"and {len(rows) - _SHOWN} more: see the report")


def _open(say: Lines, results: dict[str, Any]) -> None:
    """Why mandatory requirements stayed open, one line a reason."""
    reasons = Counter(
        row.get("reason", "")
        for row in results["requirements"]
        if row["verdict"] == "inconclusive" and row["level"] == "shall"
    )
    for reason, number in reasons.most_common(_SHOWN):
        say("  open", f"{number} x {reason:.200}", style="yellow")


def _unpaid(say: Lines, plan: dict[str, Any]) -> None:
    """What was not done, or done with less effort, for want of key or pairs."""
    if left_out := plan.get("left_out"):
        bits, pairs = (sum(s.get(of, 0) for s in left_out) for of in ("key_bits", "pairs"))
        amounts = [f"{bits_in_words(bits)} more key"] if bits else []
        amounts += [f"{pairs} more pairs"] if pairs else []
        say(
            "  unpaid",
            f"{checks_in_words(len(left_out))} would need up to {' and '.join(amounts)}",
            style="yellow",
        )
    if reduced := plan.get("reduced"):
        say(
            "  reduced",
            f"{checks_in_words(len(reduced))} explored less, for want of key or pairs",
            style="yellow",
        )
