"""How many bursts a race needs is computed, and simulation agrees."""

import random

import pytest

from qonform.statistics.race_width import MISSED_AT_MOST, caught_width, missed, rounds


@pytest.mark.parametrize(("width", "spread", "requests"), [(1, 5, 8), (0.3, 2, 4), (2, 3, 3)])
def test_simulated_bursts_miss_as_often_as_computed(width, spread, requests):
    rng = random.Random(f"{width}{spread}{requests}")

    def burst_misses():
        between = sorted(rng.uniform(0, spread) for _ in range(requests - 2))
        return between[0] > width

    n = 20_000
    share = sum(burst_misses() for _ in range(n)) / n
    expected = missed(width, [spread], requests)
    assert abs(share - expected) < 5 * (expected * (1 - expected) / n) ** 0.5 + 1e-9


@pytest.mark.parametrize("width", [0.05, 0.2, 1, 4.9, 5, 20])
def test_so_many_rounds_suffice_and_one_less_does_not(width):
    enough = rounds(width, 5, 8)
    assert missed(width, [5] * enough, 8) <= MISSED_AT_MOST
    assert enough == 1 or missed(width, [5] * (enough - 1), 8) > MISSED_AT_MOST


def test_the_width_that_bursts_catch_is_the_one_that_needs_them():
    spreads = [5.0] * rounds(0.7, 5, 8)
    assert caught_width(spreads, 8) <= 0.7
    assert missed(caught_width(spreads, 8), spreads, 8) <= MISSED_AT_MOST
    assert caught_width([*spreads, 0.001], 8) <= 0.001, "one burst at one moment is worth all"


def test_two_requests_meet_only_if_the_window_is_as_long_as_they_are_apart():
    assert caught_width([3.0, 2.0, 4.0], 2) == pytest.approx(2)
    with pytest.raises(ValueError, match="never meet"):
        rounds(1, 2, 2)


def test_more_bursts_or_closer_ones_catch_narrower_races():
    assert caught_width([2.0] * 9, 8) < caught_width([2.0] * 8, 8) < caught_width([3.0] * 8, 8)
