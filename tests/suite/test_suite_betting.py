"""The e-processes keep their error bound, and see what they are for."""

import math
import random

import pytest

from qonform.statistics.betting import UniformityBet


def bet_on(alphabet: int, symbols: list[int]) -> UniformityBet:
    bet = UniformityBet(alphabet)
    bet.see(symbols)
    return bet


def test_no_symbol_no_evidence():
    assert UniformityBet(2).log_e == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("alphabet", [2, 4])
def test_the_capital_is_a_fair_game(alphabet):
    """Summed over all sequences of one length, each as likely, the e-value has mean 1."""
    length = 6
    total = 0.0
    for number in range(alphabet**length):
        symbols = [number // alphabet**i % alphabet for i in range(length)]
        total += math.exp(bet_on(alphabet, symbols).log_e)
    assert total / alphabet**length == pytest.approx(1)


def test_ideal_bits_are_hardly_ever_called_biased():
    rng = random.Random(7)
    alpha, runs, alarms = 0.05, 400, 0
    for _ in range(runs):
        bet = UniformityBet(2)
        for _ in range(40):  # look after every key, and stop at the first alarm
            ones = rng.getrandbits(64).bit_count()
            bet.add((64 - ones, ones))
            if bet.log_e > -math.log(alpha):
                alarms += 1
                break
    assert alarms <= runs * alpha


def test_a_bias_of_five_in_eight_is_seen_within_2000_bits():
    rng = random.Random(7)
    bet = bet_on(2, [int(rng.random() < 5 / 8) for _ in range(2_000)])
    assert bet.log_e > 7 * math.log(10)
