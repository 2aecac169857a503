"""Whether there is key enough for a run: in the budget, and in store by what Status says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qonform.checks.inventory import checks_over
from qonform.judging import Bench, Effort, Undecidable
from qonform.practice.doctor.line import Line, ok, warning
from qonform.running.wording import bits_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import Driver
    from qonform.target import Target

_EFFORTS = (Effort.QUICK, Effort.STANDARD)


@dataclass(frozen=True)
class Need:
    """What a run over one transport draws at most, and what is there."""

    key_size: int
    bits: dict[Effort, int]
    stored_bits: int | None
    """None where Status does not tell."""


def need(target: Target, driver: Driver) -> Need | None:
    """The need over one transport, by the limits in its Status; None if it gives none."""
    bench = Bench(target, driver, Effort.STANDARD, 0, Path())
    try:
        stored = bench.advertised.stored_key_count
    except Undecidable:
        return None
    finally:
        bench.close()
    offer = bench.offer
    bits = {e: sum(c.cost(offer, e) for c in checks_over(driver.profile)) for e in _EFFORTS}
    return Need(offer.key_size, bits, None if stored is None else stored * offer.key_size)


def stock(target: Target, needs: Sequence[Need]) -> Line:
    """Holds what a run over all transports draws at most against budget and store.

    Transports are taken to share one store, as those of one node do.
    """
    unit = max(n.key_size for n in needs)
    bits = {effort: sum(n.bits[effort] for n in needs) for effort in _EFFORTS}
    told = ", ".join(
        f"{effort} draws at most {-(-needed // unit)} keys ({bits_in_words(needed)})"
        for effort, needed in bits.items()
    )
    budget = target.limits.key_budget_bits
    if budget < bits[Effort.STANDARD]:
        return warning(
            "key",
            f"{told}; key_budget_bits allows {bits_in_words(budget)}",
            "raise key_budget_bits; what cannot be paid is left out, and named in the report",
        )
    known = [n.stored_bits for n in needs if n.stored_bits is not None]
    if not known:
        return warning("key", f"{told}; no Status tells what is stored", "let it tell")
    stored = min(known)
    in_store = f"{stored // unit} keys are stored"
    if stored < bits[Effort.STANDARD]:
        quick = ", or use --effort quick" if stored >= bits[Effort.QUICK] else ""
        return warning("key", f"{told}; {in_store}", f"let the store fill up{quick}")
    return ok("key", f"{told}; {in_store}")
