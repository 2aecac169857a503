"""Measurements: operators, Born's rule, and what is left, beside qutip."""

import math
import random
from collections import Counter
from itertools import product

import numpy as np
import pytest
import qutip
from quantum import Fixed, as_expected, close, operator, outcomes, random_bases, random_pairs

from qinet_reference.links.physics.bases import Axis, Rotation, observable, projectors
from qinet_reference.links.physics.bell import Bell, projector
from qinet_reference.links.physics.measurement import (
    joint_probabilities,
    measure,
    measure_both,
    prepared,
)
from qinet_reference.links.physics.states import End, bell_diagonal, fidelity, state_of, werner

PAIRS = random_pairs(8, seed=2)
BASES = random_bases(6, seed=3)
PAULI_AXES = (Axis.X, Axis.Y, Axis.Z)
LAST = math.nextafter(1.0, 0.0)


def at(end, single):
    identity = qutip.qeye(2)
    return qutip.tensor(*((single, identity) if end is End.FIRST else (identity, single)))


@pytest.mark.parametrize("basis", BASES)
def test_the_operator_is_that_of_the_interface(basis):
    assert close(observable(basis), operator(basis))
    for ours, theirs in zip(projectors(basis), outcomes(basis), strict=True):
        assert close(ours, theirs)


@pytest.mark.parametrize(
    ("rotation", "axis"),
    [
        (Rotation(0, 0, 0), Axis.Z),
        (Rotation(0, -math.pi / 2, 0), Axis.X),
        (Rotation(math.pi / 2, 0, 0), Axis.Y),
        (Rotation(0, 0, math.pi / 2), Axis.Y),
        (Rotation(0, -math.pi / 4, 0), Axis.Z_PLUS_X),
        (Rotation(0, math.pi / 4, 0), Axis.Z_MINUS_X),
        (Rotation(0.3, -math.pi / 2, 0), Axis.X),
    ],
)
def test_some_turns_are_axes_that_have_a_name(rotation, axis):
    assert close(observable(rotation), observable(axis))


@pytest.mark.parametrize(("pair", "one", "other"), [*product(PAIRS[::2], BASES, BASES[::2])])
def test_joint_probabilities_are_qutips(pair, one, other):
    theirs = [
        [qutip.expect(qutip.tensor(p, q), pair) for q in outcomes(other)] for p in outcomes(one)
    ]
    assert close(joint_probabilities(pair.full(), one, other), theirs)


@pytest.mark.parametrize(("pair", "end", "basis"), [*product(PAIRS, End, BASES)])
def test_what_a_measurement_leaves_is_what_qutip_leaves(pair, end, basis):
    for outcome, projected in enumerate(outcomes(basis)):
        unnormalised = at(end, projected) * pair * at(end, projected)
        probability = unnormalised.tr().real
        if probability < 1e-6:
            continue
        # Outcome 0 takes the lower part of the unit interval, as large as it is likely.
        before = qutip.expect(at(end, outcomes(basis)[0]), pair)
        seen, left = measure(
            pair.full(), end, basis, Fixed((before / 2, (1 + before) / 2)[outcome])
        )
        assert seen == outcome
        assert close(left, unnormalised / probability)
        other = unnormalised.ptrace(int(end.other)) / probability
        assert close(prepared(pair.full(), end, basis, outcome), other)
        assert close(state_of(left, end.other), other)
        assert close(state_of(left, end), projected)


@pytest.mark.parametrize("pair", PAIRS)
def test_one_end_after_the_other_is_both_at_once(pair):
    rho = pair.full()
    for one, other in product(BASES[2:7], BASES[4:9]):
        together = joint_probabilities(rho, one, other)
        for end, (near, far) in {End.FIRST: (one, other), End.SECOND: (other, one)}.items():
            for outcome in (0, 1):
                chance = together.sum(1 - end)[outcome]
                if chance < 1e-6:
                    continue
                left = prepared(rho, end, near, outcome)
                then = [chance * np.trace(p @ left).real for p in projectors(far)]
                assert close(together.take(outcome, axis=int(end)), then)


