"""Swapping: what the outer ends are in, beside qutip's four qubits."""

import random
from collections import Counter
from itertools import pairwise, product

import pytest
import qutip
from quantum import QUTIP_BELL, as_expected, close, random_pairs

from qinet_reference.links.physics.bell import Bell, after_swapping, projector
from qinet_reference.links.physics.states import fidelity, werner
from qinet_reference.links.physics.swapping import branches, swap

PAIRS = list(pairwise(random_pairs(10, seed=9)))


def in_qutip(left, right, found, depolarising):
    """Probability, and state of qubits 0 and 3, by noise and then a projection of 1 and 2."""
    four = qutip.tensor(left, right)
    lost = qutip.tensor(four.ptrace([0, 3]), qutip.qeye([2, 2]) / 4).permute([0, 2, 3, 1])
    noisy = (1 - depolarising) * four + depolarising * lost
    onto = qutip.tensor(qutip.qeye(2), QUTIP_BELL[found].proj(), qutip.qeye(2))
    projected = onto * noisy * onto
    probability = projected.tr().real
    return probability, projected.ptrace([0, 3]) / probability


@pytest.mark.parametrize(("pairs", "depolarising"), [*product(PAIRS, (0.0, 0.07, 1.0))])
def test_each_result_leaves_what_qutip_leaves(pairs, depolarising):
    left, right = pairs
    ours = branches(left.full(), right.full(), depolarising)
    assert [branch.found for branch in ours] == list(Bell)
    assert sum(branch.probability for branch in ours) == pytest.approx(1)
    for branch in ours:
        probability, outer = in_qutip(left, right, branch.found, depolarising)
        assert branch.probability == pytest.approx(probability, abs=1e-9)
        assert close(branch.rho, outer)


@pytest.mark.parametrize(("left", "right"), [*product(Bell, Bell)])
def test_labels_add_up(left, right):
    for branch in branches(projector(left), projector(right)):
        assert branch.probability == pytest.approx(0.25)
        label = after_swapping(left, right, branch.found)
        assert close(branch.rho, QUTIP_BELL[label].proj())


@pytest.mark.parametrize(("one", "other"), [*product((0.25, 0.6, 0.9, 1.0), repeat=2)])
def test_werner_states_swap_to_a_werner_state(one, other):
    for left, right in product(Bell, Bell):
        for branch in branches(werner(left, one), werner(right, other)):
            label = after_swapping(left, right, branch.found)
            joined = one * other + (1 - one) * (1 - other) / 3
            assert fidelity(branch.rho, label) == pytest.approx(joined, abs=1e-12)
            assert close(branch.rho, werner(label, joined))


def test_noise_of_the_measurement_takes_its_share_of_the_correlations():
    """Weights of Werner states multiply, and 1 - depolarising with them."""
    for branch in branches(werner(Bell.PSI_PLUS, 0.9), werner(Bell.PSI_MINUS, 0.95), 0.02):
        label = after_swapping(Bell.PSI_PLUS, Bell.PSI_MINUS, branch.found)
        weight = (4 * 0.9 - 1) / 3 * (4 * 0.95 - 1) / 3 * 0.98
        assert fidelity(branch.rho, label) == pytest.approx((3 * weight + 1) / 4)


def test_a_measurement_of_noise_joins_nothing():
    left, right = PAIRS[0]
    for branch in branches(left.full(), right.full(), 1.0):
        assert close(branch.rho, qutip.tensor(left.ptrace(0), right.ptrace(1)))


def test_who_does_not_know_the_result_sees_the_ends_as_they_were():
    left, right = PAIRS[1]
    mean = sum(b.probability * b.rho for b in branches(left.full(), right.full(), 0.1))
    assert close(mean, qutip.tensor(left.ptrace(0), right.ptrace(1)))


@pytest.mark.parametrize(("pairs", "depolarising"), [*product(PAIRS, (0.0, 0.3))])
def test_results_come_as_often_as_qutip_says(pairs, depolarising):
    left, right = pairs
    rng = random.Random(10)
    seen = Counter(swap(left.full(), right.full(), rng, depolarising).found for _ in range(2_000))
    expected = [in_qutip(left, right, bell, depolarising)[0] for bell in Bell]
    assert as_expected([seen[bell] for bell in Bell], expected, cases=2 * len(PAIRS))


def test_what_is_drawn_is_one_of_the_branches():
    left, right = (pair.full() for pair in PAIRS[2])
    drawn = swap(left, right, random.Random(11))
    [branch] = [b for b in branches(left, right) if b.found is drawn.found]
    assert close(drawn.rho, branch.rho)
    assert drawn.probability == branch.probability


@pytest.mark.parametrize("depolarising", [-0.1, 1.1, float("nan")])
def test_noise_is_a_probability(depolarising):
    with pytest.raises(ValueError, match="no probability"):
        branches(projector(Bell.PHI_PLUS), projector(Bell.PHI_PLUS), depolarising)
