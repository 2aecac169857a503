"""What the target says of its limits, as the checks ask by them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qonform.judging.cost import Offer
from qonform.judging.finding import Undecidable
from qonform.judging.unhurried import Unhurried
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.judging.parties import Driver
    from qonform.ports.key_delivery import Status
    from qonform.target import Target


class Advertised(Unhurried):
    """The limits in the Status that the master is told."""

    def __init__(self, target: Target, driver: Driver) -> None:
        super().__init__(target, driver)
        self._advertised: Status | None = None

    @property
    def advertised(self) -> Status:
        """What the master's node says of its limits: asked once. Raises Undecidable."""
        if self._advertised is None:
            ask = partial(self.master.keys.get_status, self.slave_id)
            outcome = self.patiently(self.master, ask)
            if not isinstance(outcome, Delivered):
                raise Undecidable(f"Get status by the master was not served: {outcome}")
            self._advertised = outcome.value
        return self._advertised

    @property
    def key_size(self) -> int:
        """Default size in bit; 256 where Status does not say."""
        size = self.advertised.key_size
        return size if size and size > 0 else 256

    @property
    def max_number(self) -> int:
        """Most keys a request, at least 1; 1 where Status does not say."""
        return max(1, self.advertised.max_key_per_request or 1)

    @property
    def sizes(self) -> tuple[int, int]:
        """Smallest and largest size in bit to be served; the default where Status does not say."""
        low, high = self.advertised.min_key_size, self.advertised.max_key_size
        return low or self.key_size, high or self.key_size

    @property
    def smallest(self) -> int:
        """The smallest multiple of 8 in bit that Status allows; the default if it allows none."""
        low, high = self.sizes
        return Offer(self.key_size, low, high).smallest

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest size in bit as Status says them. Raises Undecidable if not both."""
        low, high = self.advertised.min_key_size, self.advertised.max_key_size
        if not low or not high or low > high:
            raise Undecidable("Status names no range of key sizes")
        return low, high

    @property
    def multicast(self) -> int:
        """Most additional slaves; 0 where Status does not say."""
        return max(0, self.advertised.max_sae_id_count or 0)

    @property
    def offer(self) -> Offer:
        """The limits on which costs depend; the standard's example as long as they are unknown."""
        if self._advertised is None:
            return Offer()
        low, high = self.sizes
        stored = self.advertised.stored_key_count
        return Offer(
            self.key_size,
            min(low, high),
            high,
            self.max_number,
            self.multicast,
            Offer.stored_key_count if stored is None else stored,
        )
