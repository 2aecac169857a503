"""What a Key container must hold, given what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    GetStatus,
    Key,
    KeyContainer,
    KeyRequest,
    Status,
    folded,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange
    from qonform.ports.secret import KeyMaterial


class Containers(Monitor):
    """Holds each Key container against its request, and the slave's copy against the master's."""

    requirements = (
        "ETSI-014-5.4-01",
        "ETSI-014-6.2-01",
        "ETSI-014-6.2-02",
        "ETSI-014-6.2-03",
        "ETSI-014-6.2-04",
        "ETSI-014-6.4-03",
    )

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self._default_size: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._issued: dict[str, tuple[KeyMaterial, int]] = {}

    def see(self, exchange: Exchange) -> None:
        """Remembers a Status; judges a Key container."""
        match exchange.call, exchange.outcome:
            case GetStatus(caller, slave), Delivered(value=Status(key_size=int(size))):
                self._default_size[exchange.profile, caller, slave] = size, exchange.number
            case GetKey() as call, Delivered(value=KeyContainer(keys=keys)):
                self._count(exchange, call.request, len(keys))
                self._sizes(exchange, call, keys)
                for key in keys:
                    self._issued[folded(key.id)] = key.material, exchange.number
            case GetKeyWithIds() as call, Delivered(value=KeyContainer(keys=keys)):
                self._exactly(exchange, call, keys)
                for key in keys:
                    self._alike(exchange, key)

    def _count(self, exchange: Exchange, request: KeyRequest, came: int) -> None:
        requirement = "ETSI-014-6.2-02" if request.number is None else "ETSI-014-6.2-01"
        due = 1 if request.number is None else max(0, request.number)
        asked = "number absent" if request.number is None else f"number = {request.number}"
        self.case(
            exchange,
            requirement,
            came == due,
            due=f"{_keys(due)} for {asked}",
            came=f"{_keys(came)} for {asked}",
        )

    def _sizes(self, exchange: Exchange, call: GetKey, keys: tuple[Key, ...]) -> None:
        if not keys:
            return
        lengths = sorted({key.material.bits for key in keys})
        came = f"keys of {' and '.join(map(str, lengths))} bit"
        size = call.request.size
        if size is not None:
            due = 8 * -(-size // 8)
            self.case(
                exchange,
                "ETSI-014-6.2-03",
                lengths == [due],
                due=f"keys of {size} bit" + ("" if due == size else f" in {due // 8} bytes"),
                came=came,
            )
        elif status := self._default_size.get((exchange.profile, call.caller, call.slave)):
            due = 8 * -(-status[0] // 8)
            self.case(
                exchange,
                "ETSI-014-6.2-04",
                lengths == [due],
                due=f"keys of {status[0]} bit, the key_size of Status",
                came=came,
                earlier=(status[1],),
            )

    def _exactly(self, exchange: Exchange, call: GetKeyWithIds, keys: tuple[Key, ...]) -> None:
        asked, came = {folded(i) for i in call.key_ids}, {folded(key.id) for key in keys}
        missing, extra = len(asked - came), len(came - asked)
        self.case(
            exchange,
            "ETSI-014-6.4-03",
            asked == came,
            due="exactly the keys asked for",
            came="exactly the keys asked for"
            if asked == came
            else f"{missing} of the {len(asked)} keys asked for missing, {extra} not asked for",
        )

    def _alike(self, exchange: Exchange, key: Key) -> None:
        issued = self._issued.get(folded(key.id))
        if issued is None:
            return
        material, number = issued
        self.case(
            exchange,
            "ETSI-014-5.4-01",
            material == key.material,
            due=f"the master's key {material!r} for {key.id}",
            came=f"{key.material!r} for {key.id}" + _difference(material, key.material),
            earlier=(number,),
        )


def _keys(number: int) -> str:
    return "1 key" if number == 1 else f"{number} keys"


def _difference(master: KeyMaterial, slave: KeyMaterial) -> str:
    """How two copies differ, in a way that says what went wrong and nothing of the key."""
    ours, theirs = master.reveal(), slave.reveal()
    if ours == theirs:
        return ""
    if len(ours) != len(theirs):
        cut = ours.startswith(theirs) or theirs.startswith(ours)
        return ": a length of its own" + (", otherwise alike" if cut else "")
    if ours == theirs[::-1]:
        return ": the same bytes in reverse order"
    bits = (int.from_bytes(ours) ^ int.from_bytes(theirs)).bit_count()
    return f": {bits} of {8 * len(ours)} bits differ"
