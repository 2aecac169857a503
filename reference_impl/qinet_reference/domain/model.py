"""The nouns of key delivery (014 clause 6), free of any wire format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Key(NamedTuple):
    """One key: a UUID in text form and its material (table 11). Never shown in a `repr`.

    `material` is the size asked for, rounded up to whole bytes.
    """

    id: str
    material: bytes

    def __repr__(self) -> str:
        return f"Key(id={self.id!r}, material=<{len(self.material)} bytes>)"


class Extension(NamedTuple):
    """A supplier's parameter: its name and a value of any JSON type (6.2)."""

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What a master asks for (table 10). `size` is in bits; None means the default."""

    number: int | None = None
    size: int | None = None
    additional_slaves: tuple[str, ...] = ()
    mandatory: tuple[Extension, ...] = ()
    optional: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a KME is willing to deliver (table 9). Sizes in bits, counts in keys."""

    key_size: int = 256
    min_key_size: int = 64
    max_key_size: int = 4096
    max_key_per_request: int = 32
    max_key_count: int = 10_000
    max_sae_id_count: int = 2
    serves_any_size: bool = False

    @property
    def capacity_bits(self) -> int:
        """How much one key association can store: `max_key_count` keys of the default size."""
        return self.max_key_count * self.key_size


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one key association as one KME sees it (6.1, table 9)."""

    source_kme: str
    target_kme: str
    master: str
    slave: str
    stored_key_count: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Allocation:
    """Keys about to be bound to a master and its slaves: one atomic step of the store.

    Each key costs `bits_per_key` of the association of the master with *every* slave.
    With `max_age_s`, no bit of it may have been stored for longer than that.
    """

    keys: Sequence[Key]
    bits_per_key: int
    master: str
    slaves: Sequence[tuple[str, str]]  # (SAE ID, its KME's ID)
    max_age_s: float | None = None

    @property
    def bits(self) -> int:
        """What it costs each association. Unit: bit."""
        return self.bits_per_key * len(self.keys)


@dataclass(frozen=True, slots=True)
class Order:
    """A slave's request, at its own KME, for its copies of keys of one master (5.4)."""

    kme: str
    caller: str
    master: str
    key_ids: Sequence[str]


def pair(one: str, other: str) -> tuple[str, str]:
    """The name of the association of two SAEs, whoever of them is master."""
    return (one, other) if one <= other else (other, one)
