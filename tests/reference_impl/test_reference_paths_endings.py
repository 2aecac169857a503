"""What is void, and how requests end: both ends come to the same pairs, whatever happens when."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from path_cores import EXACT, HEAD, PURPOSE, TAIL, Chain, new_chain

from qinet_reference.links.domain.model import PairType, Qubit
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.physics.bases import Axis
from qinet_reference.paths.domain.model import (
    Confirmation,
    Confirmed,
    Delivered,
    Expired,
    PathDone,
    PathFailed,
    PathRequest,
)

KEEP = PairType.KEEP
LATER = Confirmation.LATER
KINDS = (KEEP, PairType.MEASURE)
TIMEOUT, REJECTED = PathFailed(LinkError.TIMEOUT), PathFailed(LinkError.REJECTED)


def fast_then_slow() -> Chain:
    """A pair each ms on the first link, and one each second on the second; cutoff after 10 ms."""
    certain = replace(EXACT, success_probability=1.0)
    return new_chain(
        links=[replace(certain, attempt_time=1e-3), replace(certain, attempt_time=1.0)],
        cutoff=0.01,
        waiting=1,
        pairs_per_second=1e3,
    )


def settled(chain: Chain, end: str) -> None:
    """Of each half that was provisional exactly one thing has become, before the end."""
    told = chain.told(end)
    provisional = [w.half_id for w in told if isinstance(w, Delivered) and w.pair is None]
    fates = [w.half_id for w in told if isinstance(w, Confirmed | Expired)]
    assert sorted(provisional) == sorted(fates), end
    assert isinstance(told[-1], PathDone | PathFailed)


@pytest.mark.parametrize("kind", [KEEP, PairType.MEASURE])
def test_a_chain_that_the_cutoff_has_cut_is_confirmed_at_neither_end(kind: PairType) -> None:
    chain = fast_then_slow()
    chain.ask(type=kind, confirmation=LATER)
    chain.after(0.9)
    head = chain.told(HEAD)
    assert sum(isinstance(what, Expired) for what in head) > 50
    assert not any(isinstance(what, Confirmed) for what in head)
    assert chain.told(TAIL) == []
    chain.until_quiet()
    (pair,) = chain.both()
    expired = [what.half_id for what in chain.told(HEAD) if isinstance(what, Expired)]
    assert pair[0].pair.id > len(expired), "IDs have gaps for what was void"
    for end in (HEAD, TAIL):
        settled(chain, end)
    assert chain.free() == ([7, 7] if kind is KEEP else [8, 8])


def test_what_expires_before_it_was_delivered_is_not_told_of() -> None:
    chain = fast_then_slow()
    chain.ask()
    chain.until_quiet()
    for end in (HEAD, TAIL):
        assert [type(what) for what in chain.told(end)] == [Delivered, PathDone]


def test_a_kept_half_that_expires_is_gone_and_its_memory_free() -> None:
    chain = fast_then_slow()
    chain.ask(type=KEEP, confirmation=LATER)
    while not any(isinstance(what, Expired) for what in chain.told(HEAD)):
        chain.after(1e-4)
    first = chain.told(HEAD)[0]
    assert isinstance(first, Delivered)
    assert isinstance(first.half, Qubit)
    assert chain.free() == [8, 8]
    with pytest.raises(LinkRefusal) as refused:
        chain.services[HEAD].measure(HEAD, first.half.id, Axis.Z)
    assert refused.value.error is LinkError.QUBIT_NOT_FOUND


def test_ends_have_no_cutoff_of_their_own() -> None:
    """The half of the slow link waits at the tail-end while the head-end's come and go."""
    chain = fast_then_slow()
    circuit = chain.ask(type=KEEP, confirmation=LATER, number=3)
    chain.until_quiet()
    assert len(chain.both(circuit)) == 3
    assert not any(isinstance(what, Expired) for what in chain.told(TAIL))


@pytest.mark.parametrize("seed", range(60))
def test_by_the_deadline_both_ends_know_the_same(seed: int) -> None:
    chance = random.Random(seed)
    chain = new_chain(
        chance.choice([2, 3, 4, 5]),
        seed,
        memory=chance.choice([1, 8]),
        cutoff=chance.choice([2e-4, 1e-3, 5e-3]),
        hop_time=chance.choice([1e-6, 1e-4, 1e-3]),
        pairs_per_second=1e6,
    )
    deadlines = []
    for _ in range(3):
        kind, confirmation = chance.choice(KINDS), chance.choice(list(Confirmation))
        max_time = chance.uniform(chain.terms.shortest_time, 0.05)
        chain.ask(number=20, type=kind, confirmation=confirmation, max_time=max_time)
        deadlines.append(chain.now + max_time)
        chain.after(chance.uniform(0, 0.01))
    chain.until_quiet()
    chain.both()
    for number in (1, 2, 3):
        assert chain.told(HEAD, number)[-1] == chain.told(TAIL, number)[-1]
    for end in (HEAD, TAIL):
        for number, deadline in enumerate(deadlines, 1):
            assert isinstance(chain.told(end, number)[-1], PathDone | PathFailed)
            for half in chain.confirmed(end, number).values():
                assert half.pair.fidelity_time <= deadline
        settled(chain, end)


