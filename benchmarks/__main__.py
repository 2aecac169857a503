"""Prints how fast the reference network is beside bare servers, and what a judging run costs.

    python -m benchmarks [--rounds 3] [--requests 4000]

Every ratio is of two figures measured in this run, in turns, on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import servers, store, suite

if TYPE_CHECKING:
    from benchmarks.load import Rate


def show(name: str, ours: list[Rate], bare: list[Rate]) -> str:
    """One row: medians over the rounds, and the median of each round's ratio."""
    ratio = statistics.median(o.per_s / b.per_s for o, b in zip(ours, bare, strict=True))

    def median(rates: list[Rate]) -> str:
        per_s, p50, p99 = (
            statistics.median(getattr(r, part) for r in rates)
            for part in ("per_s", "p50_ms", "p99_ms")
        )
        return f"{per_s:.0f} | {p50:.2f} / {p99:.2f}"

    return f"| {name} | {median(ours)} | {median(bare)} | {ratio:.2f} |"


def main() -> None:
    """Runs all benchmarks."""
    parser = argparse.ArgumentParser(description="Ratios measured in one run.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=4000)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    with tempfile.TemporaryDirectory(prefix="qonform-bench-") as scratch:
        print("| with mutual TLS on loopback | reference, 1/s | p50 / p99 ms | bare, 1/s |"
              " p50 / p99 ms | ratio |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip
        for name, ours, bare in asyncio.run(
            servers.compare(Path(scratch), given.rounds, given.requests)
        ):
            print(show(name, ours, bare), flush=True)
    print("\n| keys not yet fetched | Get key | Get key with key IDs |\n| --- | --- | --- |")
    for row in asyncio.run(store.growth((1_000, 10_000, 100_000, 1_000_000))):
        print(row, flush=True)
    print("\n| effort | duration | in the suite / in the target | key bits | requests |")
    print("| --- | --- | --- | --- | --- |")
    for effort in ("quick", "standard"):
        print(suite.cost(effort), flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
