"""Entangled links: `LinkLayer` of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc
from qonform.drivers.qinet_fault_port import QinetFaultPort
from qonform.drivers.qinet_links_wire import (
    create_request,
    read_created,
    read_event,
    read_link,
)
from qonform.drivers.qinet_listening import QinetListening
from qonform.drivers.qinet_pair_client import QinetPairClient
from qonform.drivers.qinet_pairs_wire import read_nothing
from qonform.exchanges import redact_text
from qonform.ports.entanglement import LinkEvent, PairMade

if TYPE_CHECKING:
    import grpc

    from qonform.drivers.identity import Identity
    from qonform.ports.entanglement import Link, PairRequest
    from qonform.ports.outcome import Outcome
    from qonform.target import GrpcEndpoint, Node


class QinetLinksDriver(QinetListening[LinkEvent]):
    """Asks nodes for entangled pairs, and listens to what becomes of them."""

    profile: ClassVar[str] = "qinet-links"
    service: ClassVar[str] = "qinet.entanglement.v1.LinkLayer"

    @staticmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        return node.links

    @staticmethod
    def stub(channel: grpc.Channel) -> Any:
        """That of LinkLayer."""
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


class QinetLinkClient(QinetPairClient[LinkEvent]):
    """`EntanglementLink` over `qinet.entanglement.v1`."""

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
