"""Single ends, different axes, and the CHSH game: fair where they are, and found where not."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from pairs import OPERATORS, density, mean, outcomes, werner

from qonform.ports.entanglement import Axis, Bell
from qonform.statistics.links.chsh import (
    CLASSICAL,
    QUANTUM,
    STRAIGHT,
    TURNED,
    Chsh,
    TurnedAxes,
    least_wins,
    wins,
)
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.marginals import Bias, End, Frequencies, Independence, Mismatched
from qonform.statistics.links.result import Verdict
from qonform.statistics.links.share import Share, log_e_against

X, Y, Z = PAULI_AXES
THIRDS = dict.fromkeys(PAULI_AXES, 1 / 3)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_bets_against_an_exact_share_are_a_fair_game(share):
    n = 10
    mean_capital = sum(
        math.comb(n, ones) * share**ones * (1 - share) ** (n - ones)
        * math.exp(log_e_against(n, ones, share))
        for ones in range(n + 1) if 0 < share < 1 or ones == n * share
    )  # fmt: skip
    assert mean_capital == pytest.approx(1) if 0 < share < 1 else mean_capital <= 1


def test_the_right_share_is_called_wrong_no_more_often_than_is_said():
    """27 of 150: see the test of fidelity."""
    rng = random.Random(1)
    for due in (0.2, 0.5):
        broken = 0
        for _ in range(150):
            share = Share("", "", due, 0.1, 0.1)
            for _ in range(120):
                share.see(rng.random() < due)
            broken += share.result().broken.speaks
        assert broken <= 27


def test_a_share_at_the_tolerance_holds_no_more_often_than_is_said():
    rng = random.Random(2)
    holds = 0
    for _ in range(150):
        share = Share("", "", 0.5, 1e-9, 0.1)
        for _ in range(120):
            share.see(rng.random() < 0.65)
        holds += share.result().holds.speaks
    assert holds <= 27


def test_outcomes_are_fair_or_biased_by_end_and_axis():
    rng, bias = random.Random(3), Bias()
    for number in range(2_400):
        axis = PAULI_AXES[number % 3]
        bias.see(End.CREATOR, axis, rng.random() < 0.5)
        bias.see(End.PEER, axis, rng.random() < (0.75 if axis is Z else 0.5))
        bias.see(End.PEER, Axis.Z_PLUS_X, 1)
    results = bias.results()
    assert [result.verdict for result in results].count(Verdict.HOLDS) == 5
    (biased,) = (result for result in results if result.verdict is Verdict.BROKEN)
    assert biased.name == "outcomes of the peer at Z are fair"
    assert biased.interval[0] <= 0.75 <= biased.interval[1]


def test_what_fair_outcomes_still_need_is_about_what_they_take():
    rng, bias = random.Random(4), Bias((Z,))
    foreseen = None
    while bias.results() == [] or bias.results()[0].verdict is Verdict.UNDECIDED:
        bias.see(End.CREATOR, Z, rng.getrandbits(1))
        if foreseen is None:
            foreseen = bias.results()[0].more
    assert 0.5 < bias.results()[0].pairs / 200 < 3


def test_axes_come_as_often_as_they_were_asked_for_or_not():
    rng = random.Random(5)
    for weights, verdicts in (
        ((2, 1, 1), {Verdict.HOLDS}),
        ((1, 2, 1), {Verdict.BROKEN, Verdict.HOLDS}),
    ):
        drawn = Frequencies(End.PEER, {X: 0.5, Y: 0.25, Z: 0.25})
        for axis in rng.choices(PAULI_AXES, weights=weights, k=700):
            drawn.see(axis)
        assert {result.verdict for result in drawn.results()} == verdicts


def test_an_axis_of_probability_0_needs_one_pair_to_be_wrong():
    drawn = Frequencies(End.CREATOR, {X: 0.0, Y: 0.0, Z: 1.0})
    drawn.see(X)
    assert [result.verdict for result in drawn.results()] == [
        Verdict.BROKEN, Verdict.UNDECIDED, Verdict.BROKEN,
    ]  # fmt: skip


def test_ends_that_draw_together_are_found_soon():
    ends = Independence(THIRDS, THIRDS)
    for number in range(45):
        ends.see(PAULI_AXES[number % 3], PAULI_AXES[number % 3])
    assert ends.result().verdict is Verdict.BROKEN


def test_ends_that_are_never_alike_but_follow_each_other_are_found_too():
    rng, ends = random.Random(6), Independence(THIRDS, THIRDS)
    for creator in rng.choices(PAULI_AXES, k=60):
        ends.see(creator, {X: Y, Y: Z, Z: X}[creator])
    assert ends.result().verdict is Verdict.BROKEN


def test_ends_that_draw_alone_hold_whatever_the_probabilities_really_are():
    rng = random.Random(7)
    ends = Independence(THIRDS, THIRDS)
    for _ in range(600):
        ends.see(rng.choice(PAULI_AXES), rng.choices(PAULI_AXES, weights=(3, 2, 1))[0])
    ends.see(Axis.Z_PLUS_X, X)
    result = ends.result()
    assert (result.verdict, result.pairs) == (Verdict.HOLDS, 600)


def test_independent_draws_are_called_dependent_no_more_often_than_is_said():
    rng = random.Random(8)
    broken = 0
    for _ in range(100):
        ends = Independence(THIRDS, THIRDS, alpha_fail=0.1)
        for _ in range(60):
            ends.see(rng.choice(PAULI_AXES), rng.choices(PAULI_AXES, weights=(8, 1, 1))[0])
        broken += ends.result().broken.speaks
    assert broken <= 20


@pytest.mark.parametrize("state", Bell)
def test_states_are_uncorrelated_at_different_axes(state):
    for one in PAULI_AXES:
        for other in PAULI_AXES:
            if one is not other:
                assert mean(density(state), one, other) == pytest.approx(0)


def test_a_node_that_measures_z_when_it_says_x_shows_in_every_state():
    rng = np.random.default_rng(9)
    mismatched = Mismatched()
    for number in range(900):
        state = (Bell.PSI_PLUS, Bell.PSI_MINUS)[number % 2]
        one, other = outcomes(rng, werner(state, 0.9), Z, Z)
        mismatched.see(state, X, Z, one, other)
        mismatched.see(state, X, X, one, other)
        mismatched.see(state, Z, Y, *outcomes(rng, werner(state, 0.9), Z, Y))
    verdicts = {result.name: result.verdict for result in mismatched.results()}
    assert len(verdicts) == 4
    for name, verdict in verdicts.items():
        assert verdict is (Verdict.BROKEN if "X and Z" in name else Verdict.HOLDS)


@pytest.mark.parametrize("state", Bell)
def test_what_wins_is_what_the_state_makes_likelier(state):
    for turned in TURNED:
        for straight in STRAIGHT:
            for one, other in ((turned, straight), (straight, turned)):
                product = mean(density(state), one, other)
                assert abs(product) == pytest.approx(1 / math.sqrt(2))
                assert wins(state, turned, straight, 0, 0) == (product > 0)
                assert wins(state, turned, straight, 1, 0) == (product < 0)


def test_the_bounds_of_the_game_are_those_of_all_strategies_and_of_quantum_mechanics():
    best = 0.0
    for number in range(16):
        bits = [number >> at & 1 for at in range(4)]
        one, other = (
            dict(zip(TURNED, bits[:2], strict=True)),
            dict(zip(STRAIGHT, bits[2:], strict=True)),
        )
        won = [wins(Bell.PHI_PLUS, t, s, one[t], other[s]) for t in TURNED for s in STRAIGHT]
        best = max(best, sum(won) / 4)
    assert best == CLASSICAL
    game = sum(
        (-1 if (t, s) == (Axis.Z_MINUS_X, X) else 1) * np.kron(OPERATORS[t], OPERATORS[s])
        for t in TURNED
        for s in STRAIGHT
    )
    assert np.linalg.eigvalsh(game)[-1] / 8 + 0.5 == pytest.approx(QUANTUM)


def play(fidelity, state, pairs, seed=10):
    rng, chsh = np.random.default_rng(seed), Chsh()
    for _ in range(pairs):
        turned, straight = TURNED[rng.integers(2)], STRAIGHT[rng.integers(2)]
        chsh.see(state, turned, straight, *outcomes(rng, werner(state, fidelity), turned, straight))
    return chsh.result()


@pytest.mark.parametrize("state", [Bell.PHI_PLUS, Bell.PSI_PLUS])
def test_good_pairs_violate_the_inequality_and_the_value_is_estimated(state):
    result = play(0.97, state, 1_000)
    assert result.verdict is Verdict.HOLDS
    assert result.interval[0] <= 2 * math.sqrt(2) * (4 * 0.97 - 1) / 3 <= result.interval[1]


def test_poor_pairs_do_not_and_are_no_fault():
    assert play(0.6, Bell.PHI_MINUS, 400).verdict is Verdict.UNDECIDED


def test_wins_beyond_quantum_mechanics_are_broken():
    chsh = Chsh()
    for number in range(160):
        turned, straight = TURNED[number % 2], STRAIGHT[number // 2 % 2]
        bit = 1 - wins(Bell.PSI_PLUS, turned, straight, 0, 0)
        chsh.see(Bell.PSI_PLUS, straight, turned, 0, int(bit))
        chsh.see(Bell.PSI_PLUS, X, X, 0, 0)
        chsh.see(Bell.PSI_PLUS, *TURNED, 0, 0)
    assert (chsh.result().verdict, chsh.result().pairs) == (Verdict.BROKEN, 160)


def test_predictable_wins_of_one_combination_alone_say_nothing():
    chsh = Chsh()
    for bits in pairwise([0] * 500):
        chsh.see(Bell.PHI_PLUS, Axis.Z_PLUS_X, Z, *bits)
    assert chsh.result().pairs == 0


def game_at(fidelity, least, pairs, used=None, seed=11):
    """Plays with axes that are told, and `used` instead of them, where it says so."""
    rng, test, used = np.random.default_rng(seed), TurnedAxes(least), used or {}
    state = Bell.PSI_MINUS
    rho = werner(state, fidelity)
    for _ in range(pairs):
        turned, straight = TURNED[rng.integers(2)], STRAIGHT[rng.integers(2)]
        bits = outcomes(rng, rho, used.get(turned, turned), straight)
        test.see(state, turned, straight, *bits)
    return test.result()


OTHER_AXES = {
    "Z and X": dict(zip(TURNED, (Z, X), strict=True)),
    "one for the other": dict(zip(TURNED, TURNED[::-1], strict=True)),
}


@pytest.mark.parametrize("used", OTHER_AXES.values(), ids=OTHER_AXES)
def test_other_axes_than_those_between_z_and_x_are_found(used):
    assert game_at(0.95, 0.93, 400, used).verdict is Verdict.BROKEN


@pytest.mark.parametrize("fidelity", [0.7, 0.95, 1.0])
def test_pairs_as_good_as_asked_for_win_often_enough(fidelity):
    result = game_at(fidelity, fidelity, 3_000)
    assert result.verdict is Verdict.HOLDS
    assert not result.broken.speaks


def test_no_state_of_a_fidelity_wins_less_than_it_implies():
    """With all errors at X and Z, as a Y error makes them, there are no more wins than that."""
    ideal, flipped = werner(Bell.PHI_PLUS, 1.0), werner(Bell.PSI_MINUS, 1.0)
    for fidelity in (0.6, 0.8, 1.0):
        rho = fidelity * ideal + (1 - fidelity) * flipped
        game = sum(
            (-1 if (t, s) == (Axis.Z_MINUS_X, X) else 1) * np.kron(OPERATORS[t], OPERATORS[s])
            for t in TURNED
            for s in STRAIGHT
        )
        assert np.trace(rho @ game).real / 8 + 0.5 == pytest.approx(least_wins(fidelity))
