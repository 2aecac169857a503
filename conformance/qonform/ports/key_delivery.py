"""Key delivery with the meaning of ETSI GS QKD 014, over whatever transport."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.ports.outcome import Outcome
    from qonform.ports.secret import KeyMaterial

Json = Any
"""Any JSON value."""


@dataclass(frozen=True)
class Status:
    """014 table 9. A member that is missing, or of another type, is None here."""

    source_kme_id: str | None = None
    target_kme_id: str | None = None
    master_sae_id: str | None = None
    slave_sae_id: str | None = None
    key_size: int | None = None
    """bit"""
    stored_key_count: int | None = None
    """keys"""
    max_key_count: int | None = None
    """keys"""
    max_key_per_request: int | None = None
    """keys"""
    max_key_size: int | None = None
    """bit"""
    min_key_size: int | None = None
    """bit"""
    max_sae_id_count: int | None = None
    """additional slaves"""

    def __str__(self) -> str:
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        return "Status(" + ", ".join(f"{k}={v}" for k, v in told.items() if v is not None) + ")"


@dataclass(frozen=True)
class KeyRequest:
    """014 table 10. None means: the member is absent."""

    number: int | None = None
    """keys"""
    size: int | None = None
    """bit"""
    additional_slaves: tuple[str, ...] | None = None
    mandatory: tuple[tuple[str, Json], ...] | None = None
    """extension_mandatory: name and value"""
    optional: tuple[tuple[str, Json], ...] | None = None
    """extension_optional: name and value"""


@dataclass(frozen=True)
class Key:
    """014 table 11."""

    id: str
    material: KeyMaterial

    def __str__(self) -> str:
        return f"{self.id} {self.material!r}"


def folded(key_id: str) -> str:
    """A UUID however it is written: which forms of it are understood is open (A-16)."""
    return key_id.lower().replace("-", "")


@dataclass(frozen=True)
class KeyContainer:
    """014 clause 6.3: the keys, in the order in which they came."""

    keys: tuple[Key, ...]

    def __str__(self) -> str:
        if len(self.keys) > 3:
            return f"{len(self.keys)} keys"
        return "[" + ", ".join(map(str, self.keys)) + "]"


@dataclass(frozen=True)
class GetStatus:
    """A call of Get status (014 clause 5.2)."""

    caller: str
    slave: str


@dataclass(frozen=True)
class GetKey:
    """A call of Get key (014 clause 5.3)."""

    caller: str
    slave: str
    request: KeyRequest


@dataclass(frozen=True)
class GetKeyWithIds:
    """A call of Get key with key IDs (014 clause 5.4)."""

    caller: str
    master: str
    key_ids: tuple[str, ...]


Call = GetStatus | GetKey | GetKeyWithIds


class KeyDelivery(Protocol):
    """One application's access to key delivery at its node. Errors are outcomes, never raised."""

    def get_status(self, slave: str) -> Outcome[Status]:
        """Asks what is stored between the caller and `slave`, an SAE ID (014 clause 5.2)."""
        ...

    def get_key(self, slave: str, request: KeyRequest) -> Outcome[KeyContainer]:
        """Asks for new keys shared with `slave` (014 clause 5.3)."""
        ...

    def get_key_with_ids(self, master: str, key_ids: Sequence[str]) -> Outcome[KeyContainer]:
        """Asks for the caller's copy of keys that `master` obtained (014 clause 5.4)."""
        ...
