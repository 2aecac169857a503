"""The simulation of the statistics plays the suite's own tests, and ideal keys keep their bound."""

import math
import random

import numpy as np
import pytest
from benchmarks.statistics import false_alarms, power
from benchmarks.statistics.vectorised import TESTS, highest, log_e_after_each_key

from qonform.statistics.family import ALPHA, KEY_TESTS, KeyStatistics
from qonform.statistics.key_test import Sample


def produced(run):
    """What the suite's own tests say after each key of a run: key x test."""
    family = KeyStatistics()
    tests = [next(t for t in family.tests if t.id == id_) for id_ in TESTS]
    said = []
    for key in run:
        family.see(Sample(key.tobytes(), "a b", 1))
        said.append([test.log_e for test in tests])
    return np.array(said)


def ideal(rng, number):
    return rng.integers(0, 256, (number, 32), dtype=np.uint8)


def stuck(rng, number):
    keys = ideal(rng, number)
    keys[:, 3] |= 0x20
    return keys


def texts(rng, number):
    return rng.integers(64, 128, (number, 40), dtype=np.uint8)


def doubled(rng, number):
    return np.tile(rng.integers(0, 256, (number, 8), dtype=np.uint8), 2)


def drifting(rng, number):
    return np.bitwise_xor.accumulate(ideal(rng, number) & ideal(rng, number), axis=0)


@pytest.mark.parametrize("made", [ideal, stuck, texts, doubled, drifting])
def test_the_simulation_gives_the_same_e_values_as_the_suite(made):
    rng = np.random.default_rng(3)
    runs = np.stack([made(rng, 25) for _ in range(2)])
    simulated = log_e_after_each_key(runs)
    for number, run in enumerate(runs):
        both = np.stack([simulated[test][number] for test in TESTS], axis=1), produced(run)
        np.testing.assert_allclose(*both, rtol=1e-8, atol=1e-8)


def test_every_test_is_simulated_or_counted():
    assert {*TESTS, "repeats", "from-id"} == {kind.id for kind in KEY_TESTS}


def test_ideal_keys_keep_the_error_bound_in_a_thousand_runs():
    peaks = false_alarms.simulate(1_000, seed=11)
    for bound in (0.1, 0.01):
        alarms = int((peaks >= math.log(len(KEY_TESTS) / bound)).any(1).sum())
        low, _ = false_alarms.clopper_pearson(alarms, 1_000, confidence=0.999)
        assert low <= bound
    assert not (peaks >= math.log(len(KEY_TESTS) / ALPHA)).any()


def test_keys_of_many_sizes_on_many_links_keep_it_too():
    """With the suite's own tests: sizes and links are whatever a run asks for."""
    bound, runs, alarms = 0.2, 60, 0
    for seed in range(runs):
        rng = random.Random(seed)
        family = KeyStatistics(bound)
        for number in range(40):
            size = rng.choice((1, 8, 16, 32, 32, 64))
            family.see(Sample(rng.randbytes(size), rng.choice(("a b", "b a")), number))
            family.look(number)
        alarms += bool(family.alarms)
    low, _ = false_alarms.clopper_pearson(alarms, runs, confidence=0.999)
    assert low <= bound


def test_the_highest_e_value_is_that_of_any_look():
    log_e = {test: np.array([[-1.0, 3.0, 2.0], [-1.0, -2.0, -3.0]]) for test in TESTS}
    np.testing.assert_array_equal(highest(log_e), [[3.0] * 5, [0.0] * 5])


def test_the_interval_of_clopper_and_pearson():
    low, high = false_alarms.clopper_pearson(0, 100, confidence=0.95)
    assert (low, high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 100)))
    assert false_alarms.clopper_pearson(10, 100, 0.95) == pytest.approx(
        (0.04900, 0.17622), abs=1e-5
    )


def test_a_bias_is_found_within_twice_steins_floor():
    for bias in (0.05, 0.25):
        *_, mean, median, _most = power.bias_row(bias, 100, seed=2).strip("| ").split(" | ")
        assert 1 < float(mean) < 2
        assert 1 < float(median) < 2
