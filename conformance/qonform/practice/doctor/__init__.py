"""A look at a target before a run: files, roles, limits, and each node up to a Status.

Nothing is judged, and no key is drawn.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from qonform.drivers.meter import Meter
from qonform.drivers.qinet_links import QinetLinksDriver
from qonform.drivers.qinet_paths import QinetPathsDriver
from qonform.exchanges import ExchangeLog, know
from qonform.practice.doctor.credentials import credentials
from qonform.practice.doctor.limits import limits
from qonform.practice.doctor.line import Line, State
from qonform.practice.doctor.links import links
from qonform.practice.doctor.paths import paths
from qonform.practice.doctor.reach import Reach
from qonform.practice.doctor.roles import roles
from qonform.practice.doctor.stock import need, stock
from qonform.running.session import DRIVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.catalogue import Catalogue
    from qonform.target import Target

__all__ = ["Line", "State", "examine"]


def examine(target: Target, catalogue: Catalogue) -> Iterator[Line]:
    """Looks at everything, and tells each thing as soon as it is known."""
    know(*(n.id for n in target.nodes), *(c.id for c in target.clients))
    yield from credentials(target, _clock())
    yield from roles(target, catalogue)
    yield from limits(target.limits)
    meter, needs = Meter(target.limits), []
    for profile in target.claims.profiles:
        driver = DRIVERS[profile](target, ExchangeLog(), meter)
        try:
            if isinstance(driver, QinetLinksDriver):
                yield from links(target, driver)
                continue
            if isinstance(driver, QinetPathsDriver):
                yield from paths(target, driver)
                continue
            reach = Reach(target, driver, _clock)
            yield from reach.lines()
            if reach.status and (needed := need(target, driver)):
                needs.append(needed)
        finally:
            driver.close()
    if needs:
        yield stock(target, needs)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
