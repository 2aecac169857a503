"""Waiting in a memory, beside the solution of the master equation by qutip."""

import math
from itertools import product

import numpy as np
import pytest
import qutip
from quantum import QUTIP_BELL, close, random_pairs

from qinet_reference.links.physics.bell import Bell, projector
from qinet_reference.links.physics.decay import Decay
from qinet_reference.links.physics.states import End, fidelity, state_of

PAIRS = random_pairs(6, seed=8)
DECAYS = [
    Decay(),
    Decay(t1_s=2.0, t2_s=4.0),
    Decay(t1_s=2.0, t2_s=0.5),
    Decay(t2_s=1.5),
    Decay(t1_s=10.0, t2_s=11.0),
]


def master_equation(decay, end, seconds, pair):
    """Relaxation at 1/T1 and pure dephasing at 1/T2 - 1/(2 T1), by the exponential of both."""
    lowering, z = qutip.basis(2, 0) * qutip.basis(2, 1).dag(), qutip.sigmaz()
    dephasing = 1 / decay.t2_s - 0.5 / decay.t1_s
    jumps = [math.sqrt(1 / decay.t1_s) * lowering, math.sqrt(max(0, dephasing) / 2) * z]
    identity = qutip.qeye(2)
    pairwise = [
        qutip.tensor(*((jump, identity) if end is End.FIRST else (identity, jump)))
        for jump in jumps
    ]
    propagator = (qutip.liouvillian(None, pairwise) * seconds).expm()
    return qutip.vector_to_operator(propagator * qutip.operator_to_vector(pair))


@pytest.mark.parametrize(("decay", "end"), [*product(DECAYS, End)])
def test_a_memory_follows_the_master_equation(decay, end):
    for pair, seconds in product(PAIRS, (0.0, 0.01, 1.0, 7.0)):
        theirs = master_equation(decay, end, seconds, pair)
        assert close(decay.after(pair.full(), end, seconds), theirs)


@pytest.mark.parametrize("decay", DECAYS)
def test_waiting_twice_is_waiting_once_for_the_sum(decay):
    for pair, end, (one, other) in product(PAIRS, End, [(0.3, 0.7), (2.0, 5.0), (0.0, 1.0)]):
        rho = pair.full()
        twice = decay.after(decay.after(rho, end, one), end, other)
        assert close(twice, decay.after(rho, end, one + other))


def test_the_order_in_which_the_ends_wait_does_not_matter():
    one, other = DECAYS[2], DECAYS[3]
    for pair in PAIRS:
        rho = pair.full()
        first = other.after(one.after(rho, End.FIRST, 0.4), End.SECOND, 0.9)
        second = one.after(other.after(rho, End.SECOND, 0.9), End.FIRST, 0.4)
        assert close(first, second)


@pytest.mark.parametrize(("decay", "seconds"), [*product(DECAYS, (0.0, 0.2, 30.0))])
def test_kraus_operators_keep_the_trace(decay, seconds):
    total = sum(each.conj().T @ each for each in decay.kraus(seconds))
    assert close(total, np.eye(2))


def test_the_other_end_sees_nothing_of_it():
    for pair, decay in product(PAIRS, DECAYS):
        assert close(state_of(decay.after(pair.full(), End.FIRST, 1.0), End.SECOND), pair.ptrace(1))


def test_the_phase_of_a_pair_is_gone_by_a_factor_e_after_t2():
    rho = Decay(t2_s=1.5).after(projector(Bell.PSI_PLUS), End.SECOND, 1.5)
    assert fidelity(rho, Bell.PSI_PLUS) == pytest.approx((1 + math.exp(-1)) / 2)
    assert fidelity(rho, Bell.PSI_MINUS) == pytest.approx((1 - math.exp(-1)) / 2)


def test_in_the_end_a_qubit_is_in_0():
    rho = Decay(t1_s=1.0, t2_s=1.0).after(QUTIP_BELL[Bell.PHI_PLUS].proj().full(), End.FIRST, 60.0)
    assert close(state_of(rho, End.FIRST), np.diag([1, 0]))


@pytest.mark.parametrize("times", [(0.0, 1.0), (1.0, 0.0), (1.0, 2.01), (math.nan, 1.0), (1, -1)])
def test_times_that_no_memory_has_are_refused(times):
    with pytest.raises(ValueError, match="t2_s"):
        Decay(*times)


@pytest.mark.parametrize("seconds", [-1e-9, math.inf, math.nan])
def test_nobody_waits_so_long(seconds):
    with pytest.raises(ValueError, match="time"):
        Decay().kraus(seconds)
