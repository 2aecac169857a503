"""selftest.md: a self-test on one page of GitHub's Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform_report.markdown_text import code_block, escaped
from qonform_report.validation import validate_selftest
from qonform_report.words import drawn, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def render_selftest_summary(selftest: Mapping[str, Any]) -> str:
    """What became of each fault: survivors first, then a line for each."""
    validate_selftest(selftest)
    blocks = [
        *_head(selftest),
        *_survivors(selftest["faults"]),
        *_table(selftest["faults"]),
        *_idle(selftest),
        *_unbroken(selftest["requirements"]),
        "## How to repeat it",
        code_block(f"{selftest['run']['command']} --seed {selftest['run']['seed']}", "sh"),
    ]
    return "\n\n".join(blocks) + "\n"


def _head(selftest: Mapping[str, Any]) -> Iterator[str]:
    run = selftest["run"]
    yield "# Seeded faults"
    if not selftest["complete"]:
        why = escaped(run.get("interrupted", "it is not over yet"))
        yield f"> [!WARNING]\n> **Incomplete:** {why}."
    yield selftest["summary"]["sentence"]
    yield (
        f"At `--effort {run['effort']}`, seed {run['seed']}, {run['workers']} at once, in "
        f"{duration(run['duration_s'])}. A fault is caught when at least one of the requirements "
        "that it breaks fails."
    )


def _survivors(faults: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    survivors = [each for each in faults if each["outcome"] == "survived"]
    if survivors:
        yield "## Survivors"
        yield "\n".join(
            f"- **{each['name']}** ({each['level']}): {escaped(each['sentence'])} "
            f"It breaks {', '.join(each['requirements'])}; the run said "
            + escaped(
                "; ".join(f"{s['verdict']}: {s['message']}" for s in each["said_instead"])
                or "nothing of them"
            )
            for each in survivors
        )


def _table(faults: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "\n".join(
        (
            "| fault | caught by | failed beside | drawn |",
            "| --- | --- | --- | --: |",
            *(_row(each) for each in faults),
        )
    )


def _row(fault: Mapping[str, Any]) -> str:
    findings = fault.get("findings", ())
    mine = dict.fromkeys(each["requirement"] for each in findings if each["seeded"])
    others = dict.fromkeys(each["requirement"] for each in findings if not each["seeded"])
    by = ", ".join(mine) or f"**{fault['outcome'].replace('_', ' ')}**"
    cost = drawn(fault["run"]) if "run" in fault else ""
    return f"| {fault['name']} | {by} | {', '.join(others)} | {cost} |"


def _idle(selftest: Mapping[str, Any]) -> Iterator[str]:
    idle = [each["id"] for each in selftest["checks"] if not each["caught"]]
    if idle and not selftest["run"]["selection"]["faults"]:
        yield "## Checks and monitors that caught nothing"
        yield "\n".join(f"- `{id_}`" for id_ in idle)


def _unbroken(requirements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    ids = [r["id"] for r in requirements if r["level"] == "shall" and not r["seeded"]]
    if ids:
        yield "## Mandatory requirements that no seeded fault breaks"
        yield ", ".join(ids)
