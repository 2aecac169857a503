"""The tests over keys: exact under ideal keys, and able to see what they are for."""

import copy
import hashlib
import math
import random
import re
import uuid
from pathlib import Path

import pytest

from qonform.statistics.betting import UniformityBet
from qonform.statistics.family import KEY_TESTS, KeyStatistics
from qonform.statistics.key_test import Sample
from qonform.statistics.power import (
    GROSS_BIAS,
    POWER,
    alarm,
    bias_found,
    symbols_needed,
)
from qonform.statistics.repeats import RepeatedBlocks

LENGTHS = (1, 32, 32, 2, 8, 32, 1, 40, 1)
THRESHOLD = math.log(6e6)


def keys(rng, lengths):
    links = ("a b", "b a", "a c")
    return [Sample(rng.randbytes(n), rng.choice(links), i) for i, n in enumerate(lengths, 1)]


def family_over(materials):
    family = KeyStatistics()
    for number, material in enumerate(materials, 1):
        family.see(Sample(material, "a b", number))
        family.look(number)
    return family


def spoke(materials):
    return set(family_over(materials).alarms)


def mean_after_one_more_byte(test):
    """The e-value that is to be expected when one byte more is seen, of ideal keys."""
    total = 0.0
    for byte in range(256):
        after = copy.deepcopy(test)
        after.see(Sample(bytes([byte]), "a b", 99))
        total += math.exp(after.log_e)
    return total / 256


@pytest.mark.parametrize("kind", KEY_TESTS, ids=lambda kind: kind.id)
def test_no_next_key_is_worth_a_bet(kind):
    """Whatever came before: over all next keys, each as likely, the mean e-value stays as it is."""
    for seed in range(4):
        rng = random.Random(seed)
        test = kind(THRESHOLD)
        for key in keys(rng, LENGTHS[: 3 + 2 * seed]):
            test.see(key)
        assert mean_after_one_more_byte(test) == pytest.approx(math.exp(test.log_e), rel=1e-9)


def test_repeats_stay_fair_where_blocks_are_short_enough_to_come_again():
    for seed in range(4):
        rng = random.Random(seed)
        test = RepeatedBlocks(math.log(1 / 50), width=1)  # a share of 50: repeats are expected
        for key in keys(rng, LENGTHS):
            test.see(key)
        assert test.n > 1000
        assert mean_after_one_more_byte(test) == pytest.approx(math.exp(test.log_e), rel=1e-9)


def test_repeats_by_chance_are_as_frequent_as_is_said_and_the_test_ends_before_they_are_more():
    share, alarms = 0.02, 0
    for seed in range(1_000):
        rng = random.Random(seed)
        test = RepeatedBlocks(-math.log(share), width=3)
        for number in range(120):
            test.see(Sample(rng.randbytes(32), "a b", number))
        assert 0.9 * share < test.chance < share
        alarms += test.log_e >= test.threshold
    assert 10 <= alarms <= 31  # 20 due, and no more than 31 in 99 of 100 such tests


def test_ideal_keys_raise_no_alarm():
    rng = random.Random(5)
    assert spoke([rng.randbytes(rng.choice((8, 32, 64))) for _ in range(200)]) == set()


def test_of_one_key_repeated_everything_but_the_bits_themselves_tells():
    material = random.Random(1).randbytes(32)
    assert spoke([material] * 60) >= {"between", "positions", "repeats"}


def biased(rng, share):
    return bytes(sum((rng.random() < share) << i for i in range(8)) for _ in range(32))


def test_biased_bits():
    rng = random.Random(2)
    assert "bits" in spoke([biased(rng, 0.575) for _ in range(60)])


def test_bytes_that_are_never_zero():
    rng = random.Random(3)
    ideal = (bytes(rng.choices(range(1, 256), k=32)) for _ in range(200))
    assert spoke(ideal) == {"bytes"}


def test_bytes_of_a_text():
    rng = random.Random(3)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    assert "bytes" in spoke(bytes(rng.choices(letters, k=32)) for _ in range(8))


@pytest.mark.parametrize("lag", [1, 5, 8, 64, 128])
def test_bits_that_follow_from_others_of_their_key(lag):
    def key(rng):
        value = rng.getrandbits(lag)
        for place in range(lag, 256):
            again = rng.random() < 0.8
            value |= ((value >> (place - lag)) & 1 if again else rng.getrandbits(1)) << place
        return value.to_bytes(32)

    rng = random.Random(4)
    assert "within" in spoke(key(rng) for _ in range(10))


def test_keys_whose_second_half_is_the_first():
    rng = random.Random(4)
    halves = [rng.randbytes(16) for _ in range(4)]
    assert spoke(half + half for half in halves) >= {"within", "repeats"}


@pytest.mark.parametrize("back", [1, 2])
def test_keys_that_follow_from_earlier_ones(back):
    rng = random.Random(6)
    made = [rng.randbytes(32) for _ in range(back)]
    for _ in range(10):
        flips = sum((rng.random() < 0.2) << i for i in range(256)).to_bytes(32)
        made.append(bytes(a ^ b for a, b in zip(made[-back], flips, strict=True)))
    assert "between" in spoke(made)


