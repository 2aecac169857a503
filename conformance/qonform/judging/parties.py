"""Who can ask over one transport: the applications that the manifest names, and anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qonform.drivers.identity import Identity
from qonform.judging.finding import Undecidable
from qonform.target import Node, Role, Target

if TYPE_CHECKING:
    from qonform.drivers.meter import Meter
    from qonform.drivers.tls_probe import TlsEndpoint
    from qonform.ports.key_delivery import KeyDelivery


class Driver(Protocol):
    """What a bench needs of a transport."""

    @property
    def profile(self) -> str:
        """The profile that is judged over it."""
        ...

    meter: Meter

    def serves(self, node: Node) -> bool:
        """Whether the node can be asked over this transport."""
        ...

    def tls(self, node: str) -> TlsEndpoint:
        """Where the node speaks TLS."""
        ...

    def key_delivery(self, node: str, identity: Identity) -> KeyDelivery:
        """The port, as `identity` has it at `node`."""
        ...

    def close(self) -> None:
        """Closes every connection."""
        ...

    def restart(self) -> None:
        """Forgets connections and TLS sessions, as if every application had been started anew."""
        ...


@dataclass(frozen=True)
class Application:
    """One SAE: who it is, where it asks, and what it can ask there."""

    sae_id: str
    node: str
    identity: Identity
    keys: KeyDelivery

    def __str__(self) -> str:
        return f"{self.identity.label} at {self.node}"


class Parties:
    """Everybody who asks the target over one transport.

    Args:
        target: the manifest.
        driver: the transport.
    """

    def __init__(self, target: Target, driver: Driver) -> None:
        self.target = target
        self.driver = driver
        self.profile = driver.profile

    def application(self, role: Role) -> Application:
        """The client that has the role. Raises Undecidable when there is none on this transport."""
        client = self.target.client(role)
        if client is None:
            raise Undecidable(f"needs a client with the role `{role}`; the manifest has none")
        node = self.target.node(client.node)
        if not self.driver.serves(node):
            raise Undecidable(f"{client.id} is at {node.id}, which has no {self.profile} endpoint")
        return self.at(node.id, Identity.of(client))

    def at(self, node: str, identity: Identity) -> Application:
        """Anybody, asking at a node."""
        return Application(
            identity.sae_id, node, identity, self.driver.key_delivery(node, identity)
        )

    @property
    def master(self) -> Application:
        """The SAE that calls Get key, at its node."""
        return self.application(Role.MASTER)

    @property
    def slave(self) -> Application:
        """The SAE in the URL of Get key, at its node."""
        return self.application(Role.SLAVE)

    @property
    def third(self) -> Application:
        """An SAE at the slave's node: the third party unless Get key names it."""
        third = self.application(Role.ADDITIONAL_SLAVE)
        if third.node != self.slave.node:
            raise Undecidable(f"{third.sae_id} must be at the slave's node, {self.slave.node}")
        return third

    @property
    def slave_id(self) -> str:
        """SAE ID of the slave; known from the manifest even if its node is out of reach."""
        client = self.target.client(Role.SLAVE)
        if client is None:
            raise Undecidable("needs a client with the role `slave`; the manifest has none")
        return client.id

    @property
    def nodes(self) -> tuple[str, ...]:
        """Ids of the nodes that this transport reaches."""
        return tuple(n.id for n in self.target.nodes if self.driver.serves(n))

    @property
    def delay_s(self) -> float:
        """Longest time that a key may be on its way: as declared, else the timeout."""
        return self.target.claims.keys.delivery_delay_s
