"""Entangled links: `LinkLayer` and `Qubits` of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc
from qonform.drivers.qinet_fault_port import QinetFaultPort
from qonform.drivers.qinet_links_wire import (
    create_request,
    read_created,
    read_event,
    read_link,
)
from qonform.drivers.qinet_listening import QinetListening
from qonform.drivers.qinet_pairs_wire import measure_request, read_measured, read_nothing
from qonform.exchanges import redact_text
from qonform.ports.entanglement import Asked, LinkEvent, PairMade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import grpc
    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.ports.entanglement import Axis, Link, Measured, PairRequest, Rotation
    from qonform.ports.outcome import Outcome
    from qonform.target import GrpcEndpoint, Node

_QUBITS = "qinet.entanglement.v1.Qubits"


class QinetLinksDriver(QinetListening[LinkEvent]):
    """Asks nodes for entangled pairs, and listens to what becomes of them."""

    profile: ClassVar[str] = "qinet-links"
    service: ClassVar[str] = "qinet.entanglement.v1.LinkLayer"

    @staticmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        return node.links

    @staticmethod
    def _stub(channel: grpc.Channel) -> Any:
        return link_layer_pb2_grpc.LinkLayerStub(channel)

    @staticmethod
    def _asked(after: int | None) -> pb.SubscribeRequest:
        return pb.SubscribeRequest(after=after)

    @staticmethod
    def _read(event: pb.LinkEvent, arrived_s: float, number: int) -> LinkEvent:
        return read_event(event, arrived_s, number)

    def _drew(self, event: LinkEvent, node: str) -> int:
        return int(isinstance(event.what, PairMade) and event.request.origin == node)

    @staticmethod
    def _in_short(event: LinkEvent) -> str:
        what = f"pair {event.what.sequence}" if isinstance(event.what, PairMade) else event.what
        return redact_text(f"event {event.number}, {event.request}: {what or 'not known'}")

    def fault_port(self, node: str, identity: Identity) -> QinetFaultPort:
        """The fault port, as `identity` has it at `node`."""
        return QinetFaultPort(self, node, identity)

    def link(self, node: str, identity: Identity) -> QinetLinkClient:
        """The port, as `identity` has it at `node`."""
        return QinetLinkClient(self, node, identity)


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

    def replay(self, after: int, until: int) -> Outcome[tuple[LinkEvent, ...]]:
        """LinkLayer.Subscribe with `after`, on a stream of its own."""
        return self._driver.replay(self._node, self._identity, after, until)

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
        service = self._driver.service
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
