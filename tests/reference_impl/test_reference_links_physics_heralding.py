"""Attempts, heralds, and the state that a herald tells of."""

import math
import random
from collections import Counter
from itertools import pairwise, product

import pytest
import qutip
from quantum import PAULIS, QUTIP_BELL, Fixed, as_expected, close
from scipy.stats import geom

from qinet_reference.links.physics.bell import Bell, pauli_between
from qinet_reference.links.physics.chance import draw
from qinet_reference.links.physics.heralding import Heralding
from qinet_reference.links.physics.noise import BIT_FLIP, DEPHASING, DEPOLARISING, PairNoise
from qinet_reference.links.physics.states import fidelity, werner

LAST = math.nextafter(1.0, 0.0)


@pytest.mark.parametrize("p", [0.9, 0.3, 0.02])
def test_the_number_of_attempts_is_geometric(p):
    heralding, rng, n = Heralding(1e5, p), random.Random(12), 50_000
    drawn = [heralding.attempts(rng) for _ in range(n)]
    edges = [0, *sorted({int(geom.ppf(q, p)) for q in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)}), math.inf]
    cells = [*pairwise(edges)]
    seen = [sum(low < number <= high for number in drawn) for low, high in cells]
    assert sum(seen) == n
    assert as_expected(seen, [geom.cdf(hi, p) - geom.cdf(lo, p) for lo, hi in cells], cases=3)


@pytest.mark.parametrize("p", [0.75, 0.5, 0.125])
def test_more_than_k_attempts_take_the_upper_part_of_the_interval(p):
    heralding = Heralding(1.0, p)
    for k in range(1, 6):
        edge = 1 - (1 - p) ** k
        assert heralding.attempts(Fixed(edge - 1e-9)) == k
        assert heralding.attempts(Fixed(edge + 1e-9)) == k + 1


def test_attempts_at_the_edges():
    assert Heralding(1.0, 1.0).attempts(Fixed(LAST)) == 1
    assert Heralding(1.0, 0.5).attempts(Fixed(0.0)) == 1
    assert Heralding(1.0, 0.5).attempts(Fixed(LAST)) == 54
    assert Heralding(1.0, 1e-12).attempts(Fixed(0.5)) == pytest.approx(1e12 * math.log(2))


def test_rates():
    heralding = Heralding(2e4, 5e-4)
    assert heralding.pairs_per_second == pytest.approx(10)
    assert heralding.attempt_s == pytest.approx(5e-5)


@pytest.mark.parametrize(
    "labels", [None, {Bell.PHI_PLUS: 1.0}, dict(zip(Bell, (0.1, 0.2, 0.3, 0.4), strict=True))]
)
def test_labels_come_as_configured(labels):
    heralding = Heralding(1.0, 0.5) if labels is None else Heralding(1.0, 0.5, labels)
    expected = labels or {Bell.PSI_PLUS: 0.5, Bell.PSI_MINUS: 0.5}
    rng = random.Random(13)
    seen = Counter(heralding.label(rng) for _ in range(20_000))
    assert as_expected([seen[b] for b in Bell], [expected.get(b, 0.0) for b in Bell], cases=3)


@pytest.mark.parametrize(
    "given",
    [(0.0, 0.5), (math.inf, 0.5), (1.0, 0.0), (1.0, 1.1), (1.0, math.nan), (1.0, 0.5, {})],
)
def test_what_makes_no_pairs_is_refused(given):
    with pytest.raises(ValueError, match=r"attempt|probabilities"):
        Heralding(*given)


@pytest.mark.parametrize("number", [0.0, 0.3, LAST])
def test_what_has_no_weight_never_comes(number):
    assert draw([0.0, 1.0, 0.0], Fixed(number)) == 1
    assert draw([-1e-17, 0.3, 1e-17], Fixed(number)) == 1


def test_the_unit_interval_is_shared_out_from_below_each_part_without_its_upper_end():
    numbers = (0.0, 0.125, 0.25, 0.5, 0.749, 0.75, LAST)
    assert [draw([1, 1, 2], Fixed(number)) for number in numbers] == [0, 0, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("bell", "rest", "given"),
    [*product(Bell, (DEPOLARISING, DEPHASING, BIT_FLIP, (0.2, 0.3, 0.5)), (0.0, 0.8, 1.0))],
)
def test_a_heralded_state_is_the_bell_state_after_errors_at_one_end(bell, rest, given):
    noise = PairNoise(given, rest)
    theirs = given * QUTIP_BELL[bell].proj()
    for pauli, share in zip(PAULIS, rest, strict=True):
        error = qutip.tensor(pauli, qutip.qeye(2))
        theirs += (1 - given) * share * error * QUTIP_BELL[bell].proj() * error
    assert close(noise.state(bell), theirs)
    assert fidelity(noise.state(bell), bell) == pytest.approx(given, abs=1e-12)
    assert noise.state(bell) is PairNoise(given, rest).state(bell)


def test_noise_that_is_alike_in_all_directions_gives_werner_states():
    for bell in Bell:
        assert close(PairNoise(0.85).state(bell), werner(bell, 0.85))


def test_any_weights_can_be_had():
    weights = dict(zip(Bell, (0.05, 0.1, 0.7, 0.15), strict=True))
    heralded = Bell.PSI_PLUS
    shares = {pauli_between(heralded, b).name: w / 0.3 for b, w in weights.items()}
    noise = PairNoise(0.7, (shares["X"], shares["Y"], shares["Z"]))
    assert noise.weights(heralded) == {b: pytest.approx(w) for b, w in weights.items()}


@pytest.mark.parametrize("given", [(-0.1,), (1.1,), (math.nan,), (0.9, (0.5, 0.5, 0.5))])
def test_noise_that_is_none_is_refused(given):
    with pytest.raises(ValueError, match="probabilit"):
        PairNoise(*given)
