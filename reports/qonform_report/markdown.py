"""summary.md: what a CI job shows on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform_report.concerns import fix_first
from qonform_report.markdown_text import code_block, escaped
from qonform_report.validation import validate
from qonform_report.words import (
    LEVELS,
    LOOKS,
    OVERALL,
    VERDICTS,
    counted,
    duration,
    first_failed,
    implementation,
    is_cut_short,
    is_warning,
    moment,
    proven,
    why_cut_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_ROWS = 40
"""Rows of one table; a job's page has a limit, and its reader too."""

_MARKS = {"conforming": "✅", "non_conforming": "❌", "inconclusive": "❔"}


def render_summary(results: Mapping[str, Any]) -> str:
    """The results as GitHub's Markdown; whatever came from outside stands there as plain text."""
    validate(results)
    blocks = [
        *_head(results),
        _counts(results["summary"]["by_level"]),
        *_failures(results["requirements"]),
        *_warnings(results["requirements"]),
        *_undecided(results["requirements"]),
        *_faults(results["run"].get("errors", [])),
        *_record(results["run"]),
    ]
    return "\n\n".join(blocks) + "\n"


def _head(results: Mapping[str, Any]) -> Iterator[str]:
    summary = results["summary"]
    verdict = summary["verdict"]
    mark = "⚠️" if is_cut_short(results) and verdict == "conforming" else _MARKS[verdict]
    yield f"## {mark} {escaped(implementation(results))}: {OVERALL[verdict].word.lower()}"
    if is_cut_short(results):
        why = escaped(why_cut_short(results))
        yield f"> [!WARNING]\n> **Incomplete run:** {why}. What follows is what was known by then."
    yield escaped(summary["sentence"])


def _counts(by_level: Mapping[str, Mapping[str, int]]) -> str:
    head = ["", *(LOOKS[verdict].word for verdict in VERDICTS)]
    rows = [
        [f"**{level}**", *(str(by_level[level][verdict] or "·") for verdict in VERDICTS)]
        for level in LEVELS
        if level in by_level
    ]
    return _table(head, rows, right_from=1)


def _failures(requirements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    causes = fix_first(requirements)
    failures = [failure for cause in causes for failure in cause.failures]
    if failures:
        n = counted(len(failures), "failed shall", "failed shall")
        yield f"### {n}, what to fix first on top"
        yield from _findings(failures)


def _warnings(requirements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    warnings = list(filter(is_warning, requirements))
    if warnings:
        yield f"### {counted(len(warnings), 'warning')} (a should that failed)"
        yield from _findings(warnings)


def _findings(failed: list[Mapping[str, Any]]) -> Iterator[str]:
    rows = []
    for each in failed[:MOST_ROWS]:
        check = first_failed(each)
        clause = f"clause {escaped(each['clause'])}"
        rows.append(
            [
                "<br>".join(filter(None, (f"**{escaped(each['id'])}**", clause, _proven(each)))),
                escaped(each["statement"]),
                escaped(check.get("expected", "")),
                escaped(check.get("actual") or check.get("message", "")),
            ]
        )
    yield _table(["requirement", "it says", "expected", "actual"], rows)
    yield from _more(failed)


def _proven(requirement: Mapping[str, Any]) -> str:
    return f"its checks: {words}" if (words := proven(requirement)) else ""


def _undecided(requirements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    shall = [each for each in requirements if each["level"] == "shall"]
    undecided = [each for each in shall if each["verdict"] == "inconclusive"]
    if undecided:
        yield f"### {counted(len(undecided), 'shall', 'shall')} left undecided"
        rows = [
            [f"**{escaped(each['id'])}**", f"clause {escaped(each['clause'])}", escaped(_why(each))]
            for each in undecided[:MOST_ROWS]
        ]
        yield _table(["requirement", "where", "why"], rows)
        yield from _more(undecided)
    if untested := sum(each["verdict"] == "not_tested" for each in shall):
        yield f"{counted(untested, 'shall', 'shall')} not tested: index.html lists them with why."


def _why(requirement: Mapping[str, Any]) -> str:
    messages = [each["message"] for each in requirement["checks"] if each["message"]]
    return requirement.get("reason") or "; ".join(messages) or "no reason was given"


def _more(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(rows) > MOST_ROWS:
        yield f"and {counted(len(rows) - MOST_ROWS, 'more', 'more')}, in index.html."


def _faults(errors: Iterable[str]) -> Iterator[str]:
    lines = [f"- {escaped(error)}" for error in errors]
    if lines:
        yield "### Faults of the suite itself"
        yield "\n".join(lines)


def _record(run: Mapping[str, Any]) -> Iterator[str]:
    spent = run["spent"]
    yield "### Spent, and how to repeat it"
    parts = [
        counted(spent["key_bits"], "key bit"),
        counted(spent["keys"], "key"),
        *([counted(spent["pairs"], "pair")] if spent["pairs"] else []),
        counted(spent["requests"], "request"),
        counted(spent["connections"], "connection"),
    ]
    yield (
        f"{', '.join(parts)} in {duration(run['duration_s'])}; effort {run['effort']}, "
        f"seed {run['seed']}, started {escaped(moment(run['started']))}, "
        f"Qonform {escaped(run['qonform_version'])}."
    )
    yield code_block(run["command"], "sh")


def _table(head: list[str], rows: list[list[str]], right_from: int | None = None) -> str:
    rule = ["---" if right_from is None or n < right_from else "--:" for n in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
