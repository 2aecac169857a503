"""All monitors of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.monitors.containers import Containers
from qonform.monitors.identifiers import Identifiers
from qonform.monitors.link_life import LinkLife
from qonform.monitors.pair_statistics import PairStatistics
from qonform.monitors.path_life import PathLife
from qonform.monitors.randomness import Randomness
from qonform.monitors.rest_objects import (
    RestBodies,
    RestCodes,
    RestContainers,
    RestErrors,
    RestStatus,
)
from qonform.monitors.rpc_refusals import RpcRefusals
from qonform.monitors.status import StatusArithmetic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange
    from qonform.monitors.monitor import Monitor

MONITORS: tuple[type[Monitor], ...] = (
    Identifiers,
    Containers,
    StatusArithmetic,
    Randomness,
    RestBodies,
    RestStatus,
    RestContainers,
    RestErrors,
    RestCodes,
    RpcRefusals,
    LinkLife,
    PairStatistics,
    PathLife,
)


class MonitorBank:
    """Shows every exchange to every monitor.

    Args:
        known: for each profile of the run, the ids of its requirements.
    """

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        self.monitors = [kind(known) for kind in MONITORS]

    def see(self, exchange: Exchange) -> None:
        """Passes one exchange on."""
        for monitor in self.monitors:
            monitor.see(exchange)
