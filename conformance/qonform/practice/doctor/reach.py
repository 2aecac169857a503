"""Whether each node can be reached over each transport, up to a Status. No key is drawn."""

from __future__ import annotations

import datetime as dt
import socket
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import grpc
from cryptography import x509
from grpc_health.v1 import health_pb2

from qonform.drivers.etsi014 import Etsi014Driver
from qonform.drivers.etsi014_wire import status_request
from qonform.drivers.identity import Identity, names_of
from qonform.drivers.meter import TargetDown
from qonform.drivers.qinet import QinetDriver
from qonform.exchanges import redact_text
from qonform.ports.outcome import Delivered, Failed
from qonform.practice.doctor.credentials import SOON
from qonform.practice.doctor.line import Line, ok, problem, warning
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qonform.drivers.tls_probe import Handshake, TlsEndpoint
    from qonform.judging import Driver
    from qonform.ports.key_delivery import Status
    from qonform.target import Client, Node, Target

_STRANGERS = frozenset({Role.UNENROLLED, Role.EXPIRED})
_KEY_DELIVERY = "qinet.keys.v1.KeyDelivery"
_CLOCKS_APART_S = 60


class Reach:
    """Looks at one transport, node by node.

    Args:
        target: the manifest.
        driver: the transport.
        clock: tells the time here.
    """

    def __init__(self, target: Target, driver: Driver, clock: Callable[[], dt.datetime]) -> None:
        self._target = target
        self._driver = driver
        self._clock = clock
        self.status: Status | None = None
        """What the master was told, once it was."""

    def lines(self) -> Iterator[Line]:
        """Every node that offers the transport; clients whose node does not offer it."""
        for node in self._target.nodes:
            if self._driver.serves(node):
                yield from self._node(node)
        for client in self._target.clients:
            if not self._driver.serves(self._target.node(client.node)):
                yield problem(
                    client.id,
                    f"is at {client.node}, which has no {self._driver.profile} endpoint",
                    f"what needs it stays undecided over {self._driver.profile}: give the node one",
                )

    def _node(self, node: Node) -> Iterator[Line]:
        subject = f"{node.id} over {self._driver.profile}"
        endpoint = self._driver.tls(node.id)
        fault = _unreachable(endpoint, self._target.limits.timeout_s)
        if fault:
            yield problem(subject, *fault)
            return
        clients = [
            c for c in self._target.clients if c.node == node.id and not c.roles & _STRANGERS
        ]
        if endpoint.secure:
            handshake = self._handshake(endpoint, clients)
            yield self._tls(subject, handshake)
            if handshake.certificate:
                yield from _certificate(subject, handshake.certificate, self._clock())
            if not handshake.connected or (not handshake.completed and not handshake.distrusted):
                return
        else:
            yield ok(subject, f"reached at {endpoint.host}:{endpoint.port}")
            said = "plain HTTP: what is about TLS fails or stays undecided, all else is judged"
            yield problem(subject, said, "give an https:// url, unless this is a laboratory")
        if endpoint.secure and clients and not any(c.certificate for c in clients):
            said = "clients are known by a header: what a proxy does to certificates is not seen"
            yield problem(subject, said, "give the clients certificates, if the node takes them")
        yield from self._answers(subject, node, clients)

    def _handshake(self, endpoint: TlsEndpoint, clients: list[Client]) -> Handshake:
        whom = next((c for c in clients if c.certificate), None) or self._target.clients[0]
        identity = Identity.of(whom)
        strict = endpoint.handshake(identity, verify=True)
        if not strict.distrusted:
            return strict
        lax = endpoint.handshake(identity)
        return type(strict)(
            strict.exchange, True, problem=strict.problem, distrusted=True,
            certificate=lax.certificate,
        )  # fmt: skip

    def _tls(self, subject: str, handshake: Handshake) -> Line:
        if handshake.completed:
            asks = {True: ", asks for a client certificate", False: ", asks for no certificate"}
            said = f"{handshake.version} with {handshake.cipher}"
            return ok(subject, said + asks.get(handshake.asked_for_certificate or False, ""))
        if not handshake.distrusted:
            return problem(subject, f"no TLS: {handshake.problem}",
                           "look at the port, and at the TLS settings of the node")  # fmt: skip
        names = ", ".join(_names(handshake.certificate)) or "none that can be read"
        said = f"{handshake.problem}; its names are {names}"
        todo = "name the CA that issued it in `ca`, and a host that the certificate has"
        if self._driver.profile == QinetDriver.profile:
            return problem(subject, said, f"over gRPC nothing can be judged so: {todo}")
        return warning(subject, said, f"ETSI-014-5.1-05 will fail: {todo}")

    def _answers(self, subject: str, node: Node, clients: list[Client]) -> Iterator[Line]:
        told_time = False
        for client in clients:
            outcome, date = self._ask(node, client)
            if Role.MASTER in client.roles and self._target.client(Role.SLAVE):
                yield from self._masters_status(subject, client, outcome)
            elif isinstance(outcome, Failed):
                yield problem(subject, f"{client.id} gets {outcome}", _WHY_SILENT)
            else:
                said = "a Status" if isinstance(outcome, Delivered) else f"{outcome}"
                yield ok(subject, f"{client.id} gets {said:.120}")
            if date and not told_time:
                told_time = True
                yield _clock(subject, date, self._clock())
        if isinstance(self._driver, QinetDriver) and clients:
            yield _health(subject, self._driver, node, Identity.of(clients[0]))

    def _ask(self, node: Node, client: Client) -> tuple[Any, str | None]:
        """Get status about the other end, or itself; and the time of the server, if it tells it."""
        identity = Identity.of(client)
        peer = Role.SLAVE if Role.SLAVE not in client.roles else Role.MASTER
        other = self._target.client(peer)
        about = other.id if other else client.id
        try:
            if isinstance(self._driver, Etsi014Driver):
                answer = self._driver.send(node.id, identity, status_request(client.id, about))
                return answer.outcome, answer.reply.header("date") if answer.reply else None
            return self._driver.key_delivery(node.id, identity).get_status(about), None
        except TargetDown as down:
            return Failed(str(down), 0), None

    def _masters_status(self, subject: str, client: Client, outcome: Any) -> Iterator[Line]:
        if not isinstance(outcome, Delivered):
            todo = _WHY_SILENT if isinstance(outcome, Failed) else _WHY_REFUSED
            yield problem(subject, f"Get status by the master {client.id}: {outcome}", todo)
            return
        self.status = status = outcome.value
        yield ok(subject, f"Status for the master: {_in_words(status)}")
        if status.master_sae_id not in (None, client.id):
            yield warning(
                subject,
                f"the master is called {client.id} here, and {redact_text(status.master_sae_id)} "
                "by the node",
                "give the client the SAE ID that the node knows it by",
            )


