"""Prints how fast the reference network makes entangled pairs, and what that costs.

    python -m benchmarks.links [--rounds 3] [--pairs 20000] [--kept 100000]

Ratios are of figures measured in this run, in turns, on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.links import memory
from benchmarks.links.cores import Chain, Links, pairs_per_second
from benchmarks.links.stream import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NODES_OF_THE_CHAIN = 5
SIZES = (1, 5, 10, 50)


def rates(rounds: int, pairs: int) -> Iterator[str]:
    """What is made without a transport: a row for each network."""
    yield "| without a transport | pairs, 1/s | and link, 1/s | µs a pair |"
    yield "| --- | --- | --- | --- |"

    def median(make: Callable[[int], None], made: int) -> float:
        return statistics.median(pairs_per_second(make, made) for _ in range(rounds))

    for links in SIZES:
        per_link = median(Links(links).make, max(1, pairs // links))
        yield _rate(f"{links} link{'s' * (links > 1)}, measured", per_link * links, links)
    yield _rate("1 link, kept and then measured", median(Links(1).keep, pairs // 4), 1)
    hops = NODES_OF_THE_CHAIN - 1
    ends = median(Chain(NODES_OF_THE_CHAIN).make, max(1, pairs // 10))
    yield _rate(f"a chain of {NODES_OF_THE_CHAIN} nodes, pairs of its ends", ends, hops)


def _rate(name: str, per_s: float, links: int) -> str:
    return f"| {name} | {per_s:.0f} | {per_s / links:.0f} | {1e6 / per_s:.0f} |"


def telling(rounds: int, pairs: int) -> Iterator[str]:
    """What it costs to tell of a pair: a row for each way, and its ratio to the bare stream."""
    yield "| a stream with mutual TLS on loopback | messages, 1/s | server, µs a message | ratio |"
    yield "| --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory(prefix="qonform-bench-") as folder:
        measured = asyncio.run(told(Path(folder), rounds, pairs))
    ways = {
        "pairs, told as they are made": [one.live for one in measured],
        "pairs, told once they are made": [one.kept for one in measured],
        f"bare, {measured[0].size} bytes": [one.bare for one in measured],
    }
    for name, costs in ways.items():
        per_s = statistics.median(cost.per_s for cost in costs)
        core_us = statistics.median(cost.core_us for cost in costs)
        beside = zip(costs, measured, strict=True)
        ratio = statistics.median(cost.core_us / one.bare.core_us for cost, one in beside)
        yield f"| {name} | {per_s:.0f} | {core_us:.0f} | {ratio:.2f} |"


def keeping(pairs: int) -> Iterator[str]:
    """What memory grows by: a row for each lot of pairs."""
    yield "| pairs of one link | memory grows by, MB | bytes a pair |"
    yield "| --- | --- | --- |"
    for lot, grown in enumerate(memory.grown(pairs)):
        name = f"{lot * pairs:,} to {(lot + 1) * pairs:,}"
        yield f"| {name} | {grown / 1e6:.1f} | {grown / pairs:.0f} |"


def main() -> None:
    """Runs all benchmarks."""
    parser = argparse.ArgumentParser(description="What entangled links cost.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=20_000, help="in a round")
    parser.add_argument("--kept", type=int, default=100_000, help="of which memory is measured")
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    tables = (
        rates(given.rounds, given.pairs),
        telling(given.rounds, given.pairs),
        keeping(given.kept),
    )
    for table in tables:
        print()
        for row in table:
            print(row, flush=True)


if __name__ == "__main__":
    main()
