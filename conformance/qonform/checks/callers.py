"""Who asks at each node, and how it looks when somebody is turned away."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qonform.drivers.identity import Identity
from qonform.judging import Undecidable
from qonform.monitors.open_points import said
from qonform.ports.key_delivery import KeyContainer, KeyRequest, Status
from qonform.ports.outcome import Delivered, Failed, Outcome, Refused, Unreadable
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.judging import Application, Bench, Judge
    from qonform.ports.key_delivery import Key
    from qonform.target import Client

_REGULAR = (Role.MASTER, Role.SLAVE, Role.ADDITIONAL_SLAVE, Role.BYSTANDER)


@dataclass(frozen=True)
class Caller:
    """An enrolled SAE at its node, and another SAE that it can ask about."""

    bench: Bench
    application: Application
    peer: str

    @property
    def node(self) -> str:
        """Where it asks."""
        return self.application.node

    @property
    def identity(self) -> Identity:
        """Its credentials."""
        return self.application.identity

    @property
    def by_header_alone(self) -> bool:
        """Whether the suite stands where a TLS-terminating proxy stands."""
        return self.identity.certificate is None and bool(self.identity.headers)

    def status(self) -> Outcome[Status]:
        """Get status about the peer."""
        return self.application.keys.get_status(self.peer)

    def is_slave_in(self, status: Status) -> bool:
        """Whether a Status about the peer describes the caller as the slave, as it may (A-34)."""
        own = self.identity.sae_id
        return status.master_sae_id == self.peer and status.slave_sae_id == own

    def control(self, key: Key | None = None) -> Outcome[Any]:
        """A call that is served to whom it is due: Get status or, by the slave, a fetch.

        Args:
            key: one for the slave to fetch; by default one is taken if Get status is refused, as
                it may be on a one-way link.
        """
        slave = self.bench.target.client(Role.SLAVE)
        fetches = slave is not None and slave.id == self.identity.sae_id
        outcome = self.bench.patiently(self.application, self.status)
        if not fetches or (key is None and not isinstance(outcome, Refused)):
            return outcome
        try:
            key = key or self.bench.spare()
            return self.bench.fetch(self.application, [key.id])
        except Undecidable:
            return outcome

    def attempts(self, identity: Identity) -> dict[str, Outcome[Any]]:
        """What somebody else is answered who asks in this caller's place."""
        keys = self.bench.at(self.node, identity).keys
        return {
            "Get status": keys.get_status(self.peer),
            "Get key": keys.get_key(self.peer, KeyRequest()),
        }


def callers(bench: Bench) -> list[Caller]:
    """Every client of the manifest to whom this transport gives answers."""
    found = []
    for client in bench.target.clients:
        regular = not client.roles.isdisjoint(_REGULAR)
        if not regular or not bench.driver.serves(bench.target.node(client.node)):
            continue
        asker = bench.at(client.node, Identity.of(client))
        found.append(Caller(bench, asker, _peer(bench, client)))
    return found


def _peer(bench: Bench, client: Client) -> str:
    """Whom it can ask about: the master the slave, anybody else the master."""
    wanted = Role.SLAVE if Role.MASTER in client.roles else Role.MASTER
    other = bench.target.client(wanted)
    return other.id if other is not None else "an-sae-that-is-not-there"


def one_per_node(bench: Bench) -> list[Caller]:
    """The first caller of each node. Raises Undecidable if nobody calls a node."""
    first: dict[str, Caller] = {}
    for caller in callers(bench):
        first.setdefault(caller.node, caller)
    if deserted := sorted(set(bench.nodes) - set(first)):
        raise Undecidable(f"the manifest has no enrolled client at {', '.join(deserted)}")
    return list(first.values())


def gave(outcome: Outcome[Any]) -> bool:
    """Whether an answer holds a Status or a key."""
    match outcome:
        case Delivered(value=Status() as status):
            return status != Status()
        case Delivered(value=KeyContainer(keys=keys)):
            return bool(keys)
        case _:
            return False


def judge_turned_away(
    judge: Judge, requirement: str, who: str, outcome: Outcome[Any], control: Outcome[Any]
) -> None:
    """No answer at all is as good as a refusal, provided that `control` was served right after."""
    seen = [outcome, control]
    if gave(outcome):
        judge.that(
            requirement,
            False,
            due="neither a Status nor a key",
            came=f"{who}: {outcome}",
            evidence=[outcome],
        )
    elif isinstance(outcome, Unreadable):
        judge.undecided(requirement, f"{who}: {outcome}", evidence=seen)
    elif not isinstance(control, Delivered):
        why = f"{who}: {outcome}; but the SAE itself was not served either: {control}"
        judge.undecided(requirement, why, evidence=seen)
    else:
        judge.that(
            requirement,
            True,
            due="neither a Status nor a key",
            came=f"{who}: {outcome}",
            evidence=seen,
        )


def judge_all_turned_away(
    judge: Judge,
    requirement: str,
    who: str,
    outcomes: Mapping[str, Outcome[Any]],
    control: Outcome[Any],
    *,
    certificate: str,
) -> None:
    """The same for several methods; and how the refusal looked is recorded, never judged.

    Args:
        certificate: what was wrong with it, in a few words.
    """
    for method, outcome in outcomes.items():
        judge_turned_away(judge, requirement, f"{method} by {who}", outcome, control)
    for outcome in outcomes.values():
        if not gave(outcome):
            early = isinstance(outcome, Failed)
            how = "no connection, or closed without an answer" if early else said(outcome)
            judge.observed("A-25", f"{certificate}: {how}")


def claims(sae_id: str) -> dict[str, str]:
    """Headers by which a caller may claim to be an SAE, as careless servers read them."""
    bare = (
        "X-SAE-ID",
        "Request-SAE-ID",
        "SAE-ID",
        "X-SSL-Client-CN",
        "X-Client-CN",
        "SSL_CLIENT_S_DN_CN",
        "X-SSL-Client-Serial",
        "X-Remote-User",
        "X-Forwarded-User",
    )
    named = (
        "X-SSL-Client-S-DN",
        "X-Client-DN",
        "X-SSL-Client-DN",
        "SSL_CLIENT_S_DN",
        "X-SSL-Subject",
    )
    return {
        **{name: ascii_header(sae_id) for name in bare},
        **{name: f"CN={ascii_header(sae_id)}" for name in named},
        "X-SSL-Client-Verify": "SUCCESS",
        "X-Forwarded-Client-Cert": f'Subject="CN={ascii_header(sae_id)}";URI={quote(sae_id)}',
    }


def basic_authorization(sae_id: str) -> dict[str, str]:
    """The same by HTTP's own means (RFC 7617), which a careful server may refuse as such."""
    pair = b64encode(f"{sae_id}:".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def ascii_header(value: str) -> str:
    """`value` fit for a header; an SAE ID may be anything, a header may not."""
    fit = value.isascii() and value.isprintable()
    return value if fit else quote(value)
