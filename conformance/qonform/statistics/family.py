"""All tests over the keys of a run, under one error bound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.statistics.dependence import BetweenKeys, WithinKeys
from qonform.statistics.derived import DerivedFromId
from qonform.statistics.positions import Positions
from qonform.statistics.repeats import RepeatedBlocks
from qonform.statistics.symbols import BitBias, ByteDistribution

if TYPE_CHECKING:
    from qonform.statistics.key_test import KeyTest, Sample

ALPHA = 1e-6
"""Chance, at the most, that ideal keys are called anything else in a run, all tests together."""

KEY_TESTS: tuple[type[KeyTest], ...] = (
    BitBias,
    ByteDistribution,
    WithinKeys,
    BetweenKeys,
    Positions,
    RepeatedBlocks,
    DerivedFromId,
)


@dataclass(frozen=True)
class Alarm:
    """When a test spoke, and how strong its evidence has been since."""

    exchange: int
    log_e: float


class KeyStatistics:
    """Shows each key to each test, and looks at the e-values as often as one likes.

    Each test has an equal share of the error bound. What has once reached the threshold has
    spoken, whatever comes after.

    Args:
        alpha: the error bound of all tests together.
    """

    def __init__(self, alpha: float = ALPHA) -> None:
        self.share = alpha / len(KEY_TESTS)
        self.threshold = -math.log(self.share)
        self.tests = tuple(kind(self.threshold) for kind in KEY_TESTS)
        self.alarms: dict[str, Alarm] = {}
        self.keys = 0

    def see(self, key: Sample) -> None:
        """Takes in a key. It must be new: a key that was delivered twice says nothing more."""
        self.keys += 1
        for test in self.tests:
            test.see(key)

    def look(self, exchange: int) -> None:
        """Notes which tests speak after what this exchange has delivered."""
        for test in self.tests:
            log_e = test.log_e
            spoken = self.alarms.get(test.id)
            if log_e >= max(self.threshold, spoken.log_e if spoken else 0.0):
                self.alarms[test.id] = Alarm(spoken.exchange if spoken else exchange, log_e)

    def log_e(self, test: KeyTest) -> float:
        """The e-value, in nats: the highest since the test has spoken, or else that of now."""
        spoken = self.alarms.get(test.id)
        return spoken.log_e if spoken else test.log_e
