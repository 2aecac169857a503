"""How long to wait for what may still come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from qonform.judging.finding import Undecidable
from qonform.ports.outcome import Failed, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

VAIN_WAITS = 4
UNAVAILABLE_IN_VAIN = 2
"""How often a Get key is waited for that is unavailable although Status counts keys."""


class Patience:
    """Asks again until something is so, and gives up for good when that was often in vain.

    Args:
        delay_s: how long to wait at most, in seconds.
        what: is waited for. Each has its own patience: that one does not come says nothing of
            the others.
    """

    def __init__(self, delay_s: float, what: str) -> None:
        self._delay_s = delay_s
        self._what = what
        self._vain_waits = VAIN_WAITS
        self._unavailable = 0

    def settle(
        self,
        ask: Callable[[], Outcome[T]],
        done: Callable[[Outcome[T]], bool],
        *,
        spared: bool = False,
        within_s: float | None = None,
    ) -> Outcome[T]:
        """Asks until `done`, at most for the time given; the last outcome.

        Args:
            ask: what is done again and again.
            done: whether an outcome is final.
            spared: waits also when too much has been waited in vain: this is the very question.
            within_s: waits no longer than this, where nothing is judged by what then comes.

        Raises:
            Undecidable: so much time was waited in vain that waiting again would say nothing.
        """
        outcome = ask()
        if done(outcome) or isinstance(outcome, Failed):
            return outcome
        if within_s is not None:
            return self._again(ask, done, outcome, within_s)
        if self._vain_waits <= 0 and not spared:
            raise Undecidable(f"{self._what} was waited for in vain too often in this run")
        outcome = self._again(ask, done, outcome)
        if not (done(outcome) or isinstance(outcome, Failed)):
            self._vain_waits -= 1
        return outcome

    def until_available(self, ask: Callable[[], Outcome[T]], outcome: Outcome[T]) -> Outcome[T]:
        """Asks again what is unavailable, perhaps for want of keys that Status counts all the same.

        A target to which "unavailable" is the word for other things too is soon not asked again.
        """
        if is_unavailable(outcome) and self._unavailable < UNAVAILABLE_IN_VAIN:
            outcome = self._again(ask, lambda outcome: not is_unavailable(outcome), outcome)
            self._unavailable += is_unavailable(outcome)
        return outcome

    def _again(
        self,
        ask: Callable[[], Outcome[T]],
        done: Callable[[Outcome[T]], bool],
        outcome: Outcome[T],
        within_s: float = float("inf"),
    ) -> Outcome[T]:
        """Asks until `done` or without an answer, at most for the time given; the last outcome."""
        deadline, pause = time.monotonic() + min(self._delay_s, within_s), 0.02
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(2 * pause, 0.5)
            outcome = ask()
            if done(outcome) or isinstance(outcome, Failed):
                break
        return outcome


def is_unavailable(came: object) -> bool:
    """Whether an outcome, or that of an answer, is a refusal for a reason of the server's own."""
    outcome = getattr(came, "outcome", came)
    return isinstance(outcome, Refused) and outcome.kind is RefusalKind.UNAVAILABLE