def test_keys_that_follow_from_the_one_before_on_their_link_alone():
    rng = random.Random(6)
    family, latest = KeyStatistics(), {}
    for number in range(40):
        link = rng.choice(("a b", "b a", "a c"))
        before = latest.get(link, rng.randbytes(32))
        latest[link] = bytes(b ^ 0xFF for b in before[:16]) + rng.randbytes(16)
        family.see(Sample(latest[link], link, number))
    family.look(40)
    assert "between" in family.alarms


def test_one_stuck_bit_is_found_when_it_is_said_to_be():
    rng = random.Random(7)
    made = [bytes([*rng.randbytes(20), rng.randrange(256) | 4, *rng.randbytes(11)])
            for _ in range(60)]  # fmt: skip
    family = family_over(made[:1])
    needed = 1 + family.tests[4].needs
    assert needed <= 40
    assert spoke(made[:needed]) == {"positions"}


def test_a_part_of_a_key_that_comes_again_at_another_place():
    rng = random.Random(8)
    first, second = rng.randbytes(32), rng.randbytes(32)
    family = family_over([first, second[:5] + first[3:18] + second[20:]])
    assert set(family.alarms) == {"repeats"}
    assert family.tests[5].exchanges == (1, 2)


@pytest.mark.parametrize(
    "made",
    [
        lambda i: hashlib.sha256(i.encode()).digest(),
        lambda i: hashlib.sha512(i.replace("-", "").upper().encode()).digest()[:32],
        lambda i: hashlib.md5(uuid.UUID(i).bytes, usedforsecurity=False).digest(),
        lambda i: uuid.UUID(i).bytes,
        lambda i: i.encode()[:32],
    ],
)
def test_a_key_that_follows_from_its_id(made):
    key_id = "bc490419-7d60-487f-adc1-4ddcc177c139"
    family = KeyStatistics()
    family.see(Sample(made(key_id), "a b", 1, key_id))
    family.look(1)
    assert "from-id" in family.alarms
    assert key_id not in family.tests[-1].found


@pytest.mark.parametrize("key_id", ["\ud800", "", "x" * 10**6, "é-ü", " "])
def test_whatever_an_id_is_a_key_is_taken(key_id):
    family = KeyStatistics()
    family.see(Sample(random.Random(1).randbytes(32), "a b", 1, key_id))
    family.look(1)
    assert family.alarms == {}


def test_an_id_that_is_no_uuid_is_hashed_as_it_is():
    family = KeyStatistics()
    family.see(Sample(hashlib.sha256(b"key-7").digest(), "a b", 1, "key-7"))
    family.look(1)
    assert set(family.alarms) == {"from-id"}


def test_what_has_spoken_is_not_taken_back():
    rng = random.Random(9)
    family = family_over([bytes(32)] * 3 + [rng.randbytes(32) for _ in range(100)])
    assert family.log_e(family.tests[0]) >= family.threshold > family.tests[0].log_e
    assert family.alarms["bits"].exchange == 1


@pytest.mark.parametrize("n", [300, 4_096, 50_000])
def test_a_bias_that_is_said_to_be_found_is_found(n):
    """Held against the binomial distribution itself."""
    bias, count = bias_found(n, THRESHOLD), alarm(n, THRESHOLD)
    p = 0.5 + bias
    missed = sum(
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                 + k * math.log(p) + (n - k) * math.log1p(-p))
        for k in range(count)
    )  # fmt: skip
    assert missed <= 1 - POWER
    assert UniformityBet(2, counts=[n - count, count]).log_e >= THRESHOLD
    assert UniformityBet(2, counts=[n - count + 1, count - 1]).log_e < THRESHOLD


def test_few_bits_find_no_bias():
    assert alarm(16, THRESHOLD) is None
    assert bias_found(16, THRESHOLD) is None


def test_a_pass_takes_about_four_thousand_bits():
    needed = symbols_needed(GROSS_BIAS, THRESHOLD)
    assert 3_000 < needed < 4_096, "because then 16 keys of 256 bit are enough"
    assert bias_found(needed, THRESHOLD) <= GROSS_BIAS


def test_nothing_that_is_said_of_a_finding_tells_a_key():
    material = random.Random(1).randbytes(32)
    for made in ([material] * 3, [bytes(32)] * 3, [b"\xff" * 32] * 3):
        for test in family_over(made).tests:
            told = f"{test.found} {test.finds} {test!r}"
            assert made[0].hex() not in told
            assert "zero" not in told


def test_the_page_tells_the_biases_that_are_found():
    """Each row of its table, rounded up."""
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text()
    rows = re.findall(r"^\| ([\d,]+) \| [\d,]+ \| 0\.5 ± ([\d.]+) \|$", page, re.MULTILINE)
    assert len(rows) >= 5
    threshold = KeyStatistics().threshold
    for n, bias in rows:
        found = bias_found(int(n.replace(",", "")), threshold)
        assert float(bias) == pytest.approx(math.ceil(found * 1000) / 1000)
