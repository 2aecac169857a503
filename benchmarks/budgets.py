"""Prints how much is decided with how many keys: one table, of runs over the reference network.

python -m benchmarks.budgets [--keys 20 50 200 1000] [--effort standard]
"""

from __future__ import annotations

import argparse
from collections import Counter

from qonform.selftest.judged import judge_altered


def row(keys: int, effort: str) -> str:
    """What is decided over REST with so many keys of 256 bit."""
    arguments = ("--profile", "etsi-014", "--effort", effort, "--seed", "1")
    results = judge_altered([], *arguments, "--budget", str(keys)).results
    shall = Counter(r["verdict"] for r in results["requirements"] if r["level"] == "shall")
    others = Counter(r["verdict"] for r in results["requirements"] if r["level"] != "shall")
    run = results["run"]
    price = sum(step["key_bits"] for step in run["plan"]["left_out"]) / 256
    return (
        f"| {keys} | {shall['pass']} of {shall['pass'] + shall['inconclusive']} "
        f"| {others['pass']} of {others['pass'] + others['inconclusive']} "
        f"| {run['spent']['key_bits'] / 256:.0f} | {len(run['plan']['reduced'])} "
        f"| {len(run['plan']['left_out'])} | {price:.0f} |"
    )


def main() -> None:
    """Runs the suite once for each budget."""
    parser = argparse.ArgumentParser(description="Requirements decided, by keys allowed.")
    parser.add_argument("--keys", type=int, nargs="+", default=[20, 50, 200, 1000])
    parser.add_argument("--effort", default="standard")
    given = parser.parse_args()
    print("| keys allowed | *shall* decided | *should* and *may* decided | keys spent |"
          " checks with less effort | checks left out | their price in keys, at most |\n"
          "| --- | --- | --- | --- | --- | --- | --- |")  # fmt: skip
    for keys in given.keys:
        print(row(keys, given.effort), flush=True)


if __name__ == "__main__":
    main()
