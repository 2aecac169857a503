"""What a KME says of itself when it is asked for a Status. No key is drawn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.drivers.etsi014 import Etsi014Driver
from qonform.drivers.identity import Identity
from qonform.drivers.meter import Meter
from qonform.exchanges import ExchangeLog, know
from qonform.ports.outcome import Delivered
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.ports.key_delivery import Status
    from qonform.target import Target


class ProbeError(RuntimeError):
    """The KME gave no Status to the master. The message says in one line what it did instead."""


@dataclass(frozen=True)
class Seen:
    """What a look at a KME, and at the slave's, has shown."""

    status: Status
    """What the master was told."""
    took_s: float
    """How long that took, with the connection."""
    unverified: str | None
    """Why the KME's certificate does not verify, if it does not."""
    reverse: str | None
    """What the slave was answered about the reverse pair; None if it was not asked."""
    both_ways: bool = False
    """Whether that was a Status."""


def probe(target: Target, slave_id: str) -> Seen:
    """Asks as the master about the slave, and as the slave about the master if it is there.

    Raises:
        ProbeError: the master got no Status.
    """
    know(*(n.id for n in target.nodes), *(c.id for c in target.clients), slave_id)
    driver = Etsi014Driver(target, ExchangeLog(), Meter(target.limits))
    try:
        return _probe(target, slave_id, driver)
    finally:
        driver.close()


def _probe(target: Target, slave_id: str, driver: Etsi014Driver) -> Seen:
    master, slave = target.client(Role.MASTER), target.client(Role.SLAVE)
    if master is None:
        raise ProbeError("nobody is the master")
    began = time.monotonic()
    outcome = driver.key_delivery(master.node, Identity.of(master)).get_status(slave_id)
    took = time.monotonic() - began
    if not isinstance(outcome, Delivered):
        raise ProbeError(f"Get status as {master.id} about {slave_id}: {outcome}")
    unverified = driver.unverified.get(master.node)
    if slave is None:
        return Seen(outcome.value, took, unverified, None)
    back = driver.key_delivery(slave.node, Identity.of(slave)).get_status(master.id)
    served = isinstance(back, Delivered)
    return Seen(outcome.value, took, unverified, "a Status" if served else f"{back}", served)
