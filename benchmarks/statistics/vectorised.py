"""The tests over keys, for a thousand runs at once: the same e-values as those of the suite.

Runs are alike here: so many keys of one length on one link. What each test reads is described in
`qonform.statistics`; a test of the suite holds the two against each other.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from qonform.statistics.betting import CONCENTRATIONS
from qonform.statistics.dependence import LAGS
from qonform.statistics.positions import log_e_of_place, staked
from qonform.statistics.symbols import BYTES, log_e_of_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bytes = NDArray[np.uint8]

TESTS = ("bits", "bytes", "within", "between", "positions")
"""Those whose e-values are simulated. That of `repeats` is a count beside an exact bound."""


def log_e_after_each_key(keys: Bytes) -> dict[str, Floats]:
    """The e-values of each test after each key of each run.

    Args:
        keys: run x key x byte.

    Returns:
        Natural logarithms, run x key, by the test's id.
    """
    words = _words(keys)
    return {
        "bits": _log_e_of_bits(np.bitwise_count(words).sum(2, dtype=np.int64), 8 * keys.shape[2]),
        "bytes": _log_e_of_bytes(keys),
        "within": _log_e_within(words),
        "between": _log_e_between(words),
        "positions": _log_e_of_positions(keys),
    }


def highest(log_e: dict[str, Floats]) -> Floats:
    """Run x test: the highest e-value at any look; 0, where one begins, if none was higher."""
    return np.stack([np.maximum(log_e[test].max(1), 0.0) for test in TESTS], axis=1)


def _words(keys: Bytes) -> NDArray[np.uint64]:
    """Keys as words of 64 bits, the most significant first: run x key x word."""
    return np.ascontiguousarray(keys).view(">u8").astype(np.uint64)


@cache
def _log_gamma(concentration: float, most: int) -> Floats:
    return np.array([math.lgamma(count + concentration) for count in range(most + 1)])


def _log_average(logs: list[Floats]) -> Floats:
    top = np.maximum.reduce(logs)
    return top + np.log(sum(np.exp(each - top) for each in logs) / len(logs))


def _log_e_of_bits(ones: NDArray[np.int64], each: int) -> Floats:
    """E-values after each key, of which `each` bits count; `ones` of them, run x key."""
    runs_ones = ones.cumsum(1)
    n = each * np.arange(1, ones.shape[1] + 1)
    zeros = n - runs_ones
    logs = []
    for a in CONCENTRATIONS:
        table = _log_gamma(a, int(n[-1]))
        start = math.lgamma(2 * a) - 2 * math.lgamma(a)
        whole = n * math.log(2) - np.array([math.lgamma(each_n + 2 * a) for each_n in n])
        logs.append(start + whole + table[runs_ones] + table[zeros])
    return _log_average(logs)


def _log_e_of_bytes(keys: Bytes) -> Floats:
    runs, number, length = keys.shape
    most = number * length
    counts = np.zeros((runs, BYTES), dtype=np.intp)
    at = np.arange(runs)
    steps = [np.log(np.arange(most + 1) + a) for a in CONCENTRATIONS]
    sums = np.zeros((len(CONCENTRATIONS), runs))
    result = np.empty((runs, number))
    for key in range(number):
        for place in range(length):
            value = keys[:, key, place]
            before = counts[at, value]
            for row, step in enumerate(steps):
                sums[row] += step[before]
            counts[at, value] = before + 1
        n = (key + 1) * length
        whole = _log_average(
            [
                total + math.lgamma(BYTES * a) - math.lgamma(n + BYTES * a) + n * math.log(BYTES)
                for total, a in zip(sums, CONCENTRATIONS, strict=True)
            ]
        )
        table = np.array([log_e_of_value(count, n) for count in range(int(counts.max()) + 1)])
        top = table[counts.max(1)]
        top = np.maximum(top, table[counts.min(1)])
        values = top + np.log(np.exp(table[counts] - top[:, None]).mean(1))
        result[:, key] = _log_average([whole, values])
    return result


def _log_e_within(words: NDArray[np.uint64]) -> Floats:
    bits = 64 * words.shape[2]
    logs = []
    for lag in LAGS:
        if lag < bits:
            unlike = np.bitwise_count(_keep(words ^ _moved(words, lag), bits - lag))
            logs.append(_log_e_of_bits(unlike.sum(2, dtype=np.int64), bits - lag))
        else:
            logs.append(np.zeros(words.shape[:2]))
    return _log_average(logs)


def _moved(words: NDArray[np.uint64], lag: int) -> NDArray[np.uint64]:
    """Keys as numbers, shifted to the right."""
    whole, rest = divmod(lag, 64)
    moved = np.zeros_like(words)
    count = words.shape[2]
    moved[..., whole:] = words[..., : count - whole] >> np.uint64(rest)
    if rest:
        moved[..., whole + 1 :] |= words[..., : count - whole - 1] << np.uint64(64 - rest)
    return moved


def _keep(words: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """The lowest `bits` bits of keys as numbers."""
    whole, rest = divmod(64 * words.shape[2] - bits, 64)
    words[..., :whole] = 0
    if rest:
        words[..., whole] &= np.uint64((1 << (64 - rest)) - 1)
    return words


def _log_e_between(words: NDArray[np.uint64]) -> Floats:
    runs, number, count = words.shape
    logs = []
    for back in (1, 2):
        log_e = np.zeros((runs, number))
        unlike = np.bitwise_count(words[:, back:] ^ words[:, :-back]).sum(2, dtype=np.int64)
        log_e[:, back:] = _log_e_of_bits(unlike, 64 * count)
        logs.append(log_e)
    return _log_average([*logs, logs[0]])  # with one link, its key before is the key before


def _log_e_of_positions(keys: Bytes) -> Floats:
    runs, number, length = keys.shape
    ones = np.zeros((runs, 8 * length), dtype=np.intp)
    stakes = np.array([staked(place) for place in range(8 * length)])
    result = np.empty((runs, number))
    for key in range(number):
        ones += np.unpackbits(keys[:, key], axis=1)
        total = np.zeros(runs)
        for stake in np.unique(stakes):
            table = [log_e_of_place(c, key + 1, float(stake)) for c in range(key + 2)]
            total += np.array(table)[ones[:, stakes == stake]].sum(1)
        result[:, key] = total
    return result
