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
        self.latest = 0
        """The exchange of the last Get key by anybody that was served."""

    def see(self, exchange: Exchange) -> None:
        """Takes in keys of a Get key without anything special; drops what is asked for."""
        if isinstance(exchange.call, GetKey) and isinstance(exchange.outcome, Delivered):
            self.latest = exchange.number
        match exchange.call, exchange.outcome:
            case GetKeyWithIds(key_ids=ids), _:
                for key_id in ids:
                    self._keys.pop(_fold(key_id), None)
            case GetKey() as call, Delivered(value=KeyContainer(keys=keys)) if self._fit(
                exchange, call
            ):
                until = time.monotonic() + LIFE_S
                for key in keys:
                    self._keys[_fold(key.id)] = key, exchange.number, until

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

    def take_oldest(self) -> tuple[Key, float] | None:
        """The oldest, fresh or not, and its age in seconds."""
        if not self._keys:
            return None
        key, _, until = self._keys.pop(next(iter(self._keys)))
        return key, time.monotonic() - (until - LIFE_S)


def _fold(key_id: str) -> str:
    """A UUID however it is written: a key that was asked for in another form may be gone (A-16)."""
    return key_id.lower().replace("-", "")