_WHY_SILENT = "look whether the node is up, and whether it takes this client's certificate"
_WHY_REFUSED = "look whether master and slave are enrolled, and may share keys"


def _unreachable(endpoint: TlsEndpoint, timeout_s: float) -> tuple[str, str] | None:
    """What is wrong, and what to do, if no TCP connection comes about."""
    place = f"{endpoint.host}:{endpoint.port}"
    try:
        socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError:
        return f"{endpoint.host} has no address", "look at the name in the manifest, and at DNS"
    try:
        socket.create_connection((endpoint.host, endpoint.port), timeout_s).close()
    except OSError as error:
        said = error.strerror or ("no answer in time" if isinstance(error, TimeoutError) else "")
        return f"no connection to {place}: {said.lower()}", "start the node, or open the firewall"
    return None


def _names(der: bytes | None) -> list[str]:
    try:
        return [f"{n:.60}" for n in names_of(x509.load_der_x509_certificate(der))] if der else []
    except ValueError:
        return []


def _certificate(subject: str, der: bytes, now: dt.datetime) -> Iterator[Line]:
    try:
        ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError:
        return
    names = ", ".join(_names(der)) or "nobody"
    if now < ends < now + SOON:
        yield warning(subject, f"its certificate ends on {ends:%Y-%m-%d}", "renew it soon")
    elif ends >= now:
        yield ok(subject, f"certificate for {names}, in date until {ends:%Y-%m-%d}")


def _clock(subject: str, date: str, now: dt.datetime) -> Line:
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return ok(subject, "its Date header cannot be read; clocks were not compared")
    if there.tzinfo is None:
        there = there.replace(tzinfo=dt.UTC)
    apart = (there - now).total_seconds()
    if abs(apart) > _CLOCKS_APART_S:
        way = "ahead of" if apart > 0 else "behind"
        return warning(subject, f"its clock is {abs(apart):.0f} s {way} ours",
                       "set the clocks: certificates are judged by them")  # fmt: skip
    return ok(subject, "its clock agrees with ours")


def _health(subject: str, driver: QinetDriver, node: Node, identity: Identity) -> Line:
    check = driver.channel(node.id, identity).unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    request = health_pb2.HealthCheckRequest(service=_KEY_DELIVERY)
    try:
        said = check(request, timeout=driver.meter.limits.timeout_s).status
    except grpc.RpcError as error:
        name = error.code().name
        return warning(subject, f"its health service answers {name}", "QINET-KEYS-14 will fail")
    if said != health_pb2.HealthCheckResponse.SERVING:
        return warning(subject, "its health service does not say SERVING", "look why")
    return ok(subject, "its health service says SERVING")


def _in_words(status: Status) -> str:
    def told(value: int | None) -> str:
        return "?" if value is None else f"{value}"

    return (
        f"{told(status.stored_key_count)} of {told(status.max_key_count)} keys of "
        f"{told(status.key_size)} bit stored, {told(status.min_key_size)} to "
        f"{told(status.max_key_size)} bit, at most {told(status.max_key_per_request)} keys a "
        f"request, {told(status.max_sae_id_count)} additional slaves"
    )
