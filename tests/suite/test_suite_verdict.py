"""The verdict lattice has a truth table."""

import itertools

import pytest

from qonform.catalogue import Level
from qonform.judging import Overall, Verdict, combine, overall

P, F, U, N, W, T = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_APPLICABLE,
    Verdict.WAIVED,
    Verdict.NOT_TESTED,
)


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ([], T),
        ([P], P),
        ([P, P], P),
        ([P, U], U),
        ([P, F], F),
        ([U, F], F),
        ([N], N),
        ([N, P], P),
        ([N, U], U),
        ([N, U, P, F], F),
        ([T], T),
    ],
)
def test_several_findings_are_as_good_as_their_worst(said, together):
    assert combine(said) is together
    assert combine(reversed(said)) is together


@pytest.mark.parametrize(
    ("shall", "verdict"),
    [
        ([P], Overall.CONFORMING),
        ([P, N], Overall.CONFORMING),
        ([P, T], Overall.CONFORMING),
        ([P, W], Overall.CONFORMING),
        ([W], Overall.CONFORMING),
        ([P, U], Overall.INCONCLUSIVE),
        ([U], Overall.INCONCLUSIVE),
        ([], Overall.INCONCLUSIVE),
        ([N], Overall.INCONCLUSIVE),
        ([T], Overall.INCONCLUSIVE),
        ([P, F], Overall.NON_CONFORMING),
        ([U, F], Overall.NON_CONFORMING),
        ([W, F], Overall.NON_CONFORMING),
    ],
)
def test_mandatory_requirements_alone_decide(shall, verdict):
    rows = [(Level.SHALL, v) for v in shall]
    assert overall(rows) is verdict
    for level, other in itertools.product((Level.SHOULD, Level.MAY), Verdict):
        assert overall([*rows, (level, other)]) is verdict
