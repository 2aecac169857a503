"""The fault port over gRPC: what happens to a link seldom, brought about on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet.entanglement.v1 import fault_port_pb2 as pb
from qinet.entanglement.v1 import fault_port_pb2_grpc
from qinet_reference.links.adapters.answering import settled
from qinet_reference.links.adapters.grpc import told
from qinet_reference.links.domain.model import SEQUENCE_NUMBERS
from qinet_reference.links.domain.validation import malformed

if TYPE_CHECKING:
    from qinet_reference.adapters.grpc_wire import Context
    from qinet_reference.links.adapters.answering import Answering, Disturbing
    from qinet_reference.links.adapters.link_wire import LinkWire


class FaultPortServicer(fault_port_pb2_grpc.FaultPortServicer):
    """What one node offers to the applications that `service` knows."""

    def __init__(self, service: Answering, disturbance: Disturbing, wire: LinkWire) -> None:
        self._service = service
        self._disturbance = disturbance
        self._wire = wire

    async def MissHeralds(  # noqa: N802 - gRPC's name
        self, request: pb.MissHeraldsRequest, context: Context
    ) -> pb.MissHeraldsResponse:
        """Lets the node miss heralds, while the neighbour hears them."""

        async def answer(caller: str | None) -> pb.MissHeraldsResponse:
            self._service.events(caller)
            remote, count = request.remote_node_id, request.count
            await settled(self._disturbance.miss_heralds(remote, count))
            return pb.MissHeraldsResponse()

        return await told(self._wire, context, answer)

    async def SkipSequenceNumbers(  # noqa: N802 - gRPC's name
        self, request: pb.SkipSequenceNumbersRequest, context: Context
    ) -> pb.SkipSequenceNumbersResponse:
        """Lets the counter of sequence numbers go on, as if pairs had been made."""

        async def answer(caller: str | None) -> pb.SkipSequenceNumbersResponse:
            self._service.events(caller)
            if request.count >= SEQUENCE_NUMBERS // 2:
                raise malformed("count is from 0 to 32767")
            remote, count = request.remote_node_id, request.count
            await settled(self._disturbance.skip_numbers(remote, count))
            return pb.SkipSequenceNumbersResponse()

        return await told(self._wire, context, answer)
