"""Events under a name that no request has: what they most likely get wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.oracles.link_facts import Answer, Asked, Told, Violation
from qonform.ports.entanglement import RequestKey

if TYPE_CHECKING:
    from collections.abc import Sequence


def stray(told: Told, asked: Sequence[Asked]) -> Violation:
    """What an event breaks that is of none of these requests.

    If the other node has a request of this Create ID, the event has its direction wrong. If there
    is a refused one with its purpose, it comes after a refusal.
    """
    key, event = told.event.request, told.event
    ends = {told.node, key.origin, event.remote_node}
    other = (ends - {key.origin}).pop() if len(ends) == 2 else None
    mirrored = [a for a in asked if a.node == other and a.peer == key.origin and a.fits(told)]
    refused = [
        a for a in asked if a.answer is Answer.REFUSED and a.node == key.origin and a.fits(told)
    ]
    if any(each.key == RequestKey(each.node, key.create_id) for each in mirrored):
        requirement, due, invariant = "QIA-EGP-OK-05", f"a request that {other} made", "I3"
    elif refused:
        requirement, due, invariant = "QIA-EGP-ACK-02", "nothing after a refusal", "I11"
    elif any(each.unnamed for each in mirrored):
        requirement, due, invariant = "QIA-EGP-OK-05", f"a request that {other} made", "I3"
    else:
        requirement, due, invariant = "QIA-EGP-OK-04", "a request that was acknowledged", "I2"
    return Violation(requirement, due, f"an event of {key} at {told.node}", (told,), invariant)
