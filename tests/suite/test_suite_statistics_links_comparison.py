"""Two groups of pairs: no less fidelity is told from less, and seldom wrongly."""

import random

import pytest

from qonform.statistics.links.comparison import NoLess, log_e_mean_above
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.result import Verdict


def compared(first, second, sets, seed=1, **alphas):
    """Both groups by their shares of errors at X, Y and Z, one set after the other."""
    rng, test = random.Random(seed), NoLess(**alphas)
    for _ in range(sets):
        for group, shares in ((True, first), (False, second)):
            for axis, share in zip(PAULI_AXES, shares, strict=True):
                test.see(group, axis, rng.random() < share)
    return test


SAME = (0.03, 0.03, 0.03)


def test_less_is_broken_and_as_much_holds():
    assert compared((0.2, 0.2, 0.2), (0.0, 0.0, 0.0), 80).verdict is Verdict.BROKEN
    assert compared(SAME, SAME, 160).verdict is Verdict.HOLDS
    assert compared((0.0, 0.0, 0.0), (0.3, 0.3, 0.3), 80).verdict is Verdict.HOLDS


def test_other_errors_at_other_axes_are_no_less():
    assert compared((0.3, 0.0, 0.0), (0.0, 0.0, 0.3), 2_000).verdict is Verdict.HOLDS


@pytest.mark.parametrize("first", [(0.1, 0.1, 0.1), (0.3, 0.0, 0.0), (0.0, 0.15, 0.15)])
def test_equal_groups_are_called_less_no_more_often_than_is_said(first):
    """27 of 150 at 0.1: see the test of fidelity."""
    runs = [compared(first, (0.1, 0.1, 0.1), 60, seed, alpha_fail=0.1) for seed in range(150)]
    assert sum(run.broken.speaks for run in runs) <= 27


def test_a_loss_of_the_tolerance_holds_no_more_often_than_is_said():
    runs = [compared((0.15,) * 3, (0.05,) * 3, 60, seed, alpha_pass=0.1) for seed in range(150)]
    assert sum(run.holds.speaks for run in runs) <= 27


def test_a_surplus_of_a_group_or_an_axis_says_nothing():
    test = NoLess()
    for axis in PAULI_AXES:
        for _ in range(500):
            test.see(True, axis, True)
    test.see(False, PAULI_AXES[0], False)
    assert test.result().pairs == 0
    assert test.result().estimate is None


def test_the_interval_holds_what_is_lost():
    result = compared((0.2, 0.2, 0.2), (0.05, 0.05, 0.05), 400).result()
    assert result.interval[0] <= 1.5 * 0.15 <= result.interval[1]
    assert result.pairs == 2_400


def test_differences_that_are_certain_refute_any_smaller_mean():
    assert log_e_mean_above({-1: 0, 0: 0, 1: 50}, 0.0) > 30
    assert log_e_mean_above({-1: 0, 0: 0, 1: 50}, 1.0) == 0
    assert log_e_mean_above({-1: 25, 0: 0, 1: 25}, 0.0) < 0
