"""Bell states: their matrices, their signs, and how labels are turned into one another."""

from itertools import product

import numpy as np
import pytest
import qutip
from quantum import PAULIS, QUTIP_BELL, close, random_pairs

from qinet_reference.links.physics.bell import (
    PAULI_MATRICES,
    Bell,
    Pauli,
    ket,
    pauli_between,
    projector,
    turned,
)
from qinet_reference.links.physics.states import (
    End,
    at_end,
    bell_diagonal,
    correlations,
    ends_swapped,
    fidelity,
    of_correlations,
    state_of,
    werner,
    with_pauli,
)

PAIRS = random_pairs(12, seed=1)


@pytest.mark.parametrize("bell", Bell)
def test_kets_and_projectors_are_those_of_the_interface(bell):
    assert close(ket(bell), QUTIP_BELL[bell].full().ravel())
    assert close(projector(bell), QUTIP_BELL[bell].proj())


@pytest.mark.parametrize(
    ("bell", "signs"),
    [
        (Bell.PHI_PLUS, (+1, -1, +1)),
        (Bell.PHI_MINUS, (-1, +1, +1)),
        (Bell.PSI_PLUS, (+1, +1, -1)),
        (Bell.PSI_MINUS, (-1, -1, -1)),
    ],
)
def test_outcomes_along_one_axis_are_equal_or_opposite_as_the_table_says(bell, signs):
    assert bell.signs == signs
    for pauli, sign in zip(PAULIS, signs, strict=True):
        assert qutip.expect(qutip.tensor(pauli, pauli), QUTIP_BELL[bell]) == pytest.approx(sign)


@pytest.mark.parametrize(("bell", "pauli", "end"), [*product(Bell, Pauli, End)])
def test_a_pauli_at_either_end_turns_the_state_as_its_label(bell, pauli, end):
    other = turned(bell, pauli)
    assert close(with_pauli(projector(bell), end, pauli), QUTIP_BELL[other].proj())
    assert pauli_between(bell, other) is pauli
    assert pauli_between(other, bell) is pauli


def test_four_paulis_make_all_four_states_of_each():
    for bell in Bell:
        assert {turned(bell, pauli) for pauli in Pauli} == set(Bell)


def test_pauli_matrices_are_those_of_everybody():
    for ours, theirs in zip(PAULI_MATRICES.values(), (qutip.qeye(2), *PAULIS), strict=True):
        assert close(ours, theirs)


@pytest.mark.parametrize(("bell", "given"), [*product(Bell, (0.0, 0.1, 0.25, 0.8, 1.0))])
def test_a_werner_state_has_its_fidelity_and_its_correlations(bell, given):
    rho = werner(bell, given)
    weight = (4 * given - 1) / 3
    mixed = weight * QUTIP_BELL[bell].proj() + (1 - weight) * qutip.qeye([2, 2]) / 4
    assert close(rho, mixed)
    assert fidelity(rho, bell) == pytest.approx(given, abs=1e-12)
    assert np.diag(correlations(rho))[1:] == pytest.approx([weight * s for s in bell.signs])


def test_a_bell_diagonal_state_has_its_weights():
    weights = dict(zip(Bell, (0.6, 0.25, 0.1, 0.05), strict=True))
    rho = bell_diagonal(weights)
    assert close(rho, sum(w * QUTIP_BELL[bell].proj() for bell, w in weights.items()))
    assert {bell: pytest.approx(fidelity(rho, bell)) for bell in Bell} == weights
    assert close(bell_diagonal({Bell.PSI_MINUS: 1.0}), projector(Bell.PSI_MINUS))


@pytest.mark.parametrize(
    "weights",
    [{Bell.PHI_PLUS: 0.9}, {Bell.PHI_PLUS: 1.1, Bell.PSI_PLUS: -0.1}, {Bell.PHI_PLUS: np.nan}, {}],
)
def test_weights_that_are_no_probabilities_make_no_state(weights):
    with pytest.raises(ValueError, match="probabilit"):
        bell_diagonal(weights)


@pytest.mark.parametrize("given", [-0.01, 1.01, np.nan])
def test_no_state_has_a_fidelity_beyond_0_and_1(given):
    with pytest.raises(ValueError, match="probabilit"):
        werner(Bell.PSI_PLUS, given)


@pytest.mark.parametrize("pair", PAIRS)
def test_any_state_is_looked_at_as_qutip_does(pair):
    rho = pair.full()
    assert close(ends_swapped(rho), pair.permute([1, 0]))
    for bell in Bell:
        assert fidelity(rho, bell) == pytest.approx(qutip.expect(QUTIP_BELL[bell].proj(), pair))
    for end in End:
        assert close(state_of(rho, end), pair.ptrace(int(end)))
    both = [(qutip.qeye(2), *PAULIS)] * 2
    expected = [qutip.expect(qutip.tensor(a, b), pair) for a, b in product(*both)]
    assert close(correlations(rho).ravel(), expected)
    assert close(of_correlations(correlations(rho)), rho)


def test_an_operator_stands_at_its_end():
    hermitian = qutip.rand_herm(2, seed=5)
    assert close(at_end(End.FIRST, hermitian.full()), qutip.tensor(hermitian, qutip.qeye(2)))
    assert close(at_end(End.SECOND, hermitian.full()), qutip.tensor(qutip.qeye(2), hermitian))
    assert End.FIRST.other is End.SECOND
    assert End.SECOND.other is End.FIRST


def test_nobody_can_write_to_what_all_share():
    with pytest.raises(ValueError, match="read-only"):
        projector(Bell.PHI_PLUS)[0, 0] = 0
