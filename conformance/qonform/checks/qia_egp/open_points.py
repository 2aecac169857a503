"""What the draft leaves open: recorded, and never judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qonform.judging import judges
from qonform.monitors.pair_statistics import LEAST_TOLD, at_common_axes, fidelity, told
from qonform.ports.entanglement import (
    Delivery,
    Interleaving,
    LinkError,
    PairMade,
    PairType,
    RequestFailed,
)
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.judging import Judge, LinkBench
    from qonform.ports.entanglement import LinkEvent


@judges(pairs=0)
def what_a_link_says_of_itself(links: LinkBench, judge: Judge) -> None:
    """What GetLink tells of states, of time and of types; and what is not claimed."""
    link = links.link
    frame = link.pauli_frame.value if link.pauli_frame else "not told"
    promised = link.promised_state.name if link.promised_state else "no state"
    judge.observed("L-02", f"{frame}; promised: {promised}")
    served = PairType.PREPARE in link.types
    judge.observed("L-15", "PREPARE is offered" if served else "PREPARE is not offered")
    claimed = "qinet-paths" in links.target.claims.profiles
    judge.observed("L-18", f"network paths are {'' if claimed else 'not '}claimed")


@judges(pairs=4)
def how_requests_may_be_combined(links: LinkBench, judge: Judge) -> None:
    """Each delivery with each interleaving."""
    for delivery in Delivery:
        for interleaving in Interleaving:
            episode = links.make(delivery=delivery, interleaving=interleaving)
            came = "served" if episode.is_accounted_for else f"{episode.acknowledged}"
            judge.observed("L-03", f"{delivery.name} with interleaving {interleaving.name}: {came}")


@judges(pairs=0)
def what_was_told_in_this_run(links: LinkBench, judge: Judge) -> None:
    """States, goodness, numbers and errors of all events by now."""
    events = [e for role in (Role.CREATOR, Role.PEER) for e in links.user(role).link.events()]
    made = [e.what for e in events if isinstance(e.what, PairMade)]
    if made:
        states = Counter(m.bell_state.name if m.bell_state else "none" for m in made)
        judge.observed("L-01", _counted(states))
        goodness = sorted({round(m.goodness, 6) for m in made})
        judge.observed("L-06", f"{len(goodness)} values, {goodness[0]} to {goodness[-1]}")
        numbers = [m.sequence for m in made]
        judge.observed("L-08", f"from {min(numbers)} to {max(numbers)}")
        times = sum(m.goodness_time_s is not None for m in made)
        judge.observed("L-07", f"{times} of {len(made)} OKs tell the time of goodness")
    _failures(events, judge)
    common = at_common_axes(links.evidence.sample())
    if common:
        judge.observed("L-16", told(fidelity(common, LEAST_TOLD)))


def _failures(events: list[LinkEvent], judge: Judge) -> None:
    failed = [e for e in events if isinstance(e.what, RequestFailed)]
    errors = Counter(_error(e) for e in failed)
    judge.observed("L-10", _counted(errors) if errors else "no error came as an event")
    with_pairs = {(e.request, e.remote_node) for e in events if isinstance(e.what, PairMade)}
    for event in failed:
        at_peer = event.remote_node == event.request.origin
        bare = (event.request, event.remote_node) not in with_pairs
        if _error(event) == LinkError.TIMEOUT.value and at_peer and bare:
            judge.observed("L-05", "the peer is told of a TIMEOUT without a pair")


def _error(event: LinkEvent) -> str:
    match event.what:
        case RequestFailed(error=LinkError() as error):
            return error.value
        case _:
            return "an unknown error"


def _counted(of: Counter[str]) -> str:
    return ", ".join(f"{name} {number} times" for name, number in sorted(of.items()))
