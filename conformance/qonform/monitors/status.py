"""Whether what a Status says can be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import GetKey, GetStatus, KeyContainer, Status
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange


class StatusArithmetic(Monitor):
    """Checks the numbers of every Status of the run against each other and against deliveries."""

    requirements = ("ETSI-014-6.1-13", "ETSI-014-6.1-14", "ETSI-014-6.1-15")

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self._delivered: dict[str, int] = {}

    def see(self, exchange: Exchange) -> None:
        """Judges a Status; remembers that keys were delivered."""
        match exchange.call, exchange.outcome:
            case GetStatus(), Delivered(value=Status() as status):
                self._sizes(exchange, status)
                self._counts(exchange, status)
                self._positive(exchange, status)
            case GetKey(), Delivered(value=KeyContainer(keys=keys)) if keys:
                self._delivered.setdefault(exchange.profile, exchange.number)

    def _sizes(self, exchange: Exchange, s: Status) -> None:
        if s.min_key_size is None or s.key_size is None or s.max_key_size is None:
            return
        self.case(
            exchange,
            "ETSI-014-6.1-13",
            s.min_key_size <= s.key_size <= s.max_key_size,
            due="min_key_size <= key_size <= max_key_size",
            came=f"min_key_size {s.min_key_size}, key_size {s.key_size}, "
            f"max_key_size {s.max_key_size}",
        )

    def _counts(self, exchange: Exchange, s: Status) -> None:
        if s.stored_key_count is None or s.max_key_count is None:
            return
        self.case(
            exchange,
            "ETSI-014-6.1-14",
            0 <= s.stored_key_count <= s.max_key_count,
            due="0 <= stored_key_count <= max_key_count",
            came=f"stored_key_count {s.stored_key_count}, max_key_count {s.max_key_count}",
        )

    def _positive(self, exchange: Exchange, s: Status) -> None:
        least = {
            "key_size": (s.key_size, 1),
            "min_key_size": (s.min_key_size, 1),
            "max_key_size": (s.max_key_size, 1),
            "max_key_count": (s.max_key_count, 0),
            "max_key_per_request": (s.max_key_per_request, 1),
            "max_SAE_ID_count": (s.max_sae_id_count, 0),
        }
        low = [
            f"{name} {v}" for name, (v, at_least) in least.items() if v is not None and v < at_least
        ]
        self.case(
            exchange,
            "ETSI-014-6.1-15",
            not low,
            due="sizes and max_key_per_request of at least 1, counts of at least 0",
            came=", ".join(low) or "sizes and max_key_per_request of at least 1",
            earlier=(self._delivered[exchange.profile],)
            if exchange.profile in self._delivered
            else (),
        )
