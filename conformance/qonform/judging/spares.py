"""Keys that one check drew and did not use up, for others to fetch: key is scarce."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qonform.judging.lifetime import LONGEST_S
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, KeyContainer, folded
from qonform.ports.outcome import Delivered, Refused

if TYPE_CHECKING:
    from qonform.exchanges import Exchange
    from qonform.ports.key_delivery import Key


class Spares:
    """Listens for keys that the master got for the slave alone and that nobody has asked for yet.

    How long a KME keeps them the text does not say (A-28): when the slave is refused one that was
    handed out here, there are none any more.

    Args:
        profile: over which transport.
        master: SAE ID of who drew them.
        slave: SAE ID of whom they are for.
    """

    def __init__(self, profile: str, master: str, slave: str) -> None:
        self._profile = profile
        self._pair = master, slave
        self._keys: dict[str, tuple[Key, int, float]] = {}
        self._taken: set[str] = set()
        self._missed: set[str] = set()
        self._trusted = True

    def see(self, exchange: Exchange) -> None:
        """Takes in keys of a Get key without anything special; drops what is asked for."""
        match exchange.call, exchange.outcome:
            case GetKeyWithIds(key_ids=ids) as call, outcome:
                asked = {folded(key_id) for key_id in ids}
                for key_id in asked:
                    self._keys.pop(key_id, None)
                if (call.master, call.caller) == self._pair and len(asked) == 1:
                    self._asked_for_by_its_slave(asked & self._taken, outcome)
            case GetKey() as call, Delivered(value=KeyContainer(keys=keys)) if self._fit(
                exchange, call
            ):
                now = time.monotonic()
                for key in keys:
                    self._keys[folded(key.id)] = key, exchange.number, now

    def _asked_for_by_its_slave(self, taken: set[str], outcome: object) -> None:
        if isinstance(outcome, Refused):
            self._missed |= taken
        elif isinstance(outcome, Delivered):
            self._missed -= taken
            self._taken -= taken

    def _fit(self, exchange: Exchange, call: GetKey) -> bool:
        request = call.request
        special = request.additional_slaves or request.mandatory or request.optional
        mine = exchange.profile == self._profile and (call.caller, call.slave) == self._pair
        return mine and exchange.regular and not special and not (request.size or 0) % 8

    def take(self) -> tuple[Key, int] | None:
        """The oldest that is fresh enough, and the exchange that it came with."""
        while self._keys and self._trusted:
            key, exchange, drawn_s = self._keys.pop(next(iter(self._keys)))
            if time.monotonic() - drawn_s < LONGEST_S:
                self._taken.add(folded(key.id))
                return key, exchange
        return None

    def take_oldest(self) -> tuple[Key, float] | None:
        """The oldest, fresh or not, and its age in seconds."""
        if not self._keys:
            return None
        key, _, drawn_s = self._keys.pop(next(iter(self._keys)))
        return key, time.monotonic() - drawn_s

    def distrust(self) -> bool:
        """Hands out none from now on if the slave was refused any; whether it was, until now."""
        if not self._missed:
            return False
        self._missed.clear()
        self._trusted = False
        return True
