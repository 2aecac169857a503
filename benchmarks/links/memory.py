"""What a network of one link keeps in memory as it makes pairs.

    python -m benchmarks.links.memory PAIRS

Prints, for three lots of PAIRS one after the other, by how many bytes what Python holds has grown.
It runs in a process of its own, for the tracing of memory makes all slow.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc

from benchmarks.links.cores import AT_ONCE, Links

_LOTS = 3


def grown(pairs: int) -> list[int]:
    """Bytes by which each lot of pairs has made it grow; in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.links.memory", str(pairs)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [int(word) for word in told.split()]


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def main() -> None:
    """Measures here."""
    links, pairs = Links(1), int(sys.argv[1])
    links.make(AT_ONCE // 10)
    tracemalloc.start()
    before = _held()
    for _ in range(_LOTS):
        links.make(pairs)
        now = _held()
        print(now - before)
        before = now


if __name__ == "__main__":
    main()
