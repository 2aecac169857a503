"""Key IDs and key material over the whole run: each handed out once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, KeyContainer
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.exchanges import Exchange
    from qonform.ports.secret import KeyMaterial

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_LONG_ENOUGH = 64
"""Bits from which two equal keys are no accident: among 10^4 keys, once in 10^11 runs."""


class Identifiers(Monitor):
    """Compares the IDs and the material of every key that any Get key of the run delivered."""

    requirements = (
        "ETSI-014-3.1-01",
        "ETSI-014-5.3-02",
        "ETSI-014-6.3-03",
        "ETSI-014-6.3-05",
    )

    def __init__(self, known: dict[str, frozenset[str]]) -> None:
        super().__init__(known)
        self._ids: dict[str, int] = {}
        self._material: dict[KeyMaterial, int] = {}

    def see(self, exchange: Exchange) -> None:
        """Looks at a Key container."""
        match exchange.call, exchange.outcome:
            case GetKey() | GetKeyWithIds(), Delivered(value=KeyContainer(keys=keys)):
                self._form(exchange, [key.id for key in keys])
        match exchange.call, exchange.outcome:
            case GetKey(), Delivered(value=KeyContainer(keys=keys)):
                ids = [key.id for key in keys]
                if keys:
                    self._distinct(exchange, ids)
                    self._never_before(exchange, ids)
                    self._not_delivered_before(exchange, ids, [k.material for k in keys])

    def _form(self, exchange: Exchange, ids: list[str]) -> None:
        for key_id in ids:
            self.case(
                exchange,
                "ETSI-014-6.3-03",
                bool(_UUID.fullmatch(key_id)),
                due="a key_ID in UUID text form, 8-4-4-4-12 hexadecimal digits",
                came=f"key_ID {key_id!r:.80}",
            )

    def _distinct(self, exchange: Exchange, ids: list[str]) -> None:
        self.case(
            exchange,
            "ETSI-014-6.3-05",
            len(set(ids)) == len(ids),
            due="key IDs that differ inside one Key container",
            came=f"{len(ids)} keys with {len(set(ids))} different IDs",
        )

    def _never_before(self, exchange: Exchange, ids: list[str]) -> None:
        for key_id in dict.fromkeys(ids):
            first = self._ids.setdefault(key_id.lower(), exchange.number)
            again = first != exchange.number
            self.case(
                exchange,
                "ETSI-014-3.1-01",
                not again,
                due="a key_ID that no Get key has issued before",
                came=f"key_ID {key_id} issued again, first in exchange {first}"
                if again
                else "every key_ID of the run is new",
                earlier=(first,),
            )

    def _not_delivered_before(
        self, exchange: Exchange, ids: list[str], materials: list[KeyMaterial]
    ) -> None:
        seen_here: set[KeyMaterial] = set()
        for key_id, material in zip(ids, materials, strict=True):
            if material.bits < _LONG_ENOUGH:
                continue
            first = self._material.setdefault(material, exchange.number)
            again = first != exchange.number or material in seen_here
            seen_here.add(material)
            self.case(
                exchange,
                "ETSI-014-5.3-02",
                not again,
                due="keys that no Get key has delivered before",
                came=f"the key {material!r} of {key_id} again, first in exchange {first}"
                if again
                else "every key of the run is new",
                earlier=(first,),
            )
