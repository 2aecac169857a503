"""The network layer over gRPC."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qinet.entanglement.v1 import network_layer_pb2 as pb
from qinet.entanglement.v1 import network_layer_pb2_grpc
from qinet_reference.links.adapters.grpc import told
from qinet_reference.paths.adapters.path_wire import event_message, path_message, read_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qinet_reference.adapters.grpc_wire import Context
    from qinet_reference.links.adapters.link_wire import LinkWire
    from qinet_reference.paths.domain.service import NetworkLayer


class NetworkLayerServicer(network_layer_pb2_grpc.NetworkLayerServicer):
    """Turns calls into calls of the core, and its answers into messages.

    `wire` tells who calls, and what a refusal becomes.
    """

    def __init__(self, service: NetworkLayer, wire: LinkWire) -> None:
        self._service = service
        self._wire = wire

    async def GetPaths(  # noqa: N802 - gRPC's name
        self, request: pb.GetPathsRequest, context: Context
    ) -> pb.GetPathsResponse:
        """The circuits between this node and another."""

        def answer(caller: str | None) -> pb.GetPathsResponse:
            views = self._service.get_paths(caller, request.remote_node_id)
            return pb.GetPathsResponse(paths=map(path_message, views))

        return await told(self._wire, context, answer)

    async def GetPath(  # noqa: N802 - gRPC's name
        self, request: pb.GetPathRequest, context: Context
    ) -> pb.GetPathResponse:
        """What a circuit offers."""

        def answer(caller: str | None) -> pb.GetPathResponse:
            view = self._service.get_path(caller, request.circuit_id)
            return pb.GetPathResponse(path=path_message(view))

        return await told(self._wire, context, answer)

    async def OpenCircuit(  # noqa: N802 - gRPC's name
        self, request: pb.OpenCircuitRequest, context: Context
    ) -> pb.OpenCircuitResponse:
        """Takes part in a circuit."""

        def answer(caller: str | None) -> pb.OpenCircuitResponse:
            self._service.open(caller, request.circuit_id, request.purpose_id)
            return pb.OpenCircuitResponse()

        return await told(self._wire, context, answer)

    async def CloseCircuit(  # noqa: N802 - gRPC's name
        self, request: pb.CloseCircuitRequest, context: Context
    ) -> pb.CloseCircuitResponse:
        """Takes part no longer."""

        def answer(caller: str | None) -> pb.CloseCircuitResponse:
            self._service.close(caller, request.circuit_id, request.purpose_id)
            return pb.CloseCircuitResponse()

        return await told(self._wire, context, answer)

    async def Request(  # noqa: N802 - gRPC's name
        self, request: pb.RequestRequest, context: Context
    ) -> pb.RequestResponse:
        """Asks for pairs, or is refused on arrival."""

        def answer(caller: str | None) -> pb.RequestResponse:
            self._service.events(caller)  # whoever is not enrolled learns nothing of the request
            number = self._service.request(caller, read_request(request))
            return pb.RequestResponse(request_number=number)

        return await told(self._wire, context, answer)

    async def Subscribe(  # noqa: N802 - gRPC's name
        self, request: pb.NetworkLayerSubscribeRequest, context: Context
    ) -> AsyncIterator[pb.NetworkLayerSubscribeResponse]:
        """All events of the caller after the one it names, until it hangs up."""
        log = await told(self._wire, context, self._service.events)
        last = request.after if request.HasField("after") else log.last
        news = asyncio.Event()
        with log.heard_by(news.set):
            yield pb.NetworkLayerSubscribeResponse()
            while True:
                news.clear()
                for event in log.after(last):
                    last = event.number
                    yield pb.NetworkLayerSubscribeResponse(event=event_message(event))
                await news.wait()
