"""What all tests over pairs are made of: bets on bits, complete sets of bits, their cost."""

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qonform.statistics.links.balance import Balance
from qonform.statistics.links.bets import (
    log_e_above,
    log_e_below,
    lower_bound,
    more_until_above,
    more_until_below,
    upper_bound,
)
from qonform.statistics.links.cost import (
    divergence,
    pairs_to_ask,
    pairs_to_decide,
    stein_floor,
)
from qonform.statistics.links.result import Evidence, Result, Verdict

shares = st.floats(0.001, 0.999)
counts = st.integers(0, 3_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@pytest.mark.parametrize("null", [0.05, 1 / 3, 0.5, 0.9])
@pytest.mark.parametrize("log_e", [log_e_above, log_e_below])
def test_where_ones_have_the_share_the_capital_is_a_fair_game(log_e, null):
    n = 12
    chances = stats.binom.pmf(range(n + 1), n, null)
    mean = sum(p * math.exp(log_e(n, ones, null)) for ones, p in enumerate(chances))
    assert mean == pytest.approx(1)


@given(st.lists(shares, min_size=1, max_size=6))
@settings(deadline=None)
def test_bits_of_different_chances_are_a_losing_game_against_their_mean(chances):
    """Exactly, over all outcomes: neither direction gains, though the chances differ."""
    null = sum(chances) / len(chances)
    for log_e in (log_e_above, log_e_below):
        mean = 0.0
        for bits in itertools.product((0, 1), repeat=len(chances)):
            chance = math.prod(p if bit else 1 - p for p, bit in zip(chances, bits, strict=True))
            mean += chance * math.exp(log_e(len(bits), sum(bits), null))
        assert mean <= 1 + 1e-9


@given(counts, shares)
@settings(deadline=None)
def test_the_two_directions_are_never_both_worth_more_than_nothing(seen, null):
    above, below = log_e_above(*seen, null), log_e_below(*seen, null)
    assert min(above, below) <= 1e-9


@given(counts, shares, shares)
@settings(deadline=None)
def test_what_refutes_a_share_refutes_smaller_ones_too(seen, one, other):
    assert log_e_above(*seen, min(one, other)) >= log_e_above(*seen, max(one, other)) - 1e-9
    assert log_e_below(*seen, min(one, other)) <= log_e_below(*seen, max(one, other)) + 1e-9


@given(counts, st.sampled_from([0.05, 1e-3, 1e-6]))
@settings(max_examples=50, deadline=None)
def test_bounds_lie_where_the_capital_reaches_the_threshold(seen, alpha):
    n, ones = seen
    low, high = lower_bound(n, ones, alpha), upper_bound(n, ones, alpha)
    assert 0 <= low <= ones / max(1, n) <= high + 1e-9 <= 1 + 1e-9
    if low > 1e-6:
        assert log_e_above(n, ones, low) == pytest.approx(-math.log(alpha), rel=1e-6)
    if high < 1 - 1e-6:
        assert log_e_below(n, ones, high) == pytest.approx(-math.log(alpha), rel=1e-6)


def test_at_the_ends_of_the_scale_one_bit_is_proof_and_no_bits_are_none():
    assert log_e_above(10, 1, 0.0) == math.inf
    assert log_e_below(10, 9, 1.0) == math.inf
    assert log_e_above(10, 0, 0.0) <= 0
    assert log_e_above(10, 10, 1.0) <= 0
    assert log_e_above(0, 0, 0.3) == pytest.approx(0)


@given(st.integers(0, 40), st.floats(0.01, 0.9), st.floats(0.05, 1))
@settings(max_examples=50, deadline=None)
def test_what_is_foreseen_is_the_first_number_that_is_enough(n, null, beyond):
    ones, share = n * null / 2, null + (1 - null) * beyond
    more = more_until_above(n, ones, null, 1e-3, share)
    assert more is not None
    threshold = math.log(1e3)
    assert log_e_above(n + more, ones + more * share, null) >= threshold
    assert log_e_above(n + more - 1, ones + (more - 1) * share, null) < threshold


def test_nothing_is_foreseen_where_ones_come_on_the_other_side():
    assert more_until_above(100, 5, 0.1, 1e-3, 0.05) is None
    assert more_until_below(100, 15, 0.1, 1e-3, 0.15) is None
    assert more_until_below(0, 0, 0.0667, 1e-3, 0.0) == pytest.approx(146, abs=2)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=80))
