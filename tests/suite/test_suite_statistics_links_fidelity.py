"""The test of F >= F_min keeps both error bounds, whatever the state and the order of the axes."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import any_state, density, mean, werner

from qonform.ports.entanglement import Axis, Bell
from qonform.statistics.links.bets import log_e_above
from qonform.statistics.links.correlation import (
    PAULI_AXES,
    breaks,
    fidelity,
    sign,
    telling_axes,
)
from qonform.statistics.links.cost import error_share
from qonform.statistics.links.fidelity import Fidelity, FidelityFromTwoAxes
from qonform.statistics.links.result import Verdict

X, Y, Z = PAULI_AXES


def drawn(rng, number):
    return rng.choices(PAULI_AXES, k=number)


def mostly_x(rng, number):
    return rng.choices(PAULI_AXES, weights=(6, 2, 1), k=number)


def in_blocks(_rng, number):
    return [PAULI_AXES[3 * at // number] for at in range(number)]


def worst_last(_rng, number):
    """Z, which has no errors, comes first and most often."""
    return [Z] * (number // 2) + [(X, Y, Z)[at % 3] for at in range(number - number // 2)]


ORDERS = [drawn, mostly_x, in_blocks, worst_last]


def result_over(test, errors, axes, rng):
    for axis in axes:
        test.see(axis, rng.random() < errors[axis])
    return test.result()


def alarms(make, errors, order, runs=150, pairs=180):
    """In how many runs it was said to hold, and in how many to be broken."""
    rng = random.Random(11)
    said = [result_over(make(), errors, order(rng, pairs), rng) for _ in range(runs)]
    return sum(each.holds.speaks for each in said), sum(each.broken.speaks for each in said)


def error_shares(rho, state):
    return {axis: (1 - sign(state, axis) * mean(rho, axis, axis)) / 2 for axis in PAULI_AXES}


@pytest.mark.parametrize("state", Bell)
def test_the_signs_are_those_of_the_state(state):
    for axis in PAULI_AXES:
        assert mean(density(state), axis, axis) == pytest.approx(sign(state, axis))
        for one, other in ((0, 0), (0, 1), (1, 0), (1, 1)):
            assert breaks(state, axis, one, other) == ((-1) ** (one + other) != sign(state, axis))


def test_two_states_differ_at_two_axes():
    assert all(len(telling_axes(a, b)) == 2 for a in Bell for b in Bell if a is not b)


def test_there_is_no_sign_at_other_axes():
    with pytest.raises(ValueError, match="not in"):
        sign(Bell.PHI_PLUS, Axis.Z_PLUS_X)


def test_fidelity_of_any_state_from_its_errors_and_its_bounds_from_two_axes():
    rng = np.random.default_rng(3)
    for _ in range(60):
        rho = any_state(rng)
        for state in Bell:
            true = float(np.trace(rho @ density(state)).real)
            errors = error_shares(rho, state)
            assert fidelity(*errors.values()) == pytest.approx(true)
            for one, other in ((X, Y), (X, Z), (Y, Z)):
                low = 1 - errors[one] - errors[other]
                assert low - 1e-9 <= true <= 1 - max(errors[one], errors[other]) + 1e-9


AT_THE_BORDER = [
    dict.fromkeys(PAULI_AXES, error_share(0.8)),
    {X: 0.2, Y: 0.2, Z: 0.0},  # dephased
    {X: 0.28, Y: 0.06, Z: 0.06},
]
"""Errors of three kinds of pairs whose fidelity is 0.8."""


@pytest.mark.parametrize("errors", AT_THE_BORDER)
@pytest.mark.parametrize("order", ORDERS)
def test_at_the_border_neither_side_is_reached_more_often_than_is_said(errors, order):
    """The bound is 0.1 of 150 runs; at that rate more than 27 come in 1 of 1,000 such tests."""
    assert max(alarms(lambda: Fidelity(0.8, 0.1, 0.1), errors, order)) <= 27


def test_without_complete_sets_uneven_axes_would_break_the_bound():
    """Why pairs are counted in triples: the same pairs, all counted, alarm nearly always."""
    rng = random.Random(2)
    errors = AT_THE_BORDER[2]
    taken = 0
    for _ in range(50):
        bits = [rng.random() < errors[axis] for axis in mostly_x(rng, 600)]
        taken += log_e_above(len(bits), sum(bits), error_share(0.8)) > np.log(10)
    assert taken > 40


def test_a_good_and_a_bad_state_that_share_out_the_axes_prove_nothing():
    """Of one state only X and Y come, where it is good, of the other only Z: neither is known."""
    test = Fidelity(0.9)
    for _ in range(300):
        test.see(X, False, Bell.PSI_PLUS)
        test.see(Y, False, Bell.PSI_PLUS)
        test.see(Z, False, Bell.PSI_MINUS)
    assert (test.result().pairs, test.result().verdict) == (0, Verdict.UNDECIDED)


def test_axes_that_never_come_decide_nothing():
    test = Fidelity(0.9)
    for _ in range(1_000):
        test.see(X, True)
        test.see(Y, True)
        test.see(Axis.Z_PLUS_X, True)
    assert (test.result().pairs, test.result().verdict) == (0, Verdict.UNDECIDED)


@pytest.mark.parametrize(
    ("true", "verdict", "most"),
    [
        (0.95, Verdict.HOLDS, 2_000),
        (1.0, Verdict.HOLDS, 240),
        (0.8, Verdict.BROKEN, 1_800),
        (0.25, Verdict.BROKEN, 90),
    ],
)
def test_good_and_bad_links_are_told_apart_in_due_time(true, verdict, most):
    rng = random.Random(4)
    errors = dict.fromkeys(PAULI_AXES, error_share(true))
    for _ in range(3):
        assert result_over(Fidelity(0.9), errors, drawn(rng, most), rng).verdict is verdict


bits = st.lists(st.tuples(st.sampled_from(PAULI_AXES), st.booleans()), max_size=200)


@given(bits, st.floats(0.3, 1.0), st.sampled_from([0.2, 0.01]))
@settings(max_examples=60, deadline=None)
def test_the_verdict_and_the_interval_say_the_same(seen, least, alpha):
    test, passed, failed = Fidelity(least, alpha, alpha), False, False
    for axis, error in seen:
        test.see(axis, error)
        low, high = test.result().interval
        passed |= low > least + 1e-9
        failed |= high < least - 1e-9
    result = test.result()
    assert (result.holds.speaks, result.broken.speaks) == (passed, failed)
    assert 0 <= result.interval[0] <= result.interval[1] <= 1
    if result.estimate is not None:
        assert result.interval[0] - 1e-6 <= result.estimate <= result.interval[1] + 1e-6


@given(bits, st.floats(0.0, 1.0))
@settings(max_examples=60, deadline=None)
def test_never_both_sides_at_one_look(seen, least):
    test = Fidelity(least)
    for axis, error in seen:
        test.see(axis, error)
    result = test.result()
    assert result.holds.speaks + result.broken.speaks <= 1 or result.verdict is Verdict.BROKEN
    assert min(result.holds.log_e, result.broken.log_e) <= 1e-9


def test_what_is_still_needed_shrinks_as_pairs_come_and_is_met():
    test = Fidelity(0.9)
    assert test.result().more == 147  # if no pair ever showed an error
    for number in range(147):
        assert test.result().more == 147 - number // 3 * 3
        test.see(PAULI_AXES[number % 3], False)
    assert (test.result().verdict, test.result().more) == (Verdict.HOLDS, 0)


def test_a_link_that_turns_bad_is_broken_in_the_end():
    test, rng = Fidelity(0.9), random.Random(1)
    for share in (0.0, 0.5):
        for number in range(900):
            test.see(PAULI_AXES[number % 3], rng.random() < share)
    assert test.result().holds.speaks
    assert test.result().verdict is Verdict.BROKEN


@pytest.mark.parametrize("order", [drawn, mostly_x])
def test_two_axes_keep_the_bounds_too(order):
    """At what X and Z alone can say at the most: 1 - e_X - e_Z is 0.8, and 1 - max(e_X, e_Z)."""
    at_most, axes = {X: 0.05, Y: 0.2, Z: 0.15}, (X, Z)
    holds, _ = alarms(lambda: FidelityFromTwoAxes(axes, 0.8, 0.1, 0.1), at_most, order)
    at_least = {X: 0.2, Y: 0.0, Z: 0.2}
    _, broken = alarms(lambda: FidelityFromTwoAxes(axes, 0.8, 0.1, 0.1), at_least, order)
    assert max(holds, broken) <= 27


@pytest.mark.parametrize(("true", "verdict"), [(0.97, Verdict.HOLDS), (0.4, Verdict.BROKEN)])
def test_two_axes_are_enough_where_the_gap_is_wide(true, verdict):
    rng = random.Random(8)
    errors = error_shares(werner(Bell.PSI_MINUS, true), Bell.PSI_MINUS)
    test = FidelityFromTwoAxes((X, Z), 0.9 if true > 0.9 else 0.8)
    result = result_over(test, errors, drawn(rng, 2_400), rng)
    assert result.verdict is verdict
    assert result.estimate is None
    assert result.interval[0] <= true <= result.interval[1]


def test_one_error_is_proof_against_fidelity_1():
    for test in (Fidelity(1.0), FidelityFromTwoAxes((X, Z), 1.0)):
        for axis in PAULI_AXES:
            test.see(axis, axis is X)
        assert test.result().verdict is Verdict.BROKEN


def test_between_its_bounds_two_axes_stay_undecided():
    rng = random.Random(8)
    errors = dict.fromkeys(PAULI_AXES, error_share(0.92))
    test = FidelityFromTwoAxes((X, Z), 0.92)
    result = result_over(test, errors, drawn(rng, 3_000), rng)
    assert (result.verdict, result.more) == (Verdict.UNDECIDED, None)
