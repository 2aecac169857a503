"""Statistics over all keys of the run, whoever drew them."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

from qonform.judging import Finding, Verdict
from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import GetKey, GetStatus, KeyContainer, Status
from qonform.ports.outcome import Delivered
from qonform.statistics.betting import log_average
from qonform.statistics.family import ALPHA, KeyStatistics
from qonform.statistics.key_test import Sample
from qonform.statistics.power import GROSS_BIAS, POWER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange
    from qonform.ports.key_delivery import Key
    from qonform.statistics.key_test import KeyTest

REQUIREMENT = "ETSI-014-3.1-02"
_VERSION, _VARIANT = 6, 8
"""Bytes of a UUID that hold its version and its variant."""


class Randomness(Monitor):
    """Tests all delivered keys for bias, for dependence within and between keys, and for repeats.

    Seven e-processes share one error bound of 1e-6: bits, bytes, bits of one key, bits of
    consecutive keys, places of a key, repeated blocks, and what follows from the key's ID. They are
    exact if keys are uniform and independent.
    A key counts once, by its ID, and only its own bits count, not those that fill a byte.
    """

    requirements = (REQUIREMENT,)

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self.statistics = KeyStatistics()
        self.ids = KeyStatistics()
        """The same over key IDs of version 4: an observation, since only their form is demanded."""
        self._default_size: dict[tuple[str, str, str], int] = {}
        self._seen: set[str] = set()
        self._latest: dict[str, int] = {}

    def see(self, exchange: Exchange) -> None:
        """Remembers a Status; takes in what a Get key delivered."""
        match exchange.call, exchange.outcome:
            case GetStatus(caller, slave), Delivered(value=Status(key_size=int(size))):
                self._default_size[exchange.profile, caller, slave] = size
            case GetKey() as call, Delivered(value=KeyContainer(keys=keys)):
                for key in keys:
                    self._take(exchange, call, key)
                self.statistics.look(exchange.number)

    def _take(self, exchange: Exchange, call: GetKey, key: Key) -> None:
        """Whether a key is taken depends on its ID and its length alone, never on its bits."""
        key_id = key.id.lower()
        if key_id in self._seen:
            return
        self._seen.add(key_id)
        link = f"{exchange.profile} {call.caller} {call.slave}"
        if random_part := _random_part(key_id):
            self.ids.see(Sample(random_part, link, exchange.number))
        size = call.request.size
        if size is None:
            size = self._default_size.get((exchange.profile, call.caller, call.slave))
        if material := _key_bits(key.material.reveal(), size):
            self.statistics.see(Sample(material, link, exchange.number, key.id))
            self._latest[exchange.profile] = exchange.number

    def findings(self, profile: str) -> list[Finding]:
        """One finding: the strongest evidence against ideal keys."""
        if REQUIREMENT not in self._known.get(profile, ()) or profile not in self._latest:
            return []
        family = self.statistics
        bits = family.tests[0]
        limit = f"10^{_decimal(family.threshold):.1f}"
        worst = max(family.tests, key=lambda test: (bool(test.exchanges), family.log_e(test)))
        strongest = f"e-value 10^{_decimal(family.log_e(worst)):.1f} (limit {limit})"
        said = f"{bits.n:,} bit of {family.keys:,} keys tested"
        due = f"no e-value of {limit} or more; ideal keys have one in at most 1 of 10^6 runs"
        evidence: tuple[int, ...] = (self._latest[profile],)
        if family.alarms:
            verdict = Verdict.FAIL
            others = [t.name for t in family.tests if t.id in family.alarms and t is not worst]
            said = f"{said}: {worst.found}; {strongest}"
            said += f"; nor holds: {', '.join(others)}" if others else ""
            evidence = worst.exchanges or (family.alarms[worst.id].exchange,)
        elif bits.needs:
            verdict = Verdict.INCONCLUSIVE
            said = (
                f"{said}; it takes {bits.needs:,} bit more to find a share of ones of "
                f"0.5 ± {GROSS_BIAS} with a chance of {POWER}"
            )
        else:
            verdict = Verdict.PASS
            said = f"{said}; would have found {bits.finds}; strongest evidence: {strongest}"
        return [Finding(REQUIREMENT, verdict, said, due, said, evidence, max(1, family.keys))]

    def as_json(self) -> list[dict[str, object]]:
        """The tests as results.json has them."""
        family = self.statistics
        rows = [self._row(test, family.log_e(test)) for test in family.tests]
        if self.ids.keys:
            together = log_average([test.log_e for test in self.ids.tests])
            rows.append(
                {
                    "id": "key-ids",
                    "name": "key IDs of version 4 look random",
                    "n": self.ids.keys,
                    "unit": "IDs",
                    "e_value_log10": _rounded(together),
                    "threshold_log10": _rounded(-math.log(ALPHA)),
                    "judged": False,
                }
            )
        return rows

    def _row(self, test: KeyTest, log_e: float) -> dict[str, object]:
        family = self.statistics
        row: dict[str, object] = {
            "id": test.id,
            "name": test.name,
            "n": test.n,
            "unit": test.unit,
            "e_value_log10": _rounded(log_e),
            "threshold_log10": _rounded(family.threshold),
            "error_bound": family.share,
        }
        if test.id in family.alarms:
            row["found"] = test.found
        elif test.needs:
            row["needs"] = test.needs
        if test.finds:
            row["finds"] = test.finds
        return row


def _key_bits(material: bytes, size: int | None) -> bytes | None:
    """The bytes of a key that hold nothing but its bits; None where the length is not as asked.

    Where the size is no multiple of 8, or not known, the first and the last byte may be filled up,
    and nobody says how.
    """
    if size is not None and len(material) != -(-size // 8):
        return None
    return material if size is not None and size % 8 == 0 else material[1:-1]


def _random_part(key_id: str) -> bytes | None:
    """The bytes of a UUID of version 4 that hold neither version nor variant; else None."""
    try:
        read = uuid.UUID(key_id)
    except ValueError:
        return None
    if read.version != 4:
        return None
    return bytes(b for place, b in enumerate(read.bytes) if place not in (_VERSION, _VARIANT))


def _decimal(nats: float) -> float:
    return nats / math.log(10)


def _rounded(nats: float) -> float:
    return round(_decimal(nats), 3) + 0.0  # no minus zero
