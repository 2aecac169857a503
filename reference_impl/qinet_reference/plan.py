"""What a reference network consists of, before any of it exists."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from string import ascii_lowercase
from typing import TYPE_CHECKING

from qinet_reference.domain.directory import Enrolment
from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.model import Limits
from qinet_reference.domain.reservoir import Supply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROXY_HEADER = "X-SSL-Client-CN"
"""Where a TLS-terminating proxy puts the SAE ID."""

ONE_DAY_MS = 86_400_000


class Identity(Enum):
    """How a KME learns who calls."""

    CERTIFICATE = "client certificate"
    HEADER = "header set by a TLS-terminating proxy"


class PkiStyle(Enum):
    """How certificates are issued; the value is the folder that holds them."""

    PLAIN = "pki"
    SELF_SIGNED_SERVERS = "pki-self-signed"
    INTERMEDIATE_CA = "pki-chained"
    SAN_ONLY = "pki-san-only"


@dataclass(frozen=True, slots=True)
class Sae:
    """An application, its KME, and the parts it can play for a conformance suite."""

    id: str
    kme: str
    roles: tuple[str, ...]
    enrolled: bool = True
    associated: bool = True

    @property
    def expired(self) -> bool:
        """Whether its certificate is out of date."""
        return "expired" in self.roles


@dataclass(frozen=True, slots=True)
class Plan:
    """KMEs, SAEs, and what they are allowed; `rate` in bit/s, `initial_keys` of default size."""

    kmes: tuple[str, ...]
    saes: tuple[Sae, ...]
    limits: Limits = field(default_factory=Limits)
    rate: float = 2e4
    initial_keys: int | None = None
    host: str = "127.0.0.1"
    scheme: str = "https"
    serves_grpc: bool = True
    identity: Identity = Identity.CERTIFICATE
    pki: PkiStyle = PkiStyle.PLAIN
    listed_kmes: tuple[str, ...] | None = None
    extensions: Sequence[Mapping[str, object]] = (
        {"name": MAX_AGE_MS, "possible": ONE_DAY_MS, "impossible": 0},
    )
    claims: Mapping[str, object] = field(default_factory=dict)

    @property
    def supply(self) -> Supply:
        """What each key association is fed with."""
        keys = self.limits.max_key_count if self.initial_keys is None else self.initial_keys
        return Supply(self.rate, self.limits.capacity_bits, keys * self.limits.key_size)

    def enrolment(self) -> Enrolment:
        """Who is where, and who may share keys: all associated SAEs, pairwise."""
        enrolled = {sae.id: sae.kme for sae in self.saes if sae.enrolled}
        associated = [sae.id for sae in self.saes if sae.enrolled and sae.associated]
        return Enrolment(enrolled, combinations(associated, 2))


def default_plan(kmes: int = 2) -> Plan:
    """The network that the suite judges when it is given none."""
    names = tuple(f"kme-{letter}" for letter in ascii_lowercase[:kmes])
    first, second = names[0], names[min(1, kmes - 1)]
    return Plan(
        kmes=names,
        saes=(
            Sae("sae-1", first, ("master",)),
            Sae("sae-2", second, ("slave",)),
            Sae("sae-3", second, ("additional-slave",)),
            Sae("sae-4", first, ("outsider",), associated=False),
            Sae("sae-5", second, ("bystander",)),
            Sae("sae-6", first, ("expired",)),
            Sae("sae-7", first, ("unenrolled",), enrolled=False),
        ),
    )
