"""What a sequential test over keys is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Sample:
    """A key as it was delivered, to be shown to each test once."""

    material: bytes
    """Bits of the key, and nothing but bits of the key."""
    link: str
    """Between whom: keys of one link may come from one source."""
    exchange: int
    """Number of the exchange that delivered it."""
    key_id: str = ""
    """Its ID; empty if it has none."""

    @property
    def bits(self) -> int:
        """Length, in bits."""
        return 8 * len(self.material)

    @property
    def value(self) -> int:
        """The bits as a number, the first the most significant."""
        return int.from_bytes(self.material)


class KeyTest(ABC):
    """An e-process over keys: exact if keys are uniform and independent, whatever their lengths.

    Args:
        threshold: logarithm of the e-value from which it speaks, in nats.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    unit: ClassVar[str]

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    @abstractmethod
    def see(self, key: Sample) -> None:
        """Takes in a key."""

    @property
    @abstractmethod
    def n(self) -> int:
        """How much it has seen, in its unit."""

    @property
    @abstractmethod
    def log_e(self) -> float:
        """Logarithm of the e-value now, in nats."""

    @property
    @abstractmethod
    def needs(self) -> int:
        """How much more it must see before its silence means something; 0 if enough."""

    @property
    @abstractmethod
    def finds(self) -> str:
        """What it would have found, with power.POWER or more, in what it has seen."""

    @property
    @abstractmethod
    def found(self) -> str:
        """What stands out most, in words that tell nothing of any one key."""

    @property
    def exchanges(self) -> tuple[int, ...]:
        """Exchanges that show it by themselves, if any do."""
        return ()
