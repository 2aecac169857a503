"""How often ideal keys raise an alarm, at any look, in simulated runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.statistics.vectorised import TESTS, highest, log_e_after_each_key
from qonform.statistics.family import KEY_TESTS
from qonform.statistics.key_test import Sample
from qonform.statistics.repeats import RepeatedBlocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

KEYS, LENGTH = 200, 32
"""Of a run: so many keys, of so many bytes."""
SHORT_BLOCK = 3
"""Bytes of the blocks with which repeats are simulated: those of 8 bytes never come again."""
_AT_ONCE = 1_000


def simulate(runs: int, seed: int) -> NDArray[np.float64]:
    """Highest e-value of each test in each run, looked for after every key: run x test, in nats."""
    rng = np.random.default_rng(seed)
    parts = []
    for start in range(0, runs, _AT_ONCE):
        number = min(_AT_ONCE, runs - start)
        keys = rng.integers(0, 256, (number, KEYS, LENGTH), dtype=np.uint8)
        parts.append(highest(log_e_after_each_key(keys)))
    return np.concatenate(parts)


def simulate_repeats(runs: int, share: float, seed: int) -> int:
    """Runs in which short blocks of ideal keys raise an alarm before their share is used up."""
    rng = np.random.default_rng(seed)
    alarms = 0
    for _ in range(runs):
        test = RepeatedBlocks(-math.log(share), width=SHORT_BLOCK)
        seen = -1
        while test.n != seen:  # until it takes no more
            seen = test.n
            test.see(Sample(rng.bytes(LENGTH), "", 0))
        alarms += test.log_e >= test.threshold
    return alarms


def rows(peaks: NDArray[np.float64], bounds: tuple[float, ...]) -> Iterator[str]:
    """For each error bound: alarms of all tests together, and of each at its share."""
    runs = len(peaks)
    for bound in bounds:
        share = bound / len(KEY_TESTS)
        alarms = peaks >= -math.log(share)
        together = int(alarms.any(1).sum())
        low, high = clopper_pearson(together, runs)
        each = " | ".join(f"{int(alarms[:, test].sum())}" for test in range(len(TESTS)))
        yield (
            f"| {bound:g} | {bound * runs:g} | {together} | {low:.2g} to {high:.2g} "
            f"| {share * runs:.3g} | {each} |"
        )


def clopper_pearson(successes: int, trials: int, confidence: float = 0.99) -> tuple[float, float]:
    """Exact bounds on a probability, from how often it came true."""
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else _root(lambda p: 1 - _at_most(successes - 1, trials, p), tail)
    high = 1.0 if successes == trials else _root(lambda p: -_at_most(successes, trials, p), -tail)
    return low, high


def _at_most(most: int, trials: int, p: float) -> float:
    """Chance of at most so many successes."""
    term = trials * math.log1p(-p)
    logs = [term]
    odds = math.log(p) - math.log1p(-p)
    for k in range(most):
        term += math.log(trials - k) - math.log(k + 1) + odds
        logs.append(term)
    top = max(logs)
    return min(1.0, math.exp(top) * sum(math.exp(each - top) for each in logs))


def _root(rising: Callable[[float], float], level: float) -> float:
    """Where a rising function of a probability reaches a level."""
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) >= level else (middle, high)
    return high