def test_measuring_again_gives_the_same_again():
    for pair, basis, end in product(PAIRS, BASES, End):
        outcome, left = measure(pair.full(), end, basis, random.Random(4))
        for number in (0.0, 0.5, LAST):
            again, still = measure(left, end, basis, Fixed(number))
            assert again == outcome
            assert close(still, left)


@pytest.mark.parametrize(("bell", "axis", "number"), [*product(Bell, range(3), (0.0, 0.49, LAST))])
def test_a_bell_state_breaks_no_sign(bell, axis, number):
    a, b = measure_both(projector(bell), PAULI_AXES[axis], PAULI_AXES[axis], Fixed(number))
    assert (-1) ** (a + b) == bell.signs[axis]


def test_what_cannot_come_leaves_nothing():
    outcome, left = measure(werner(Bell.PHI_PLUS, 0.9), End.FIRST, Axis.X, random.Random(5))
    with pytest.raises(ValueError, match="probability 0"):
        prepared(left, End.FIRST, Axis.X, 1 - outcome)


@pytest.mark.parametrize("pair", random_pairs(40, seed=6))
def test_fidelity_follows_from_the_error_rates_of_three_axes(pair):
    """F = 1 - (e_X + e_Y + e_Z)/2 for any state and any label."""
    rho = pair.full()
    for bell in Bell:
        errors = 0.0
        for axis, sign in zip(PAULI_AXES, bell.signs, strict=True):
            p = joint_probabilities(rho, axis, axis)
            errors += p[0, 1] + p[1, 0] if sign > 0 else p[0, 0] + p[1, 1]
        assert fidelity(rho, bell) == pytest.approx(1 - errors / 2, abs=1e-12)


def correlation(rho, one, other):
    p = joint_probabilities(rho, one, other)
    return p[0, 0] + p[1, 1] - p[0, 1] - p[1, 0]


@pytest.mark.parametrize(("bell", "given"), [*product(Bell, (0.25, 0.7, 0.78, 0.9, 1.0))])
def test_chsh_is_2_sqrt_2_times_the_werner_weight(bell, given):
    rho, (xx, _, zz) = werner(bell, given), bell.signs
    s = zz * (correlation(rho, Axis.Z_PLUS_X, Axis.Z) + correlation(rho, Axis.Z_MINUS_X, Axis.Z))
    s += xx * (correlation(rho, Axis.Z_PLUS_X, Axis.X) - correlation(rho, Axis.Z_MINUS_X, Axis.X))
    assert s == pytest.approx(2 * math.sqrt(2) * (4 * given - 1) / 3, abs=1e-12)


def test_different_paulis_see_nothing_of_one_another_in_a_bell_diagonal_state():
    rho = bell_diagonal(dict(zip(Bell, (0.1, 0.55, 0.05, 0.3), strict=True)))
    for one, other in product(PAULI_AXES, repeat=2):
        if one is not other:
            assert close(joint_probabilities(rho, one, other), np.full((2, 2), 0.25))


DRAWN = [*zip(PAIRS, BASES, reversed(BASES), strict=False)]


@pytest.mark.parametrize(("pair", "one", "other"), DRAWN)
def test_outcomes_come_as_often_as_qutip_says(pair, one, other):
    rho, rng, n = pair.full(), random.Random(7), 20_000
    expected = {
        (a, b): qutip.expect(qutip.tensor(p, q), pair)
        for (a, p), (b, q) in product(enumerate(outcomes(one)), enumerate(outcomes(other)))
    }

    def first_then_second():
        a, left = measure(rho, End.FIRST, one, rng)
        return a, measure(left, End.SECOND, other, rng)[0]

    def second_then_first():
        b, left = measure(rho, End.SECOND, other, rng)
        return measure(left, End.FIRST, one, rng)[0], b

    def at_once():
        return measure_both(rho, one, other, rng)

    for way in (at_once, first_then_second, second_then_first):
        seen = Counter(way() for _ in range(n))
        assert set(seen) <= set(expected)
        assert as_expected(
            [seen[each] for each in expected], expected.values(), cases=3 * len(DRAWN)
        )


def test_the_bound_on_what_is_drawn_sees_a_wrong_sampler():
    assert as_expected([5_000, 5_000], [0.5, 0.5])
    assert not as_expected([5_400, 4_600], [0.5, 0.5])
    assert not as_expected([9_999, 1], [1.0, 0.0])
