"""Pairs over several links: `NetworkLayer` of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qinet.entanglement.v1 import network_layer_pb2 as pb
from qinet.entanglement.v1 import network_layer_pb2_grpc
from qonform.drivers.qinet_listening import QinetListening
from qonform.drivers.qinet_pair_client import QinetPairClient
from qonform.drivers.qinet_pairs_wire import read_nothing
from qonform.drivers.qinet_paths_wire import (
    path_request,
    read_event,
    read_number,
    read_path,
    read_paths,
)
from qonform.exchanges import redact_text
from qonform.ports.outcome import Delivered
from qonform.ports.paths import HalfConfirmed, HalfDelivered, Path, PathEvent

if TYPE_CHECKING:
    import grpc

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.exchanges import ExchangeLog
    from qonform.ports.outcome import Outcome
    from qonform.ports.paths import PathRequest
    from qonform.target import GrpcEndpoint, Node, Target


class QinetPathsDriver(QinetListening[PathEvent]):
    """Asks the ends of circuits for pairs, and listens to what becomes of them."""

    profile: ClassVar[str] = "qinet-paths"
    service: ClassVar[str] = "qinet.entanglement.v1.NetworkLayer"

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        super().__init__(target, log, meter)
        self._heads: dict[str, str] = {}

    @staticmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        return node.paths

    @staticmethod
    def stub(channel: grpc.Channel) -> Any:
        """That of NetworkLayer."""
        return network_layer_pb2_grpc.NetworkLayerStub(channel)

    @staticmethod
    def _asked(after: int | None) -> pb.NetworkLayerSubscribeRequest:
        return pb.NetworkLayerSubscribeRequest(after=after)

    @staticmethod
    def _read(event: pb.PathEvent, arrived_s: float, number: int) -> PathEvent:
        return read_event(event, arrived_s, number)

    def _count(self, call: object, outcome: Outcome[Any]) -> None:
        """Notes which end of a circuit is its head: only there pairs are counted."""
        del call
        value = outcome.value if isinstance(outcome, Delivered) else ()
        for path in value if isinstance(value, tuple) else (value,):
            if isinstance(path, Path):
                self._heads[path.circuit] = path.head_node

    def _drew(self, event: PathEvent, node: str) -> int:
        """A pair, when its half at the head-end is confirmed: what expired is made again."""
        what = event.what
        pair = what.pair if isinstance(what, HalfDelivered | HalfConfirmed) else None
        return int(pair is not None and self._heads.get(event.request.circuit) == node)

    @staticmethod
    def _in_short(event: PathEvent) -> str:
        what = event.what
        told = f"half {what.half}" if isinstance(what, HalfDelivered) else what
        return redact_text(f"event {event.number}, {event.request}: {told or 'not known'}")

    def path(self, node: str, identity: Identity) -> QinetPathClient:
        """The port, as `identity` has it at `node`."""
        return QinetPathClient(self, node, identity)


class QinetPathClient(QinetPairClient[PathEvent]):
    """`EntanglementPath` over `qinet.entanglement.v1`."""

    def get_paths(self, remote_node: str) -> Outcome[tuple[Path, ...]]:
        """NetworkLayer.GetPaths."""
        return self._ask("GetPaths", pb.GetPathsRequest(remote_node_id=remote_node), read_paths)

    def get_path(self, circuit: str) -> Outcome[Path]:
        """NetworkLayer.GetPath."""
        return self._ask("GetPath", pb.GetPathRequest(circuit_id=circuit), read_path)

    def open(self, circuit: str, purpose: int) -> Outcome[None]:
        """NetworkLayer.OpenCircuit."""
        asked = pb.OpenCircuitRequest(circuit_id=circuit, purpose_id=purpose)
        return self._ask("OpenCircuit", asked, read_nothing, (circuit, purpose))

    def close(self, circuit: str, purpose: int) -> Outcome[None]:
        """NetworkLayer.CloseCircuit."""
        asked = pb.CloseCircuitRequest(circuit_id=circuit, purpose_id=purpose)
        return self._ask("CloseCircuit", asked, read_nothing, (circuit, purpose))

    def request(self, request: PathRequest) -> Outcome[int]:
        """NetworkLayer.Request."""
        return self._ask("Request", path_request(request), read_number, request)
