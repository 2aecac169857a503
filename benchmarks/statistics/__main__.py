"""Prints how often ideal keys raise an alarm, and how many bits it takes to find keys that are not.

    python -m benchmarks.statistics [--runs 100000] [--seed 1]

Numpy is needed, and about five minutes on one core.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.statistics import false_alarms, power
from benchmarks.statistics.vectorised import TESTS
from qonform.statistics.family import KEY_TESTS

BOUNDS = (0.1, 0.01, 0.001, 1e-6)
BIASES = (0.01, 0.02, 0.05, 0.1, 0.25)


def main() -> None:
    """Runs all simulations."""
    parser = argparse.ArgumentParser(description="What the statistics over keys promise.")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    runs, seed = given.runs, given.seed
    began = time.process_time()
    print(f"{runs:,} runs of {false_alarms.KEYS} ideal keys of {8 * false_alarms.LENGTH} bit\n")
    columns = " | ".join(f"`{test}`" for test in TESTS)
    print(f"| error bound | alarms, at most | alarms | rate, 99 % | share, at most | {columns} |")
    print("| --- " * (5 + len(TESTS)) + "|")
    for row in false_alarms.rows(false_alarms.simulate(runs, seed), BOUNDS):
        print(row, flush=True)
    print("\n| `repeats`, blocks of 24 bit, share | runs | at most | alarms | rate, 99 % |")
    print("| --- | --- | --- | --- | --- |")
    for bound in BOUNDS[:3]:
        share, few = bound / len(KEY_TESTS), runs // 10
        alarms = false_alarms.simulate_repeats(few, share, seed)
        low, high = false_alarms.clopper_pearson(alarms, few)
        print(
            f"| {share:.3g} | {few:,} | {share * few:.3g} | {alarms} | {low:.2g} to {high:.2g} |",
            flush=True,
        )
    print("\n| bias | KL, nat | floor, bit | floor at its share | median, bit | 90 %, bit "
          "| mean / floor | median / floor | 90 % / floor |")  # fmt: skip
    print("| --- " * 9 + "|")
    for bias in BIASES:
        print(power.bias_row(bias, max(20, runs // 50), seed), flush=True)
    print("\n| keys that are not ideal | found by | keys, median | keys, 90 % | bits, median |")
    print("| --- " * 5 + "|")
    for row in power.other_rows(max(10, runs // 500), seed):
        print(row, flush=True)
    print(f"\n{time.process_time() - began:.0f} s of CPU, seed {seed}")


if __name__ == "__main__":
    main()
