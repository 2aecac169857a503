"""What is asked a second time: a request with its `request_id`, and events told before."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from qonform.checks.qia_egp.served import served
from qonform.judging import Undecidable, judges
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.judging import Judge, LinkBench, LinkUser
    from qonform.ports.entanglement import LinkEvent

_LATEST = 12
"""How many events are told again: a few, so that it takes no longer late in a run."""


@judges(deepens=("QIA-EGP-ACK-01",), pairs=5)
def a_request_id_names_one_request(links: LinkBench, judge: Judge) -> None:
    """A request that is made again when it is done is the same; with another ID it is another.

    The IDs are new in each run, whatever its seed: the node may know those of earlier ones.
    """
    by, to = links.creator, links.peer
    request = links.request(by, to, request_id=uuid.uuid4().hex)
    first = links.carry_out(by, to, request)
    if not first.is_complete:
        raise Undecidable(f"a request with a request_id was not served: {first}")
    again = by.link.create(request)
    came = again.value if isinstance(again, Delivered) else again
    same = isinstance(again, Delivered) and first.acknowledged == replace(
        again, exchange=first.acknowledged.exchange
    )
    due = f"{first.key}, as when it was first made"
    judge.that("QIA-EGP-ACK-01", same, due=due, came=came)
    others = f"{request.request_id}-another"
    other = links.carry_out(by, to, replace(request, request_id=others))
    if not other.is_accounted_for:
        served(links)  # a link may pause: that it makes pairs is the control
        other = links.carry_out(by, to, replace(request, request_id=f"{others}-one"))
    due = "a request of its own, with a pair of its own, for another request_id"
    judge.that("QIA-EGP-ACK-01", other.is_accounted_for, due=due, came=other)


@judges("QIA-EGP-STR-01", pairs=2)
def events_are_told_again_as_they_were(links: LinkBench, judge: Judge) -> None:
    """Each end takes its stream up again where it was a few events ago.

    How long events are kept is open: those at the beginning may be gone.
    """
    episode = served(links, number=min(2, links.link.max_number))
    for user in (episode.by, episode.to):
        links.await_quiet()
        _judge_replay(judge, user)


def _judge_replay(judge: Judge, user: LinkUser) -> None:
    heard = user.link.events()
    if len(heard) < 2:
        raise Undecidable(f"too few events were told at {user.node}: {len(heard)}")
    first, *latest = heard[-_LATEST:]
    after = first.number
    outcome = user.link.replay(after, latest[-1].number)
    if not isinstance(outcome, Delivered):
        judge.undecided("QIA-EGP-STR-01", f"{outcome}")
        return
    told = outcome.value
    if not told:
        # what was told to somebody who listened need not be kept
        judge.not_applicable("QIA-EGP-STR-01", f"nothing after event {after} is kept")
        return
    numbers = [event.number for event in told]
    rising = numbers[0] > after and all(b == a + 1 for a, b in pairwise(numbers))
    due = f"events after {after} at {user.node}, in their order, each once and none left out"
    came = f"events {', '.join(map(str, numbers))}"
    evidence = [outcome.exchange]
    judge.that("QIA-EGP-STR-01", rising, due=due, came=came, evidence=evidence)
    known = {event.number: event for event in latest}
    for event in told:
        if event.number in known and _content(event) != _content(known[event.number]):
            due = f"event {event.number} as it was first told: {known[event.number].request}"
            came = f"another, of {event.request}"
            shown = [known[event.number].exchange, outcome.exchange]
            judge.that("QIA-EGP-STR-01", False, due=due, came=came, evidence=shown)


def _content(event: LinkEvent) -> LinkEvent:
    """An event without when and how the suite had it."""
    return replace(event, arrived_s=0.0, exchange=0)