@settings(deadline=None)
def test_complete_sets_hold_the_first_bits_of_each_kind(seen):
    balance, complete = Balance("abc"), 0
    for kind, bit in seen:
        complete += balance.see(kind, bit)
    of = [[bit for each, bit in seen if each == kind] for kind in "abc"]
    sets = min(map(len, of))
    assert complete == sets
    assert (balance.n, balance.ones) == (3 * sets, sum(sum(bits[:sets]) for bits in of))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 2)), max_size=80))
@settings(deadline=None)
def test_a_complete_set_is_of_one_group(seen):
    together = Balance("abc")
    apart = [Balance("abc") for _ in range(3)]
    for kind, bit, group in seen:
        together.see(kind, bit, group)
        apart[group].see(kind, bit)
    assert together.n == sum(each.n for each in apart)
    assert together.ones == sum(each.ones for each in apart)


def test_numbers_are_rounded_up_to_complete_sets():
    assert [Balance("abc").whole(bits) for bits in (0, 1, 3, 4, None)] == [0, 3, 3, 6, None]


def test_what_has_spoken_has_spoken():
    evidence = Evidence(0.0, 1e-3)
    said = []
    for log_e in (3.0, 2.0, 8.0, 1.0, 9.0):
        evidence = evidence.at(log_e)
        said.append((evidence.log_e, evidence.speaks))
    assert said == [(3.0, False), (2.0, False), (8.0, True), (8.0, True), (9.0, True)]


@pytest.mark.parametrize(
    ("holds", "broken", "verdict"),
    [
        (0, 0, Verdict.UNDECIDED),
        (9, 0, Verdict.HOLDS),
        (0, 20, Verdict.BROKEN),
        (9, 20, Verdict.BROKEN),
    ],
)
def test_a_claim_that_was_refuted_is_broken_whatever_came_before(holds, broken, verdict):
    said = Result("", 1, Evidence(holds, 1e-3), Evidence(broken, 1e-6), "", 0, (0, 1), 1e-3, 0)
    assert said.verdict is verdict


def test_divergences_are_those_of_scipy():
    for p, q in [(0.0, 0.1), (0.2, 0.1), (0.5, 0.6), (1.0, 0.3)]:
        assert divergence(p, q) == pytest.approx(stats.entropy([p, 1 - p], [q, 1 - q]))
    assert divergence(0.1, 0.0) == math.inf


def test_floors_of_the_standard_s_cases():
    """Without any error 0.9 takes 101 pairs at 1e-3; of equal shares there is no floor."""
    assert math.ceil(pairs_to_decide(1e-3, 1.0, 0.9)) == 101
    assert math.ceil(pairs_to_decide(1e-6, 1.0, 0.9)) == 201
    with pytest.raises(ValueError, match="equal"):
        stein_floor(1e-3, 0.1, 0.1)


def test_the_floor_is_below_what_the_bets_take():
    rng = random.Random(5)
    taken = []
    for _ in range(60):
        n = ones = 0
        while log_e_above(n, ones, 0.1) < math.log(1e3):
            n, ones = n + 1, ones + (rng.random() < 0.3)
        taken.append(n)
    floor = stein_floor(1e-3, 0.3, 0.1)
    assert floor < sum(taken) / len(taken) < 2 * floor


def test_pairs_to_ask_where_axes_are_drawn():
    third, half = (1 / 3,) * 3, (0.5, 0.5)
    assert pairs_to_ask(100, (1,), (1,)) == 100
    assert pairs_to_ask(100, third, third) == pytest.approx(300)
    assert pairs_to_ask(100, half, half) == pytest.approx(200)
