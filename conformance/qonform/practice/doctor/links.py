"""Whether nodes that make entangled links answer, and what they offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.drivers.identity import Identity
from qonform.drivers.meter import TargetDown
from qonform.ports.outcome import Delivered
from qonform.practice.doctor.line import Line, ok, problem, warning
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.drivers.qinet_links import QinetLinksDriver
    from qonform.ports.entanglement import Link
    from qonform.target import Client, Target

_ENDS = ((Role.CREATOR, Role.PEER), (Role.PEER, Role.CREATOR))
_TODO = "look whether the node is up, takes this client's certificate, and has the link"


def links(target: Target, driver: QinetLinksDriver) -> Iterator[Line]:
    """Asks each end of the link what it offers towards the other. Costs no pair."""
    for role, other in _ENDS:
        client, remote = target.client(role), target.client(other)
        if client is None or remote is None:
            yield warning("links", f"needs clients with the roles {role} and {other}", "name them")
        elif driver.serves(target.node(client.node)):
            yield _link(driver, client, remote)


def _link(driver: QinetLinksDriver, client: Client, remote: Client) -> Line:
    subject = f"{client.node} ({driver.profile})"
    try:
        outcome = driver.link(client.node, Identity.of(client)).get_link(remote.node)
    except TargetDown as down:
        return problem(subject, str(down), _TODO)
    if not isinstance(outcome, Delivered):
        return problem(subject, f"GetLink by {client.id}: {outcome}", _TODO)
    return ok(subject, f"link to {remote.node} for {client.id}: {_in_words(outcome.value)}")


def _in_words(link: Link) -> str:
    types = ", ".join(sorted(kind.value for kind in link.types)) or "no type"
    rate = f"{link.pairs_per_second:.3g} pairs/s" if link.pairs_per_second else "no rate told"
    return f"{types}; up to fidelity {link.max_min_fidelity:.3g}; {rate}; {link.memory} qubits"
