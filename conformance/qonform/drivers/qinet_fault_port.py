"""The fault port of `qinet.entanglement.v1`, over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qinet.entanglement.v1 import fault_port_pb2 as pb
from qinet.entanglement.v1 import fault_port_pb2_grpc
from qonform.drivers.qinet_pairs_wire import read_nothing

if TYPE_CHECKING:
    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.qinet_links import QinetLinksDriver
    from qonform.ports.outcome import Outcome

_FAULT_PORT = "qinet.entanglement.v1.FaultPort"


class QinetFaultPort:
    """`FaultPort`, as one application has it at its node."""

    def __init__(self, driver: QinetLinksDriver, node: str, identity: Identity) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity

    def miss_heralds(self, remote_node: str, count: int) -> Outcome[None]:
        """FaultPort.MissHeralds."""
        return self._ask(
            "MissHeralds", pb.MissHeraldsRequest(remote_node_id=remote_node, count=count)
        )

    def skip_sequence_numbers(self, remote_node: str, count: int) -> Outcome[None]:
        """FaultPort.SkipSequenceNumbers."""
        return self._ask(
            "SkipSequenceNumbers",
            pb.SkipSequenceNumbersRequest(remote_node_id=remote_node, count=count),
        )

    def _ask(self, method: str, asked: Protobuf) -> Outcome[Any]:
        """Calls a method. It means nothing to monitors: what comes of it, they see."""
        channel = self._driver.channel(self._node, self._identity)
        stub: Any = fault_port_pb2_grpc.FaultPortStub(channel)
        return self._driver.call(
            self._node,
            self._identity,
            f"{_FAULT_PORT}/{method}",
            getattr(stub, method),
            asked,
            None,
            read_nothing,
        ).outcome
