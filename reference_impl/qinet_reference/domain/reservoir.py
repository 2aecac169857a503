"""Bits that arrive at a steady rate in a store that can hold only so many."""

from __future__ import annotations

from dataclasses import dataclass

from qinet_reference.domain.refusal import MANDATORY_UNMET, Reason, Refusal


@dataclass(frozen=True, slots=True)
class Supply:
    """What the QKD link below one key association yields. Units: bit/s and bit."""

    rate: float
    capacity: int
    initial: int


@dataclass(frozen=True, slots=True)
class Reservoir:
    """The bits of one key association: `level` of them at the moment `as_of` (s).

    The store is a ring: bits leave it oldest first, and when it is full each new bit
    displaces the oldest. So the bits in it are always the youngest that arrived, and their
    ages follow from the rate alone, except for those that were there at the start.
    """

    level: float
    as_of: float
    started: float

    @classmethod
    def new(cls, supply: Supply, now: float) -> Reservoir:
        """The store as it is at the start."""
        return cls(level=supply.initial, as_of=now, started=now)

    def at(self, now: float, supply: Supply) -> Reservoir:
        """The same store at a later moment. A clock that was set back adds nothing."""
        arrived = max(0.0, now - self.as_of) * supply.rate
        return Reservoir(min(self.level + arrived, supply.capacity), now, self.started)

    def younger_than(self, age: float, supply: Supply) -> float:
        """How many of the bits, at `as_of`, arrived in the last `age` seconds."""
        if self.as_of - self.started <= age:
            return self.level
        return min(self.level, supply.rate * age)

    def draw(self, bits: int, supply: Supply, max_age: float | None = None) -> Reservoir:
        """What is left after `bits` are taken at `as_of`.

        With `max_age` (s), bits older than that are skipped, which discards them.
        Refuses when too few are stored, or too few that are young enough; takes all or none.
        """
        if self.level < bits:
            raise Refusal(Reason.RESOURCE_EXHAUSTED, "too little key is stored")
        usable = self.level if max_age is None else self.younger_than(max_age, supply)
        if usable < bits:
            raise Refusal(Reason.MANDATORY_EXTENSION_UNMET, MANDATORY_UNMET)
        return Reservoir(usable - bits, self.as_of, self.started)