@pytest.mark.parametrize("seed", range(60))
def test_when_either_end_closes_both_keep_the_same(seed: int) -> None:
    chance = random.Random(seed)
    nodes = chance.choice([2, 3, 5])
    speeds = [replace(EXACT, success_probability=chance.choice([4e-3, 2e-2])) for _ in range(nodes)]
    chain = new_chain(
        nodes, seed, links=speeds[1:], hop_time=chance.choice([1e-4, 1e-3]), cutoff=5e-3
    )
    kind, confirmation = chance.choice(KINDS), chance.choice(list(Confirmation))
    number = chance.choice([4, 1000])
    chain.ask(number=number, type=kind, confirmation=confirmation)
    chain.after(chance.choice([0, chance.uniform(0, 0.03)]))
    closers = chance.choice([[HEAD], [TAIL], [HEAD, TAIL], [TAIL, HEAD]])
    for closer in closers:
        chain.services[closer].close(closer, chain.terms.id, PURPOSE)
        chain.after(chance.choice([0, 1e-4]))
    chain.until_quiet()
    chain.both()
    assert chain.ends(HEAD) == chain.ends(TAIL)
    assert chain.ends(HEAD) in ([REJECTED], [PathDone()])
    for end in (HEAD, TAIL):
        settled(chain, end)
    with pytest.raises(LinkRefusal) as refused:
        chain.ask()
    assert refused.value.error is LinkError.REJECTED


def test_requests_of_others_survive_a_closing() -> None:
    chain = new_chain()
    for name in ("carol", "dora"):
        chain.services[name].open(name, chain.terms.id, 9)
    chain.ask(number=50)
    chain.ask("carol", number=50, purpose=9)
    chain.services[HEAD].close(HEAD, chain.terms.id, PURPOSE)
    chain.until_quiet()
    assert chain.ends(HEAD) == chain.ends(TAIL) == [REJECTED]
    assert len(chain.confirmed("carol")) == 50
    assert chain.confirmed("carol").keys() == chain.confirmed("dora").keys()
    assert not chain.confirmed("carol").keys() & chain.confirmed(HEAD).keys()


def test_after_a_failure_the_next_request_is_served() -> None:
    chain = fast_then_slow()
    chain.ask(number=3, max_time=1.5)
    chain.ask(number=2)
    chain.until_quiet()
    assert chain.ends(HEAD) == chain.ends(TAIL) == [TIMEOUT, PathDone()]
    assert len(chain.both(1)) == 1
    assert len(chain.both(2)) == 2


@pytest.mark.parametrize("seed", range(20))
def test_within_a_window_all_pairs_come_together(seed: int) -> None:
    slow = replace(EXACT, success_probability=2e-3)
    chain = new_chain(3, seed, links=[slow] * 2, hop_time=1e-4)
    chain.ask(number=4, type=KEEP, window=0.01)
    chain.until_quiet()
    pairs = chain.both()
    assert len(pairs) == 4
    for end in (HEAD, TAIL):
        assert [type(what) for what in chain.told(end)] == [Delivered] * 4 + [PathDone]
        halves = chain.confirmed(end).values()
        assert len({half.pair.fidelity_time for half in halves}) == 1
        assert len({half.here for half in halves}) == 4, "all are held at once"
    assert chain.free() == [4, 4]


def test_a_window_is_between_the_first_pair_and_the_last() -> None:
    """Pairs come one a second, so that two are never within 0.9 s, and always within 1.1 s."""
    certain = replace(EXACT, success_probability=1.0, attempt_time=1.0)
    made: dict[float, Any] = {}
    for window in (0.9, 1.1):
        chain = new_chain(2, links=[certain], pairs_per_second=1e3)
        chain.ask(number=2, type=KEEP, window=window, max_time=20.0)
        chain.until_quiet()
        made[window] = [type(what) for what in chain.told(HEAD)]
        assert chain.both() or window == 0.9
    assert made == {0.9: [PathFailed], 1.1: [Delivered, Delivered, PathDone]}


def test_full_memory_delays_and_release_goes_on() -> None:
    chain = new_chain(3, memory=2)
    chain.ask(number=3, type=KEEP)
    chain.after(1.0)
    held = [half.here for half in chain.confirmed(HEAD).values()]
    assert len(held) == 2
    for end in (HEAD, TAIL):
        for half in chain.confirmed(end).values():
            assert isinstance(half.here, Qubit)
            chain.services[end].release(end, half.here.id)
    chain.until_quiet()
    assert len(chain.both()) == 3


def test_an_id_of_a_request_makes_it_once() -> None:
    chain = new_chain()
    assert chain.ask(request_id="one") == chain.ask(request_id="one") == 1
    assert chain.ask(request_id="two") == 2
    chain.until_quiet()
    assert len(chain.both()) == 2
    with pytest.raises(LinkRefusal):
        chain.services[HEAD].request(HEAD, PathRequest("no such", PURPOSE, KEEP, 1))
