"""How many key bits it takes to find what keys must not be."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import numpy as np

from qonform.statistics.betting import UniformityBet
from qonform.statistics.family import ALPHA, KeyStatistics
from qonform.statistics.key_test import Sample

LENGTH = 32
"""Bytes of a key."""
_RUNS_AT_ONCE = 50
Source = Callable[[], bytes]
"""Gives one key after the other."""


def bias_row(bias: float, runs: int, seed: int) -> str:
    """Bits of key until the bits test finds 0.5 + bias, beside the least that any test needs.

    On the average no test with error bound alpha needs less than ln(1/alpha) / KL bits (Stein).
    """
    p = 0.5 + bias
    kl = p * math.log(2 * p) + (1 - p) * math.log(2 * (1 - p))
    floor, own_floor = (math.log(1 / a) / kl for a in (ALPHA, KeyStatistics().share))
    step = 1 if floor < 20_000 else 8
    taken = _bits_taken(p, int(4 * own_floor), step, runs, seed)
    median, most, mean = np.median(taken), np.quantile(taken, 0.9), taken.mean()
    return (
        f"| 0.5 ± {bias:g} | {kl:.3g} | {floor:,.0f} | {own_floor:,.0f} | {median:,.0f} "
        f"| {most:,.0f} | {mean / floor:.2f} | {median / floor:.2f} | {most / floor:.2f} |"
    )


def _bits_taken(p: float, longest: int, step: int, runs: int, seed: int) -> np.ndarray:
    """Bits until the alarm, in each run; looked for after every `step` bits."""
    n = np.arange(step, longest, step)
    alarms = np.array(list(_alarms(n.tolist(), KeyStatistics().threshold)))
    rng = np.random.default_rng(seed)
    taken = []
    for start in range(0, runs, _RUNS_AT_ONCE):
        size = (min(_RUNS_AT_ONCE, runs - start), len(n))
        ones = rng.binomial(step, p, size).cumsum(1)
        spoken = np.maximum(ones, n - ones) >= alarms
        if not spoken.any(1).all():
            raise RuntimeError(f"{longest} bits were too few for an alarm in every run")
        taken.append(n[spoken.argmax(1)])
    return np.concatenate(taken)


def _alarms(numbers: list[int], threshold: float) -> Iterator[int]:
    """For each number of bits the count of one value that raises the alarm; beyond it, if none."""
    count = 0
    for n in numbers:
        count = max(count, n // 2)
        while count <= n and UniformityBet(2, counts=[n - count, count]).log_e < threshold:
            count += 1
        yield count


def other_rows(runs: int, seed: int) -> Iterator[str]:
    """One alternative or two for each test: keys until an alarm, and which test raises it."""
    for what, make in ALTERNATIVES.items():
        rng = random.Random(f"{seed} {what}")
        taken, by = [], set()
        for _ in range(runs):
            number, tests = _keys_taken(make(rng))
            taken.append(number)
            by |= tests
        median, most = np.median(taken), np.quantile(taken, 0.9)
        yield (
            f"| {what} | {', '.join(sorted(by))} | {median:,.0f} | {most:,.0f} "
            f"| {8 * LENGTH * median:,.0f} |"
        )


def _keys_taken(source: Source) -> tuple[int, set[str]]:
    family = KeyStatistics()
    while not family.alarms:
        family.see(Sample(source(), "", family.keys + 1))
        family.look(family.keys)
    return family.keys, set(family.alarms)


def _letters(rng: random.Random) -> Source:
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return lambda: bytes(rng.choices(alphabet, k=LENGTH))


def _never_zero(rng: random.Random) -> Source:
    return lambda: bytes(rng.choices(range(1, 256), k=LENGTH))


def _like_its_neighbour(rng: random.Random) -> Source:
    def key() -> bytes:
        bits = [rng.getrandbits(1)]
        for _ in range(8 * LENGTH - 1):
            bits.append(bits[-1] ^ (rng.random() >= 0.55))
        return sum(bit << place for place, bit in enumerate(bits)).to_bytes(LENGTH)

    return key


def _doubled(rng: random.Random) -> Source:
    return lambda: rng.randbytes(LENGTH // 2) * 2


def _like_the_key_before(rng: random.Random) -> Source:
    latest = [rng.randbytes(LENGTH)]

    def key() -> bytes:
        flips = sum((rng.random() >= 0.55) << i for i in range(8 * LENGTH)).to_bytes(LENGTH)
        latest[0] = bytes(a ^ b for a, b in zip(latest[0], flips, strict=True))
        return latest[0]

    return key


def _one_stuck(rng: random.Random) -> Source:
    mask = 1 << rng.randrange(8 * LENGTH)
    return lambda: (rng.getrandbits(8 * LENGTH) | mask).to_bytes(LENGTH)


def _prefix(rng: random.Random) -> Source:
    return lambda: b"KEY0" + rng.randbytes(LENGTH - 4)


def _seeded(bits: int) -> Callable[[random.Random], Source]:
    def make(rng: random.Random) -> Source:
        return lambda: random.Random(rng.getrandbits(bits)).randbytes(LENGTH)

    return make


ALTERNATIVES: dict[str, Callable[[random.Random], Source]] = {
    "bytes of base64 text": _letters,
    "bytes that are never zero": _never_zero,
    "a bit is like its neighbour with 0.55": _like_its_neighbour,
    "the second half of a key is its first": _doubled,
    "a bit is as in the key before with 0.55": _like_the_key_before,
    "one bit of a key is stuck": _one_stuck,
    "all keys begin with the same 4 bytes": _prefix,
    "each key is made from a seed of 8 bits": _seeded(8),
    "each key is made from a seed of 16 bits": _seeded(16),
}
