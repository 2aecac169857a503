"""Asks again where a server may be busy: what it says then is no answer to the request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from qonform.judging.finding import Undecidable
from qonform.judging.parties import Driver, Parties
from qonform.judging.patience import is_unavailable
from qonform.ports.outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonform.judging.parties import Application
    from qonform.target import Target

A = TypeVar("A")

_PAUSES_S = (0.1, 0.3, 0.6, 1.0)
"""Between one request and the same again, in seconds."""


class Unhurried(Parties):
    """Knows whether the target was seen to be busy."""

    def __init__(self, target: Target, driver: Driver) -> None:
        super().__init__(target, driver)
        self._busy = False
        """Whether what was unavailable was so for a while, or for everybody."""

    def patiently(self, by: Application, ask: Callable[[], A]) -> A:
        """What comes of asking, for an outcome or an answer; asked again while it is unavailable.

        A server may be busy. That it is unavailable is its answer to this request only if it comes
        each time, and if Get status by the same SAE is answered each time in between.

        Args:
            by: who asks.
            ask: what is due another answer.

        Raises:
            Undecidable: the server is busy, or has been seen to be at times.
        """
        came = ask()
        if not is_unavailable(came):
            return came
        for pause_s in _PAUSES_S:
            time.sleep(pause_s)
            peer = self.slave_id if by.sae_id == self.master.sae_id else self.master.sae_id
            beside = by.keys.get_status(peer)
            self._busy |= is_unavailable(beside) or isinstance(beside, Failed)
            came = ask()
            if not is_unavailable(came):
                self._busy = True
                return came
        if self._busy:
            raise Undecidable(f"{by} asks a server that is busy at times: {came}")
        return came
