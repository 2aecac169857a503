"""A server that says 503 may be busy: only one that says it again and again has a fault."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from qonform.drivers.etsi014_wire import Answer
from qonform.ports.outcome import RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PAUSES_S = (0.2, 1.0)


def patiently(ask: Callable[[], T]) -> T:
    """What comes of asking, for an outcome or an answer; asked again twice while it is 503."""
    came = ask()
    for pause in _PAUSES_S:
        if not _is_busy(came):
            break
        time.sleep(pause)
        came = ask()
    return came


def _is_busy(came: object) -> bool:
    if isinstance(came, Answer):
        return came.code == 503
    return isinstance(came, Refused) and came.kind is RefusalKind.UNAVAILABLE
