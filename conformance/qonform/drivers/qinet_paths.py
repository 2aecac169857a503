"""Pairs over several links: `NetworkLayer` and `Qubits` of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qinet.entanglement.v1 import network_layer_pb2 as pb
from qinet.entanglement.v1 import network_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc
from qonform.drivers.qinet_listening import QinetListening
from qonform.drivers.qinet_pairs_wire import measure_request, read_measured, read_nothing
from qonform.drivers.qinet_paths_wire import (
    path_request,
    read_event,
    read_number,
    read_path,
    read_paths,
)
from qonform.exchanges import redact_text
from qonform.ports.entanglement import Asked
from qonform.ports.outcome import Delivered
from qonform.ports.paths import HalfConfirmed, HalfDelivered, Path, PathEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import grpc
    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.exchanges import ExchangeLog
    from qonform.ports.entanglement import Axis, Measured, Rotation
    from qonform.ports.outcome import Outcome
    from qonform.ports.paths import PathRequest
    from qonform.target import GrpcEndpoint, Node, Target

_QUBITS = "qinet.entanglement.v1.Qubits"


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
    def _stub(channel: grpc.Channel) -> Any:
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


class QinetPathClient:
    """`EntanglementPath` over `qinet.entanglement.v1`."""

    def __init__(self, driver: QinetPathsDriver, node: str, identity: Identity) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity

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

    def measure(self, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Qubits.Measure."""
        return self._ask("Measure", measure_request(qubit, basis), read_measured, qubit)

    def release(self, qubit: int) -> Outcome[None]:
        """Qubits.Release."""
        return self._ask("Release", qubits_pb2.ReleaseRequest(qubit_id=qubit), read_nothing, qubit)

    def events(self) -> list[PathEvent]:
        """What NetworkLayer.Subscribe has told so far."""
        return self._driver.feed(self._node, self._identity).events()

    def wait(self, done: Callable[[Sequence[PathEvent]], bool], within_s: float) -> bool:
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
        stub: Any = network_layer_pb2_grpc.NetworkLayerStub(channel)
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
