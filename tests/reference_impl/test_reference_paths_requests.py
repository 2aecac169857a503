"""Which requests a circuit takes, and what its ends tell of it."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from path_cores import HEAD, PURPOSE, TAIL, Chain, links, new_chain

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.links.domain.model import BasisSet, PairType, RandomBasis
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell
from qinet_reference.paths.core import new_core
from qinet_reference.paths.domain.fidelity import least_fidelity
from qinet_reference.paths.domain.model import Confirmation
from qinet_reference.paths.plan import chain as planned
from qinet_reference.paths.plan import chain_plan

KEEP, LATER = PairType.KEEP, Confirmation.LATER


def refusal(chain: Chain, caller: str = HEAD, **fields: Any) -> LinkError:
    with pytest.raises(LinkRefusal) as refused:
        chain.ask(caller, **fields)
    chain.until_quiet()
    assert chain.told(HEAD) == chain.told(TAIL) == []
    return refused.value.error


@pytest.mark.parametrize(
    "fields",
    [
        {"circuit": "node-a..node-b"},
        {"purpose": 65_536},
        {"number": 0},
        {"min_fidelity": 1.1},
        {"min_fidelity": math.nan},
        {"max_time": 0.0},
        {"type": KEEP, "window": 0.0},
        {"window": 1.0},
        {"type": KEEP, "window": 1.0, "confirmation": LATER},
        {"final_state": Bell.PHI_PLUS},
        {"type": KEEP, "final_state": Bell.PHI_PLUS, "confirmation": LATER},
        {"type": KEEP, "local_basis": Axis.X},
        {"type": KEEP, "remote_basis": Axis.X},
        {"remote_basis": RandomBasis(BasisSet.XZ, (0.5, 0.6))},
    ],
    ids=str,
)
def test_what_makes_no_sense(fields: dict[str, Any]) -> None:
    assert refusal(new_chain(), **fields) is LinkError.MALFORMED


@pytest.mark.parametrize(
    "fields",
    [
        {"type": PairType.PREPARE},
        {"number": 1_025},
        {"min_fidelity": 0.99},
        {"type": KEEP, "number": 9, "window": 1.0},
        {"max_time": 1e-5},
        {"number": 101, "max_time": 1.0},
    ],
    ids=str,
)
def test_what_the_circuit_can_never_do(fields: dict[str, Any]) -> None:
    assert refusal(new_chain(), **fields) is LinkError.UNSUPPORTED


def test_requests_are_made_at_the_head_end() -> None:
    assert refusal(new_chain(), TAIL) is LinkError.UNSUPPORTED


def test_a_request_needs_the_circuit_open_at_both_ends() -> None:
    chain = new_chain()
    assert refusal(chain, "carol") is LinkError.REJECTED
    assert refusal(chain, purpose=9) is LinkError.REJECTED
    chain.services[HEAD].open(HEAD, chain.terms.id, 9)
    assert refusal(chain, purpose=9) is LinkError.REJECTED
    chain.services["dora"].open("dora", chain.terms.id, 9)
    chain.ask(purpose=9)
    chain.until_quiet()
    assert len(chain.confirmed("dora")) == 1
    assert chain.told(TAIL) == []


def test_a_purpose_has_one_application_at_an_end() -> None:
    chain = new_chain()
    with pytest.raises(LinkRefusal) as refused:
        chain.services["carol"].open("carol", chain.terms.id, PURPOSE)
    assert refused.value.error is LinkError.ALREADY_ACCEPTED
    chain.services["carol"].close("carol", chain.terms.id, PURPOSE)
    chain.ask()
    chain.services[HEAD].close(HEAD, chain.terms.id, PURPOSE)
    chain.services["carol"].open("carol", chain.terms.id, PURPOSE)


def test_demand_beyond_the_rate_is_refused_while_others_have_it() -> None:
    chain = new_chain()
    chain.ask(number=60, max_time=1.0)
    with pytest.raises(LinkRefusal) as refused:
        chain.ask(number=60, max_time=1.0)
    assert refused.value.error is LinkError.NO_TIME
    chain.ask(number=60)
    chain.until_quiet()
    chain.ask(number=60, max_time=1.0)


def test_the_greatest_fidelity_is_served_and_no_greater_one() -> None:
    chain = new_chain(4)
    reach = least_fidelity(chain.terms)
    chain.ask(min_fidelity=reach)
    with pytest.raises(LinkRefusal):
        chain.ask(min_fidelity=math.nextafter(reach, 1))


def test_waiting_for_a_window_is_reckoned_with() -> None:
    chain = new_chain()
    reach = least_fidelity(chain.terms)
    with pytest.raises(LinkRefusal):
        chain.ask(type=KEEP, window=1.0, min_fidelity=reach)
    chain.ask(type=KEEP, window=1.0, min_fidelity=least_fidelity(chain.terms, 1.0))


def test_both_ends_tell_of_their_circuits() -> None:
    chain = new_chain(4)
    for end, remote in ((HEAD, "node-d"), (TAIL, "node-a")):
        service = chain.services[end]
        circuits = [chain.terms.id, chain.back().terms.id]
        told = [service.get_path(end, circuit) for circuit in circuits]
        assert service.get_paths(end, remote) == told
        for nowhere in ("node-b", "node-z", ""):
            assert service.get_paths(end, nowhere) == []
    assert chain.services[HEAD].get_paths(HEAD, "node-a") == []


def test_who_is_not_enrolled_here_learns_nothing() -> None:
    chain = new_chain()
    for caller in (None, TAIL, "nobody"):
        with pytest.raises(Refusal) as refused:
            chain.services[HEAD].get_path(caller, chain.terms.id)
        assert refused.value.reason is Reason.UNAUTHENTICATED


@pytest.mark.parametrize("nodes", [1, 6])
def test_a_chain_has_two_to_five_nodes(nodes: int) -> None:
    with pytest.raises(ValueError, match="2 to 5"):
        planned(nodes)


def test_circuits_agree_about_a_link_that_they_share() -> None:
    plan = chain_plan(3)
    one, other = plan.circuits
    other = replace(other, links=links(0.9, 0.9))
    with pytest.raises(ValueError, match="two circuits differ"):
        new_core(replace(plan, circuits=(one, other)), random.Random(1))


def test_links_may_differ() -> None:
    chain = new_chain(3, links=links(0.9, 0.8))
    assert least_fidelity(chain.terms) == pytest.approx(0.9 * 0.8 + 0.1 * 0.2 / 3)
