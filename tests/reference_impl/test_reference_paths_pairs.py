"""Pairs over several links: their names, states and fidelity, at both ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from path_cores import EXACT, HEAD, TAIL, Half, links, new_chain
from quantum import as_expected

from qinet_reference.links.domain.model import BasisSet, Measured, PairType, Qubit, RandomBasis
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell
from qinet_reference.paths.domain.fidelity import (
    expected_fidelity,
    greatest_fidelity,
    least_fidelity,
)
from qinet_reference.paths.domain.model import Confirmation, PathDone

KEEP, MEASURE = PairType.KEEP, PairType.MEASURE
ANY = RandomBasis(BasisSet.XYZ)
SIGN_OF = {Axis.X: 0, Axis.Y: 1, Axis.Z: 2}


def swapped(one: float, other: float) -> float:
    return one * other + (1 - one) * (1 - other) / 3


def is_wrong(pair: tuple[Half, Half]) -> bool | None:
    """Whether outcomes along one axis break the relation of the state; None if axes differ."""
    one, other = (half.here for half in pair)
    assert isinstance(one, Measured)
    assert isinstance(other, Measured)
    if one.basis is not other.basis or not isinstance(one.basis, Axis):
        return None
    equal = one.outcome == other.outcome
    return equal != (pair[0].pair.bell.signs[SIGN_OF[one.basis]] == 1)


@pytest.mark.parametrize(
    ("fidelities", "expected"),
    [
        ((0.9,), 0.9),
        ((0.9, 0.9), swapped(0.9, 0.9)),
        ((0.95, 0.7), swapped(0.95, 0.7)),
        ((0.9, 0.8, 0.7), swapped(swapped(0.9, 0.8), 0.7)),
        ((0.95, 0.95, 0.95), 0.8598),
        ((0.9, 0.9, 0.9, 0.9), swapped(swapped(swapped(0.9, 0.9), 0.9), 0.9)),
    ],
)
@pytest.mark.parametrize("kind", [KEEP, MEASURE])
def test_werner_links_make_the_fidelity_that_they_must(
    fidelities: tuple[float, ...], expected: float, kind: PairType
) -> None:
    chain = new_chain(len(fidelities) + 1, links=links(*fidelities))
    chain.ask(number=8, type=kind)
    chain.until_quiet()
    estimates = [half.pair.fidelity for pair in chain.both() for half in pair]
    assert estimates == pytest.approx([expected] * 16, abs=1e-4 if expected == 0.8598 else 1e-9)


def test_the_noise_of_each_swap_takes_its_share() -> None:
    chain = new_chain(4, links=links(0.9, 0.9, 0.9), swap_noise=0.1)
    chain.ask(number=3)
    chain.until_quiet()
    weight = ((4 * 0.9 - 1) / 3) ** 3 * 0.9**2
    estimates = [half.pair.fidelity for pair in chain.both() for half in pair]
    assert estimates == pytest.approx([(3 * weight + 1) / 4] * 6)


@pytest.mark.parametrize("nodes", [2, 3, 4, 5])
@pytest.mark.parametrize("confirmation", Confirmation)
def test_both_ends_name_the_same_pairs_and_then_nothing_more_comes(
    nodes: int, confirmation: Confirmation
) -> None:
    chain = new_chain(nodes)
    chain.ask(number=40, confirmation=confirmation)
    chain.ask(number=7, confirmation=confirmation)
    chain.until_quiet()
    assert len(chain.both(1)) == 40
    assert len(chain.both(2)) == 7
    assert len(chain.both()) == 47, "no pair belongs to two requests"
    for end in (HEAD, TAIL):
        assert chain.ends(end) == [PathDone(), PathDone()]
        assert chain.told(end, 1)[-1] == PathDone()
    assert chain.free() == [8, 8]


@pytest.mark.parametrize("nodes", [2, 3, 4, 5])
@pytest.mark.parametrize("confirmation", Confirmation)
def test_labels_are_true(nodes: int, confirmation: Confirmation) -> None:
    """Without noise no outcome may contradict the state, in whatever order ends are measured."""
    chain = new_chain(nodes, links=[EXACT] * (nodes - 1))
    chain.ask(number=150, confirmation=confirmation, local_basis=ANY, remote_basis=ANY)
    chain.until_quiet()
    told = [is_wrong(pair) for pair in chain.both()]
    assert sum(one is not None for one in told) > 20
    assert not any(told)
    if nodes > 2:
        states = Counter(one.pair.bell for one, _ in chain.both())
        assert as_expected([states[bell] for bell in Bell], [0.25] * 4)


def test_errors_are_as_frequent_as_the_fidelity_says() -> None:
    chain = new_chain(3, links=links(0.85, 0.9))
    chain.ask(number=600, local_basis=ANY, remote_basis=ANY)
    chain.until_quiet()
    told = [one for one in map(is_wrong, chain.both()) if one is not None]
    error = 2 * (1 - swapped(0.85, 0.9)) / 3
    assert as_expected([sum(told), len(told) - sum(told)], [error, 1 - error])


@pytest.mark.parametrize("axis", [Axis.X, Axis.Y, Axis.Z])
@pytest.mark.parametrize("wanted", [None, *Bell])
def test_kept_halves_are_correlated_as_their_state_says(axis: Axis, wanted: Bell | None) -> None:
    chain = new_chain(4, links=[EXACT] * 3)
    chain.ask(number=8, type=KEEP, final_state=wanted)
    chain.until_quiet()
    pairs = chain.both()
    assert len(pairs) == 8
    for place, pair in enumerate(pairs):
        if wanted is not None:
            assert pair[0].pair.bell is wanted
        ends = list(zip((HEAD, TAIL), pair, strict=True))
        outcomes = []
        for caller, half in ends if place % 2 else ends[::-1]:
            assert isinstance(half.here, Qubit)
            assert half.pair.fidelity == pytest.approx(1)
            measured = chain.services[caller].measure(caller, half.here.id, axis)
            outcomes.append(measured.outcome)
        equal = outcomes[0] == outcomes[1]
        assert equal == (pair[0].pair.bell.signs[SIGN_OF[axis]] == 1)
    assert chain.free() == [8, 8]


def test_waiting_costs_no_more_than_is_told_beforehand() -> None:
    decaying = replace(EXACT, fidelity=0.97, coherence_time=0.1, relaxation_time=0.5)
    for nodes in (2, 3, 5):
        chain = new_chain(nodes, links=[decaying] * (nodes - 1))
        chain.ask(number=8, type=KEEP)
        chain.until_quiet()
        least, greatest = least_fidelity(chain.terms), greatest_fidelity(chain.terms)
        assert least < expected_fidelity(chain.terms) < greatest
        estimates = [half.pair.fidelity for pair in chain.both() for half in pair]
        assert all(least <= one <= greatest for one in estimates)
        assert min(estimates) < greatest - 1e-4, "memories decay"


def test_outcomes_do_not_decay_but_qubits_do() -> None:
    """Once both ends are measured nothing changes any more, whenever that is told."""
    decaying = replace(EXACT, coherence_time=0.01, relaxation_time=1e12)
    slow = new_chain(2, links=[decaying], hop_time=0.01)
    slow.ask(number=1)
    slow.ask(number=1, type=KEEP)
    slow.until_quiet()
    (measured,), (kept,) = slow.both(1), slow.both(2)
    assert measured[0].pair.fidelity == pytest.approx(1)
    assert kept[0].pair.fidelity < 0.7


@pytest.mark.parametrize("nodes", [2, 3, 5])
def test_circuits_over_the_same_links_have_each_its_own_pairs(nodes: int) -> None:
    """Were a pair of one used in the other, outcomes would contradict states."""
    chain = new_chain(nodes, links=[EXACT] * (nodes - 1))
    back = chain.back()
    for _ in range(3):
        chain.ask(number=30, local_basis=Axis.Y, remote_basis=Axis.Y)
        back.ask(TAIL, number=30, local_basis=Axis.X, remote_basis=Axis.X)
    chain.until_quiet()
    times = []
    for one, axis in ((chain, Axis.Y), (back, Axis.X)):
        pairs = one.both()
        assert len(pairs) == 90
        assert not any(map(is_wrong, pairs))
        assert {half.here.basis for pair in pairs for half in pair} == {axis}  # type: ignore[union-attr]
        times.append([half.pair.fidelity_time for half, _ in pairs])
    assert min(times[0]) < max(times[1]), "neither starves"
    assert min(times[1]) < max(times[0]), "neither starves"
    assert chain.free() == [8, 8]


def test_decay_at_the_nodes_that_swap_shows_in_outcomes_as_it_is_told() -> None:
    """Halves that were measured before they were joined tell the same as the density matrix."""
    decaying = replace(
        EXACT, success_probability=2e-3, coherence_time=0.01, relaxation_time=0.02, fidelity=0.97
    )
    chain = new_chain(3, links=[decaying] * 2, cutoff=0.02)
    chain.ask(number=900, local_basis=ANY, remote_basis=ANY, confirmation=Confirmation.LATER)
    chain.until_quiet()
    pairs = chain.both()
    told = [wrong for wrong in map(is_wrong, pairs) if wrong is not None]
    mean = sum(one.pair.fidelity for one, _ in pairs) / len(pairs)
    assert mean < 0.85, "it is decay that is tested"
    error = 2 * (1 - mean) / 3
    assert as_expected([sum(told), len(told) - sum(told)], [error, 1 - error])


@pytest.mark.parametrize("nodes", [3, 5])
def test_the_rate_that_is_told_is_kept(nodes: int) -> None:
    chain = new_chain(nodes)
    begun = chain.now
    chain.ask(number=100)
    chain.until_quiet()
    assert 100 / (chain.now - begun) > chain.terms.pairs_per_second
