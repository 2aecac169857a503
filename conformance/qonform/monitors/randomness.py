"""Statistics over all keys of the run, whoever drew them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.judging import Finding, Verdict
from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import GetKey, KeyContainer
from qonform.ports.outcome import Delivered
from qonform.statistics.betting import UniformityBet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange

ALPHA = 1e-6
"""Chance that ideal keys are ever called biased in a run, over all tests together."""
ENOUGH_BITS = 4096
"""Below this no verdict is given: a gross bias could not be told yet."""


@dataclass
class Test:
    """One sequential test."""

    id: str
    name: str
    unit: str
    bet: UniformityBet


class Randomness(Monitor):
    """Tests the bits of all delivered keys for bias, and for dependence on what came before.

    Four e-processes share one error bound of 1e-6: single bits, bytes, neighbouring bits, and the
    same position of consecutive keys. Under ideal keys each sequence is uniform and independent.
    """

    requirements = ("ETSI-014-3.1-02",)

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self.tests = (
            Test("bits", "single bits", "bit", UniformityBet(2)),
            Test("bytes", "bytes", "byte", UniformityBet(256)),
            Test("neighbours", "a bit and its neighbour", "bit", UniformityBet(2)),
            Test("consecutive", "the same position of consecutive keys", "bit", UniformityBet(2)),
        )
        self.threshold = math.log10(len(self.tests) / ALPHA)
        self._last: dict[int, bytes] = {}
        self._evidence: dict[str, int] = {}

    def see(self, exchange: Exchange) -> None:
        """Takes in what a Get key delivered."""
        match exchange.call, exchange.outcome:
            case GetKey(), Delivered(value=KeyContainer(keys=keys)):
                for key in keys:
                    self._take(key.material.reveal())
                if keys:
                    self._evidence[exchange.profile] = exchange.number

    def _take(self, material: bytes) -> None:
        bits, bytes_, neighbours, consecutive = (test.bet for test in self.tests)
        length = 8 * len(material)
        if not length:
            return
        value = int.from_bytes(material)
        bits.add(_ones(value, length))
        bytes_.see(material)
        neighbours.add(_ones((value ^ (value >> 1)) & ((1 << (length - 1)) - 1), length - 1))
        if before := self._last.get(length):
            consecutive.add(_ones(value ^ int.from_bytes(before), length))
        self._last[length] = material

    def findings(self, profile: str) -> list[Finding]:
        """One finding: the strongest evidence against ideal keys."""
        if "ETSI-014-3.1-02" not in self._known.get(profile, ()) or not self.tests[0].bet.n:
            return []
        worst = max(self.tests, key=lambda t: t.bet.log10_e)
        bits = self.tests[0].bet.n
        biased = worst.bet.log10_e >= self.threshold
        said = (
            f"{bits} bit tested, strongest evidence against chance: {worst.name}, "
            f"e-value 10^{worst.bet.log10_e:.1f} (limit 10^{self.threshold:.1f})"
        )
        if biased:
            verdict = Verdict.FAIL
        elif bits < ENOUGH_BITS:
            verdict, said = Verdict.INCONCLUSIVE, f"{said}; needs {ENOUGH_BITS - bits} bit more"
        else:
            verdict = Verdict.PASS
        due = (
            f"an e-value below 10^{self.threshold:.1f}, which ideal keys keep but once in 10^6 runs"
        )
        evidence = tuple(n for p, n in self._evidence.items() if p == profile)
        return [Finding("ETSI-014-3.1-02", verdict, said, due, said, evidence, max(1, bits))]

    def as_json(self) -> list[dict[str, object]]:
        """The tests as results.json has them."""
        missing = max(0, ENOUGH_BITS - self.tests[0].bet.n)
        return [
            {
                "id": test.id,
                "name": test.name,
                "n": test.bet.n,
                "unit": test.unit,
                "e_value_log10": round(test.bet.log10_e, 3),
                "threshold_log10": round(self.threshold, 3),
                **({"needs": missing} if missing and test.bet.log10_e < self.threshold else {}),
            }
            for test in self.tests
        ]


def _ones(value: int, length: int) -> tuple[int, int]:
    """How many zeros and ones among the `length` lowest bits."""
    ones = value.bit_count()
    return length - ones, ones
