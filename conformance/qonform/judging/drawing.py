"""Keys for the checks: within the budget, and no faster than the store gives them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qonform.judging.advertised import Advertised
from qonform.judging.finding import Undecidable
from qonform.judging.patience import Patience, is_unavailable
from qonform.ports.key_delivery import Key, KeyContainer, KeyRequest, Status
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging.parties import Application, Driver
    from qonform.target import Target

_PLENTY = 16
"""Keys beyond what a request needs from which its refusal cannot be for want of keys."""
_NEXT_TO_NOTHING = 2
"""Keys stored up to which it is cheap to see whether Get key gives more."""


class Drawing(Advertised):
    """Get key, as checks call it that need keys, or a refusal that is not for want of keys."""

    def __init__(self, target: Target, driver: Driver) -> None:
        super().__init__(target, driver)
        self._dry = False
        """Whether the store was waited for in vain."""
        self._wants_size = False
        """Whether Get key was seen to be served only with a size."""
        self._miscounted = False
        """Whether Get key was seen to give more keys than Status says are stored."""
        self._sizes_served: dict[int, bool] = {}
        """By size in bit, whether a Get key for one key of that size was served."""
        self._for_stock = Patience(self.delay_s, "more key in the store")

    @property
    def cheapest(self) -> int:
        """The smallest size if it is served, as it should be; else the default. In bit.

        For a check that needs keys of no particular size. Raises Undecidable.
        """
        size = self.smallest
        if size != self.key_size and size not in self._sizes_served:
            self.get_key(KeyRequest(1, size))
        return size if self._sizes_served.get(size, True) else self.key_size

    def affordable(self, bits: int) -> bool:
        """Whether the key budget still allows to draw so many bits."""
        return not self._dry and bits <= self.driver.meter.key_bits_left

    def draw(
        self,
        number: int = 1,
        *,
        size: int | None = None,
        additional: Sequence[Application] = (),
        by: Application | None = None,
        to: str | None = None,
    ) -> list[Key]:
        """Keys that the master gets for the slave, in as many requests as the limits need.

        Raises:
            Undecidable: the budget, the store or the implementation does not give them.
        """
        keys: list[Key] = []
        while len(keys) < number:
            batch = min(number - len(keys), self.max_number)
            request = KeyRequest(
                batch,
                size,
                tuple(a.sae_id for a in additional) or None,
            )
            keys += self._draw_once(by or self.master, to or self.slave_id, request, batch)
        return keys

    def get_key(
        self, request: KeyRequest, *, by: Application | None = None, to: str | None = None
    ) -> Outcome[KeyContainer]:
        """Get key, by the master for the slave if nobody else is named.

        What is refused while there is little key is asked again when there is more, so that a
        refusal that comes back is for the request itself.

        Raises:
            Undecidable: the budget does not allow it, or the store has too little key, or the
                server is busy.
        """
        by, to = by or self.master, to or self.slave_id
        number = max(1, request.number or 1)
        bits = number * max(1, request.size or self.key_size)
        self.afford(bits)
        outcome = by.keys.get_key(to, request)
        if isinstance(outcome, Refused) and outcome.kind is not RefusalKind.UNAUTHORISED:
            needed = 1 + max(number, -(-bits // self.key_size))
            if self._stock(by, to, outcome) < needed + _PLENTY:
                self._wait_for_stock(by, to, needed)
                outcome = by.keys.get_key(to, request)
            outcome = self._for_stock.until_available(lambda: by.keys.get_key(to, request), outcome)
            if is_unavailable(outcome):
                outcome = self.patiently(by, lambda: by.keys.get_key(to, request))
        if request.size is not None and request == KeyRequest(1, request.size):
            self._sizes_served[request.size] = not isinstance(outcome, Refused)
        return outcome

    def _draw_once(
        self, by: Application, to: str, request: KeyRequest, number: int
    ) -> tuple[Key, ...]:
        if self._wants_size and request.size is None:
            request = replace(request, size=self.key_size)
        outcome = self.get_key(request, by=by, to=to)
        if isinstance(outcome, Refused) and request.size is None:
            # That a size may be left out is a requirement of its own; others need the key.
            outcome = self.get_key(replace(request, size=self.key_size), by=by, to=to)
            self._wants_size = isinstance(outcome, Delivered)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"Get key did not give the key that this check needs: {outcome}")
        if len(outcome.value.keys) < number:
            raise Undecidable(f"Get key gave {len(outcome.value.keys)} keys instead of {number}")
        return outcome.value.keys[:number]

    def afford(self, bits: int) -> None:
        """Raises Undecidable when the key budget, or the store, has no more."""
        if self._dry:
            raise Undecidable("the key store of the target has run dry")
        left = self.driver.meter.key_bits_left
        if bits > left:
            raise Undecidable(f"needs {bits} bit of key; {left} bit of the budget are left")

    def _stock(self, by: Application, to: str, refused: Refused) -> int:
        """Keys stored now; where Status does not say, plenty, unless the refusal was for want.

        A server that has no time for Get status either is waited for as it is.
        """
        status = by.keys.get_status(to)
        told = status.value.stored_key_count if isinstance(status, Delivered) else None
        if told is not None and not self._miscounted:
            return told
        if is_unavailable(refused) and not is_unavailable(status):
            raise Undecidable(f"Get key was {refused}, and Status does not tell what is stored")
        return 2 * _PLENTY + self.driver.meter.key_budget_bits

    def _wait_for_stock(self, by: Application, to: str, needed: int) -> None:
        """Waits until so many keys are stored. Raises Undecidable when they do not come."""

        def enough(status: Outcome[Status]) -> bool:
            return isinstance(status, Delivered) and (status.value.stored_key_count or 0) >= needed

        status = self._for_stock.settle(lambda: by.keys.get_status(to), enough)
        self._miscounted = not enough(status) and self._gives_more_than(status, by, to)
        if not enough(status) and not self._miscounted:
            self._dry = needed <= 2
            raise Undecidable(f"the key store of the target has less than the {needed} keys needed")

    def _gives_more_than(self, status: Outcome[Status], by: Application, to: str) -> bool:
        """Whether Get key gives, one by one, clearly more keys than Status says are stored."""
        stored = status.value.stored_key_count if isinstance(status, Delivered) else None
        if stored is None or stored > _NEXT_TO_NOTHING:
            return False
        return all(
            self.affordable(self.key_size)
            and isinstance(by.keys.get_key(to, KeyRequest()), Delivered)
            for _ in range(stored + _NEXT_TO_NOTHING)
        )
