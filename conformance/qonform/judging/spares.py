"""Keys that one check drew and did not use up, for others to fetch: key is scarce."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qonform.ports.key_delivery import GetKey, GetKeyWithIds, KeyContainer
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.exchanges import Exchange
    from qonform.ports.key_delivery import Key

LIFE_S = 30.0
"""How long a key stays one, in seconds. The text lets a KME forget keys some day."""


class Spares:
    """Listens for keys that the master got for the slave alone and that nobody has asked for yet.

    Args:
        profile: over which transport.
        master: SAE ID of who drew them.
        slave: SAE ID of whom they are for.
    """

    def __init__(self, profile: str, master: str, slave: str) -> None:
        self._profile = profile
        self._pair = master, slave
        self._keys: dict[str, tuple[Key, int, float]] = {}

    def see(self, exchange: Exchange) -> None:
        """Takes in keys of a Get key without anything special; drops what is asked for."""
        match exchange.call, exchange.outcome:
            case GetKeyWithIds(key_ids=ids), _:
                for key_id in ids:
                    self._keys.pop(key_id.lower(), None)
            case GetKey() as call, Delivered(value=KeyContainer(keys=keys)) if self._fit(
                exchange, call
            ):
                until = time.monotonic() + LIFE_S
                for key in keys:
                    self._keys[key.id.lower()] = key, exchange.number, until

    def _fit(self, exchange: Exchange, call: GetKey) -> bool:
        request = call.request
        special = request.additional_slaves or request.mandatory or request.optional
        mine = exchange.profile == self._profile and (call.caller, call.slave) == self._pair
        return mine and exchange.regular and not special and not (request.size or 0) % 8

    def take(self) -> tuple[Key, int] | None:
        """The oldest that is fresh enough, and the exchange that it came with."""
        while self._keys:
            key, exchange, until = self._keys.pop(next(iter(self._keys)))
            if time.monotonic() < until:
                return key, exchange
        return None
