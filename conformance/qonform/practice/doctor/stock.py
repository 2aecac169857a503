"""Whether the target has key enough for a run, by what its Status says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qonform.checks.inventory import checks_over
from qonform.judging import Bench, Effort, Undecidable
from qonform.practice.doctor.line import Line, ok, warning
from qonform.running.amounts import bits_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.judging import Driver
    from qonform.target import Target


def stock(target: Target, driver: Driver) -> Iterator[Line]:
    """Holds what a run draws at most against the budget, and against what is stored."""
    bench = Bench(target, driver, Effort.STANDARD, 0, Path())
    try:
        stored = bench.advertised.stored_key_count
    except Undecidable:
        return
    finally:
        bench.close()
    offer, subject = bench.offer, f"key over {driver.profile}"
    needed = {
        effort: sum(check.cost(offer, effort) for check in checks_over(driver.profile))
        for effort in (Effort.QUICK, Effort.STANDARD)
    }
    told = ", ".join(
        f"{effort} draws at most {-(-bits // offer.key_size)} keys ({bits_in_words(bits)})"
        for effort, bits in needed.items()
    )
    budget = target.limits.key_budget_bits
    enough = {effort for effort, bits in needed.items() if bits <= budget}
    if not enough >= needed.keys():
        yield warning(
            subject,
            f"{told}; key_budget_bits allows {bits_in_words(budget)}",
            "raise key_budget_bits; what cannot be paid is left out, and named in the report",
        )
    elif stored is None:
        yield warning(subject, f"{told}; Status does not tell what is stored", "let it tell")
    elif stored * offer.key_size < needed[Effort.STANDARD]:
        quick = stored * offer.key_size >= needed[Effort.QUICK]
        yield warning(
            subject,
            f"{told}; {stored} keys are stored",
            "let the store fill up" + (", or use --effort quick" if quick else ""),
        )
    else:
        yield ok(subject, f"{told}; {stored} keys are stored")
