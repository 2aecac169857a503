"""What a manifest says, as frozen records. Every path is absolute."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping
    from pathlib import Path


class Role(StrEnum):
    """The part that a client plays. A role that nobody has leaves its checks inconclusive."""

    MASTER = "master"
    """Calls Get key. The one role that every manifest must fill, once."""

    SLAVE = "slave"
    """Fetches, at its own node, what the master was given."""

    ADDITIONAL_SLAVE = "additional-slave"
    """A further slave of shared keys; where a Get key does not name it, a third party."""

    BYSTANDER = "bystander"
    """One more application on the slave's node, never named in a Get key."""

    OUTSIDER = "outsider"
    """Enrolled, but in no key association with the others."""

    UNENROLLED = "unenrolled"
    """Has a good certificate that stands for no application."""

    EXPIRED = "expired"
    """Has a certificate that is out of date."""

    CREATOR = "creator"
    """Asks for entangled pairs. A manifest that claims links or paths must fill it, once."""

    PEER = "peer"
    """Accepts, at the node at the other end of the link or path, what the creator asks for."""

    SECOND_CREATOR = "second-creator"
    """One more application at the creator's node, with a purpose of its own."""

    SECOND_PEER = "second-peer"
    """One more application at the peer's node, with a purpose of its own."""

    STRANGER = "stranger"
    """Enrolled at the creator's node, and asks for nothing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """What is judged."""

    supplier: str
    name: str
    version: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension parameter that the supplier handles (014 clause 6.2)."""

    name: str
    possible: Any = None
    """A value of it that can be met, if `has_possible`."""
    impossible: Any = None
    """A value of it that is understood and cannot be met, if `has_impossible`."""
    has_possible: bool = False
    has_impossible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyClaims:
    """What cannot be asked of a key management entity and must be told."""

    delivery_delay_s: float
    """Longest time in seconds from Get key until the slave can fetch. By default `timeout_s`."""
    one_way: bool = False
    """The slave cannot be master towards the master."""
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaims:
    """What cannot be asked of a node that makes entangled links and must be told."""

    slack_s: float = 5.0
    """Longest time in seconds from an event at a node until its application has it. By default
    `timeout_s`."""
    clock_speed: float = 1.0
    """Seconds that the nodes' clocks go on in one second; other than 1 for simulators."""
    fault_port: bool = False
    """Whether the nodes offer, at the same endpoint, to bring about what happens seldom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The implementation conformance statement (ICS): what the supplier says it does."""

    profiles: tuple[str, ...]
    keys: KeyClaims
    """For key delivery, over any transport: the table `claims.etsi-014`."""
    links: LinkClaims = LinkClaims()
    """For entangled links: the table `claims.qinet-links`."""
    paths: LinkClaims = LinkClaims()
    """For pairs over several links: the table `claims.qinet-paths`."""
    stated: Mapping[str, Any] = field(repr=False, hash=False)
    """The table `claims` as the manifest has it, for the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpEndpoint:
    """Where a node speaks ETSI GS QKD 014."""

    url: str
    """`https://host[:port][/prefix]` without a slash at the end; /api/v1/keys is appended."""
    ca: Path | None = None
    """PEM file with the CA of the server's certificate. If None, the system's CAs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcEndpoint:
    """Where a node speaks the common interface."""

    address: str
    """`host:port`."""
    ca: Path | None = None
    """PEM file with the CA of the server's certificate. If None, the system's CAs."""


Endpoint: TypeAlias = HttpEndpoint | GrpcEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of the network, and the ways to speak to it: at least one."""

    id: str
    etsi014: HttpEndpoint | None = None
    qinet: GrpcEndpoint | None = None
    links: GrpcEndpoint | None = None
    paths: GrpcEndpoint | None = None

    def offers(self, profile: str) -> bool:
        """Whether the manifest gives an endpoint at which the profile can be judged."""
        endpoints = {
            "etsi-014": self.etsi014,
            "qinet-keys": self.qinet,
            "qinet-links": self.links,
            "qinet-paths": self.paths,
        }
        return bool(endpoints.get(profile))


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application and its credentials."""

    id: str
    """For key delivery, the SAE ID."""
    node: str
    """Id of the node that it calls."""
    roles: frozenset[Role]
    certificate: Path | None = None
    """PEM file; may hold the chain. Present exactly if `private_key` is, which fits it."""
    private_key: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """For servers behind a TLS-terminating proxy. The values may be secret."""

    @property
    def identity(self) -> Literal["certificate", "header", "certificate and header", "none"]:
        """What tells the server who this is."""
        if self.certificate:
            return "certificate and header" if self.headers else "certificate"
        return "header" if self.headers else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the suite may take of the target."""

    key_budget_bits: int = 4_000_000
    pair_budget: int = 100_000
    requests_per_second: float = 200
    max_concurrency: int = 16
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that the supplier knows of, and for how long it may be one."""

    requirement: str
    """The requirement's present id, also where the manifest has its old one."""
    reason: str
    expires: datetime.date
    """The last day on which it counts."""
    profile: str | None = None
    """If None, every profile that has the requirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Everything that a manifest says."""

    implementation: Implementation
    claims: Claims
    nodes: tuple[Node, ...]
    clients: tuple[Client, ...]
    limits: Limits
    waivers: tuple[Waiver, ...]
    path: Path
    """The manifest."""

    def client(self, role: Role) -> Client | None:
        """The first client of the manifest with that role, or None if nobody has it."""
        return next((client for client in self.clients if role in client.roles), None)

    def name_of(self, file: Path) -> str:
        """A file as one names it from the manifest's folder."""
        folder = self.path.resolve().parent
        return str(file.relative_to(folder) if file.is_relative_to(folder) else file)

    def node(self, id_: str) -> Node:
        """The node of that id. Raises KeyError; the node of a client always exists."""
        for node in self.nodes:
            if node.id == id_:
                return node
        raise KeyError(id_)
