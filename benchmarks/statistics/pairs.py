"""Prints how many pairs decide about a link, and how often the bounds of error are exceeded.

    python -m benchmarks.statistics.pairs [--runs 10000] [--seed 1]

Numpy is needed, and about half a minute on one core.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.statistics.false_alarms import clopper_pearson
from benchmarks.statistics.link_faults import FAULTS
from qonform.statistics.links.bets import log_e_above, log_e_below
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.cost import error_share, pairs_to_decide
from qonform.statistics.links.fidelity import Fidelity
from qonform.statistics.links.result import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BOUNDS = (0.1, 0.01, 0.001, 1e-6)
LOOKS = 3_333
"""Complete triples of pairs in a run of the simulation of false alarms."""
MIN_FIDELITY = 0.9
STATES = {
    "0.067, 0.067, 0.067": (1.0, 1.0, 1.0),
    "0.1, 0.1, 0": (1.5, 1.5, 0.0),
    "0.16, 0.02, 0.02": (2.4, 0.3, 0.3),
}
"""Errors at X, Y and Z of pairs whose fidelity is MIN_FIDELITY, in parts of their mean."""
CASES = (
    (0.95, 1e-3, "804 (1,261)"),
    (0.95, 1e-6, "1,454 (1,992)"),
    (1.0, 1e-3, "145"),
    (1.0, 1e-6, "248"),
    (0.85, 1e-3, "1,018"),
    (0.85, 1e-6, "1,940"),
    (0.8, 1e-3, "283"),
    (0.8, 1e-6, "552"),
    (0.25, 1e-6, "23"),
)
"""True fidelity, error bound, and the pairs that the design reckoned with: mean (90 %)."""
_DECIDING_RUNS = 100
_AT_ONCE = 500


def main() -> None:
    """Runs all simulations."""
    parser = argparse.ArgumentParser(description="What the statistics over pairs promise.")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.process_time()
    print("| true F | said of F >= 0.9 | error bound | floor | median | mean | 90 % "
          "| median, axes drawn | design, mean (90 %) |")  # fmt: skip
    print("| --- " * 9 + "|")
    for case in CASES:
        print(deciding_row(*case, given.seed), flush=True)
    due = " | ".join(f"at {bound:g}, {bound * given.runs:g} at most" for bound in BOUNDS)
    print(f"\n| errors at X, Y, Z | F | side | {due} | rate at {BOUNDS[0]:g}, 99 % |")
    print("| --- " * (4 + len(BOUNDS)) + "|")
    for row in alarm_rows(given.runs, given.seed):
        print(row, flush=True)
    print("\n| pairs that are not as they should be | found by | pairs, median | pairs, 90 % |")
    print("| --- " * 4 + "|")
    for what, (by, pairs_taken) in FAULTS.items():
        rng = random.Random(f"{given.seed} {what}")
        taken = [pairs_taken(rng) for _ in range(_DECIDING_RUNS)]
        print(f"| {what} | {by} | {np.median(taken):,.0f} | {np.quantile(taken, 0.9):,.0f} |",
              flush=True)  # fmt: skip
    print(f"\n{time.process_time() - began:.0f} s of CPU, seed {given.seed}")


def deciding_row(true: float, alpha: float, reckoned: str, seed: int) -> str:
    """Pairs with a common axis until F >= MIN_FIDELITY is decided, over 100 runs."""
    rng = random.Random(f"{seed} {true} {alpha}")
    decided = [_pairs_to_decide(rng, true, alpha, drawn=False) for _ in range(_DECIDING_RUNS)]
    by_lot = [_pairs_to_decide(rng, true, alpha, drawn=True) for _ in range(_DECIDING_RUNS)]
    (said,) = {verdict.value for verdict, _ in decided}
    taken = [pairs for _, pairs in decided]
    return (
        f"| {true:g} | {said} | {alpha:g} | {pairs_to_decide(alpha, true, MIN_FIDELITY):,.0f} "
        f"| {np.median(taken):,.0f} | {np.mean(taken):,.0f} | {np.quantile(taken, 0.9):,.0f} "
        f"| {np.median([pairs for _, pairs in by_lot]):,.0f} | {reckoned} |"
    )


def _pairs_to_decide(
    rng: random.Random, true: float, alpha: float, *, drawn: bool
) -> tuple[Verdict, int]:
    test, errors, pairs = Fidelity(MIN_FIDELITY, alpha, alpha), error_share(true), 0
    while (verdict := test.verdict) is Verdict.UNDECIDED:
        axis = rng.choice(PAULI_AXES) if drawn else PAULI_AXES[pairs % 3]
        test.see(axis, rng.random() < errors)
        pairs += 1
    return verdict, pairs


def alarm_rows(runs: int, seed: int) -> Iterator[str]:
    """False alarms of each side at its border, and of the passing side a little below it."""
    least = thresholds()
    for number, (errors, parts) in enumerate(STATES.items()):
        for fidelity in (MIN_FIDELITY, MIN_FIDELITY - 0.005):
            failed, passed = alarms(fidelity, parts, runs, seed + number, least)
            if fidelity == MIN_FIDELITY:  # below it, it fails rightly
                yield _alarm_row(errors, fidelity, "fails", failed, runs)
            yield _alarm_row(errors, fidelity, "passes", passed, runs)


def _alarm_row(errors: str, fidelity: float, side: str, counts: list[int], runs: int) -> str:
    low, high = clopper_pearson(counts[0], runs)
    columns = " | ".join(map(str, counts))
    return f"| {errors} | {fidelity:g} | {side} | {columns} | {low:.2g} to {high:.2g} |"


def alarms(
    fidelity: float,
    parts: tuple[float, float, float],
    runs: int,
    seed: int,
    least: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[list[int], list[int]]:
    """Runs that ever fail, and runs that ever pass, at each bound; a look after each triple.

    Args:
        fidelity: the true one.
        parts: errors at X, Y and Z, in parts of their mean.
        runs: how many.
        seed: of the drawing.
        least: what `thresholds` gives.
    """
    rng = np.random.default_rng(seed)
    chances = np.array(parts) * error_share(fidelity)
    too_many, few_enough = least
    failed, passed = np.zeros(len(BOUNDS), dtype=int), np.zeros(len(BOUNDS), dtype=int)
    for start in range(0, runs, _AT_ONCE):
        size = min(_AT_ONCE, runs - start), LOOKS
        errors = sum((rng.random(size) < chance).astype(np.int64) for chance in chances).cumsum(1)
        for at in range(len(BOUNDS)):
            failed[at] += (errors >= too_many[at]).any(1).sum()
            passed[at] += (errors <= few_enough[at]).any(1).sum()
    return failed.tolist(), passed.tolist()


def thresholds() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Errors that fail, and errors that pass, at the least and at the most: bound x look."""
    null = error_share(MIN_FIDELITY)
    too_many, few_enough = [], []
    for bound in BOUNDS:
        enough = -math.log(bound)
        most, least, of_bound = 0, -1, ([], [])
        for n in range(3, 3 * LOOKS + 1, 3):
            while log_e_above(n, most, null) < enough and most <= n:
                most += 1
            while log_e_below(n, least + 1, null) >= enough:
                least += 1
            of_bound[0].append(most)
            of_bound[1].append(least)
        too_many.append(of_bound[0])
        few_enough.append(of_bound[1])
    return np.array(too_many), np.array(few_enough)


if __name__ == "__main__":
    main()
