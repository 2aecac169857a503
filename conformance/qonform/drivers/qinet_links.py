"""Entangled links: `LinkLayer` and `Qubits` of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc
from qonform.drivers.qinet_calls import QinetCalls, show
from qonform.drivers.qinet_fault_port import QinetFaultPort
from qonform.drivers.qinet_feed import Feed
from qonform.drivers.qinet_links_wire import (
    create_request,
    measure_request,
    read_created,
    read_event,
    read_link,
    read_measured,
    read_nothing,
)
from qonform.drivers.qinet_wire import read_error
from qonform.exchanges import Exchange, Message, redact_text
from qonform.ports.entanglement import Asked, LinkEvent, PairMade, Told
from qonform.ports.outcome import Delivered, Failed, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.exchanges import ExchangeLog
    from qonform.ports.entanglement import Axis, Link, Measured, PairRequest, Rotation
    from qonform.target import GrpcEndpoint, Node, Target

_LINK_LAYER = "qinet.entanglement.v1.LinkLayer"
_QUBITS = "qinet.entanglement.v1.Qubits"


class QinetLinksDriver(QinetCalls):
    """Asks nodes for entangled pairs, and listens to what becomes of them."""

    profile: ClassVar[str] = "qinet-links"

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        super().__init__(target, log, meter)
        self._feeds: dict[tuple[str, Identity], Feed] = {}
        self._feeding = threading.Lock()

    @staticmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        return node.links

    def now(self) -> float:
        """Seconds since the start of the run, the clock of events."""
        return self._log.now()

    def link(self, node: str, identity: Identity) -> QinetLinkClient:
        """The port, as `identity` has it at `node`."""
        return QinetLinkClient(self, node, identity)

    def fault_port(self, node: str, identity: Identity) -> QinetFaultPort:
        """The fault port, as `identity` has it at `node`."""
        return QinetFaultPort(self, node, identity)

    def feed(self, node: str, identity: Identity) -> Feed:
        """What the node tells that application, from the first time that this is asked."""
        with self._feeding:
            if (node, identity) not in self._feeds:
                self._feeds[node, identity] = feed = self._listen(node, identity)
                feed.begin(self.meter.limits.timeout_s)
            return self._feeds[node, identity]

    def _listen(self, node: str, identity: Identity) -> Feed:
        channel = self.connect(node, identity)
        stub = link_layer_pb2_grpc.LinkLayerStub(channel)
        metadata = tuple((k.lower(), v) for k, v in identity.headers.items())
        line = f"{node} over {self.profile}"
        asked = pb.SubscribeRequest()

        def subscribe(after: int | None) -> Any:
            if after is not None:
                asked.after = after
            with self.meter.request(line):
                return stub.Subscribe(asked, metadata=metadata)

        def read(message: pb.SubscribeResponse) -> LinkEvent | None:
            if not message.HasField("event"):
                return None
            return self._heard(node, identity, asked, message)

        def ended(error: Exception | None) -> bool:
            return isinstance(self._broke(node, identity, asked, error), Failed)

        return Feed(subscribe, read, ended)

    def _heard(
        self,
        node: str,
        identity: Identity,
        asked: pb.SubscribeRequest,
        message: pb.SubscribeResponse,
    ) -> LinkEvent:
        at = self._log.now()
        told: list[LinkEvent] = []

        def make(number: int) -> Exchange:
            event = read_event(message.event, at, number)
            told.append(event)
            if isinstance(event.what, PairMade) and event.request.origin == node:
                self.meter.drew_pairs(1)
            return self._exchange(
                number,
                at,
                node,
                identity,
                asked,
                Message(_in_short(event), body=show(message.event)),
                Delivered(event, number),
            )

        self._log.record(make)
        return told[0]

    def _broke(
        self, node: str, identity: Identity, asked: pb.SubscribeRequest, error: Exception | None
    ) -> Outcome[Any]:
        at = self._log.now()
        outcomes: list[Outcome[Any]] = []

        def make(number: int) -> Exchange:
            outcome: Outcome[Any] = Failed("the stream of events ended", number)
            if error is not None:
                outcome = read_error(error, number).outcome  # type: ignore[arg-type]
            outcomes.append(outcome)
            return self._exchange(number, at, node, identity, asked, Message(str(outcome)), outcome)

        self._log.record(make)
        return outcomes[0]

    def _exchange(
        self,
        number: int,
        at_s: float,
        node: str,
        identity: Identity,
        asked: pb.SubscribeRequest,
        reply: Message,
        outcome: Outcome[Any],
    ) -> Exchange:
        name = f"{_LINK_LAYER}/Subscribe"
        return Exchange(
            number,
            at_s,
            0.0,
            self.profile,
            "grpc",
            node,
            identity.label,
            Message(name, {}, show(asked)),
            reply,
            self.command(node, identity, name, asked),
            identity.enrolled,
            Told(identity.sae_id, node),
            outcome,
        )

    def restart(self) -> None:
        """Forgets connections, as if every application had been started anew; events go on."""
        self._hush()
        super().restart()

    def close(self) -> None:
        """Listens no longer, and closes every connection."""
        self._hush()
        super().close()

    def _hush(self) -> None:
        with self._feeding:
            while self._feeds:
                self._feeds.popitem()[1].close()


def _in_short(event: LinkEvent) -> str:
    """An event in a line: its number, its request, and what became of that."""
    what = f"pair {event.what.sequence}" if isinstance(event.what, PairMade) else event.what
    return redact_text(f"event {event.number}, {event.request}: {what or 'not known'}")


class QinetLinkClient:
    """`EntanglementLink` over `qinet.entanglement.v1`."""

    def __init__(self, driver: QinetLinksDriver, node: str, identity: Identity) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity

    def get_link(self, remote_node: str) -> Outcome[Link]:
        """LinkLayer.GetLink."""
        return self._ask("GetLink", pb.GetLinkRequest(remote_node_id=remote_node), read_link)

    def create(self, request: PairRequest) -> Outcome[int]:
        """LinkLayer.Create."""
        return self._ask("Create", create_request(request), read_created, request)

    def accept(self, remote_node: str, purpose: int) -> Outcome[None]:
        """LinkLayer.Accept."""
        asked = pb.AcceptRequest(remote_node_id=remote_node, purpose_id=purpose)
        return self._ask("Accept", asked, read_nothing, (remote_node, purpose))

    def stop_accepting(self, remote_node: str, purpose: int) -> Outcome[None]:
        """LinkLayer.StopAccepting."""
        asked = pb.StopAcceptingRequest(remote_node_id=remote_node, purpose_id=purpose)
        return self._ask("StopAccepting", asked, read_nothing, (remote_node, purpose))

    def measure(self, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Qubits.Measure."""
        return self._ask("Measure", measure_request(qubit, basis), read_measured, qubit)

    def release(self, qubit: int) -> Outcome[None]:
        """Qubits.Release."""
        return self._ask("Release", qubits_pb2.ReleaseRequest(qubit_id=qubit), read_nothing, qubit)

    def events(self) -> list[LinkEvent]:
        """What LinkLayer.Subscribe has told so far."""
        return self._driver.feed(self._node, self._identity).events()

    def wait(self, done: Callable[[Sequence[LinkEvent]], bool], within_s: float) -> bool:
        """Waits until the events so far are as wanted; False when they were not in time."""
        return self._driver.feed(self._node, self._identity).wait(done, within_s)

    def _ask(
        self,
        method: str,
        asked: Protobuf,
        read: Callable[[Any, int], Outcome[Any]],
        what: object = None,
    ) -> Outcome[Any]:
        channel = self._driver.channel(self._node, self._identity)
        stub: Any = link_layer_pb2_grpc.LinkLayerStub(channel)
        service = _LINK_LAYER
        if method in {"Measure", "Release"}:
            stub, service = qubits_pb2_grpc.QubitsStub(channel), _QUBITS
        return self._driver.call(
            self._node,
            self._identity,
            f"{service}/{method}",
            getattr(stub, method),
            asked,
            Asked(self._identity.sae_id, self._node, method, what),
            read,
        ).outcome
