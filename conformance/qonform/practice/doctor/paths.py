"""Whether the ends of circuits answer, and what circuits offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.drivers.identity import Identity
from qonform.drivers.meter import TargetDown
from qonform.ports.outcome import Delivered
from qonform.practice.doctor.line import Line, ok, problem, warning
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.drivers.qinet_paths import QinetPathsDriver
    from qonform.ports.paths import Path
    from qonform.target import Client, Target

_TODO = "look whether the node is up, takes this client's certificate, and ends this circuit"


def paths(target: Target, driver: QinetPathsDriver) -> Iterator[Line]:
    """Asks each end which circuits there are to the other. Costs no pair."""
    creator, peer = target.client(Role.CREATOR), target.client(Role.PEER)
    if creator is None or peer is None:
        roles = f"{Role.CREATOR} and {Role.PEER}"
        yield warning("paths", f"needs clients with the roles {roles}", "name them")
        return
    for here, there in ((creator, peer), (peer, creator)):
        if driver.serves(target.node(here.node)):
            yield _circuits(driver, here, there, (creator.node, peer.node))


def _circuits(driver: QinetPathsDriver, here: Client, there: Client, ends: tuple[str, str]) -> Line:
    subject = f"{here.node} ({driver.profile})"
    try:
        outcome = driver.path(here.node, Identity.of(here)).get_paths(there.node)
    except TargetDown as down:
        return problem(subject, str(down), _TODO)
    if not isinstance(outcome, Delivered):
        return problem(subject, f"GetPaths by {here.id}: {outcome}", _TODO)
    for path in outcome.value:
        if (path.head_node, path.tail_node) == ends:
            return ok(subject, f"circuit {path.circuit} for {here.id}: {_in_words(path)}")
    return problem(subject, f"no circuit leads from {ends[0]} to {ends[1]}", _TODO)


def _in_words(path: Path) -> str:
    types = ", ".join(sorted(kind.value for kind in path.types)) or "no type"
    rate = f"{path.pairs_per_second:.3g} pairs/s" if path.pairs_per_second else "no rate told"
    return f"{types}; up to fidelity {path.max_min_fidelity:.3g}; {rate}; {path.memory} qubits"
