"""A plan in words: what a run will draw at most, check by check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from qonform.running.wording import bits_in_words, checks_in_words

if TYPE_CHECKING:
    from rich.console import Console

    from qonform.running.course import Course


def foreseen(course: Course) -> str:
    """What a run will spend at most, in one line."""
    plan, unit = course.plan, course.key_size
    line = f"plan: {checks_in_words(len(plan.steps))}, at most {_keys(plan.bits, unit)}"
    if more := course.shortening_bits:
        line += f" if all is well; what fails is made short, for at most {_keys(more, unit)} more"
    if plan.left_out:
        missing = _keys(plan.missing_bits, unit)
        line += f"; {checks_in_words(len(plan.left_out))} left out, for up to {missing}"
    if course.again:
        line += f"; then chance again and again, within {_keys(course.budget_bits, unit)} in all"
    return f"{line}, while a key has {unit} bit"


def show(console: Console, course: Course) -> None:
    """Prints the plan: a table on a terminal, one line a check with tabs in a pipe."""
    plan, unit = course.plan, course.key_size
    table = Table("check", "profile", "effort", "keys at most", "decides", box=None)
    for kind, steps in (("", plan.steps), ("left out", plan.left_out)):
        for planned in steps:
            check, decides = planned.step.check, " ".join(sorted(planned.step.decides)) or "-"
            keys, effort = f"{planned.bits / unit:.3g}", kind or planned.effort.value
            row = (check.id, planned.step.profile, effort, keys, decides)
            table.add_row(*map(Text, row))
            if not console.is_terminal:
                console.print(Text("\t".join(row)), soft_wrap=True)
    if console.is_terminal:
        console.print(table)
    console.print(Text(foreseen(course)), soft_wrap=True)


def _keys(bits: int, unit: int) -> str:
    return f"{-(-bits // unit)} keys ({bits_in_words(bits)})"
