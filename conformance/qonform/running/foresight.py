"""A plan in words: what a run will draw at most, check by check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from qonform.judging import Resource
from qonform.running.wording import bits_in_words, checks_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from qonform.running.course import Course
    from qonform.running.planning import Planned


def foreseen(course: Course) -> str:
    """What a run will spend at most, in one line."""
    plan, told = course.plan, partial(_amounts, course)
    line = f"plan: {checks_in_words(len(plan.steps))}, at most {told(plan.most)}"
    if any(course.to_shorten(resource) for resource in course.resources):
        line += (
            f" if all is well; what fails is made short, for at most {told(course.to_shorten)} more"
        )
    if plan.left_out:
        line += f"; {checks_in_words(len(plan.left_out))} left out, for up to {told(plan.missing)}"
    if course.again:
        line += f"; then chance again and again, within {told(course.budget)} in all"
    if Resource.KEY in course.resources:
        line += f", while a key has {course.key_size} bit"
    return line


def show(console: Console, course: Course) -> None:
    """Prints the plan: a table on a terminal, one line a check with tabs in a pipe."""
    plan, unit = course.plan, course.key_size
    table = Table("check", "profile", "effort", "at most", "decides", box=None)
    for kind, steps in (("", plan.steps), ("left out", plan.left_out)):
        for planned in steps:
            check, decides = planned.step.check, " ".join(sorted(planned.step.decides)) or "-"
            amount, effort = _amount(planned, unit), kind or planned.effort.value
            row = (check.id, planned.step.profile, effort, amount, decides)
            table.add_row(*map(Text, row))
            if not console.is_terminal:
                console.print(Text("\t".join(row)), soft_wrap=True)
    if console.is_terminal:
        console.print(table)
    console.print(Text(foreseen(course)), soft_wrap=True)


def _amounts(course: Course, of: Callable[[Resource], int]) -> str:
    told = {
        Resource.KEY: lambda: _keys(of(Resource.KEY), course.key_size),
        Resource.PAIRS: lambda: f"{of(Resource.PAIRS)} pairs",
    }
    return " and ".join(told[resource]() for resource in course.resources)


def _amount(planned: Planned, unit: int) -> str:
    if planned.resource is Resource.PAIRS:
        return f"{planned.most} pairs"
    return f"{planned.most / unit:.3g} keys"


def _keys(bits: int, unit: int) -> str:
    return f"{-(-bits // unit)} keys ({bits_in_words(bits)})"
