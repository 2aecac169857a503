"""Judges machine-made mutants of the reference network, and writes the page about them.

    python -m benchmarks.mutants [--workers 2] [--sample 500] [--module GLOB] [--for MINUTES]
    python -m benchmarks.mutants --again survived        # after a check was added
    python -m benchmarks.mutants --limit 0               # the page alone

What was judged before is not judged again, so an interrupted campaign goes on, in one fixed random
order, until there is a sample of the size asked for. A greater size goes on with the same order.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mutants.judging import Workplace, judged
from benchmarks.mutants.keeping import Ended, Outcomes, all_mutants
from benchmarks.mutants.page import Campaign, page, read_explanations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.mutants.making import Mutant

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUTCOMES = HERE / "outcomes.jsonl"
EXPLANATIONS = HERE / "survivors.toml"
SEED = 14


def in_order(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The mutants in a random order, which stays the same when some come or go."""

    def drawn(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{SEED} {mutant.id}".encode()).digest()

    return sorted(mutants, key=drawn)


def campaign(mutants: Sequence[Mutant], outcomes: Outcomes, workers: int, minutes: float) -> None:
    """Judges mutants, `workers` at a time; begins no new one when the time is over."""
    until = time.monotonic() + minutes * 60

    def one(mutant: Mutant) -> None:
        if time.monotonic() < until:
            outcome = judged(mutant, place)
            outcomes.add(outcome)
            found = " ".join(outcome.shall or outcome.should) or outcome.said
            print(f"{outcome.ended:<11} {outcome.stage:<8} {mutant.id}  {found[:80]}", flush=True)

    with Workplace.open() as place, ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, mutants))


def main() -> None:
    """Goes on with the campaign, then writes the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int, default=500, help="how many mutants there are to be")
    parser.add_argument("--module", default="*", metavar="GLOB", help="only those of these modules")
    parser.add_argument("--limit", type=int, help="judge so many at most")
    parser.add_argument(
        "--for", dest="minutes", type=float, default=float("inf"), metavar="MINUTES"
    )
    parser.add_argument("--again", type=Ended, help="judge those again that ended so")
    parser.add_argument("--outcomes", type=Path, default=OUTCOMES)
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "campaigns" / "mutants.md")
    given = parser.parse_args()

    everything = in_order(all_mutants(ROOT / ".qonform" / "mutants"))
    outcomes = Outcomes(given.outcomes)
    known = [(mutant, outcomes.of(mutant.id)) for mutant in everything]
    if given.again:
        due = [mutant for mutant, outcome in known if outcome and outcome.ended is given.again]
    else:
        due = [mutant for mutant, outcome in known if outcome is None]
        due = due[: max(0, given.sample - (len(known) - len(due)))]
    due = [mutant for mutant in due if fnmatch(mutant.module, given.module)][: given.limit]
    if due:
        campaign(due, outcomes, given.workers, given.minutes)
        outcomes.tidy({mutant.id for mutant in everything})
    try:
        explanations = read_explanations(EXPLANATIONS)
        told = Campaign.of(everything, outcomes, explanations)
    except ValueError as error:
        sys.exit(f"{EXPLANATIONS.name}: {error}")
    given.page.write_text(
        page(told, f"python -m benchmarks.mutants --sample {len(told.judged)}"), "utf-8"
    )


if __name__ == "__main__":
    main()
