"""The entanglement services over gRPC."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.links.adapters.answering import settled
from qinet_reference.links.domain.refusal import LinkRefusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from qinet_reference.adapters.grpc_wire import Context
    from qinet_reference.links.adapters.answering import Answering, HoldsQubits
    from qinet_reference.links.adapters.link_wire import LinkWire

T = TypeVar("T")
_log = logging.getLogger(__name__)


class LinkLayerServicer(link_layer_pb2_grpc.LinkLayerServicer):
    """Turns calls into calls of the core, and its answers into messages."""

    def __init__(self, service: Answering, wire: LinkWire) -> None:
        self._service = service
        self._wire = wire

    async def GetLink(  # noqa: N802 - gRPC's name
        self, request: pb.GetLinkRequest, context: Context
    ) -> pb.GetLinkResponse:
        """What is offered towards a neighbour."""

        async def answer(caller: str | None) -> pb.GetLinkResponse:
            view = await settled(self._service.get_link(caller, request.remote_node_id))
            return pb.GetLinkResponse(link=self._wire.link_message(view))

        return await told(self._wire, context, answer)

    async def Create(  # noqa: N802 - gRPC's name
        self, request: pb.CreateRequest, context: Context
    ) -> pb.CreateResponse:
        """The ACK, or a refusal on arrival."""

        async def answer(caller: str | None) -> pb.CreateResponse:
            self._service.events(caller)  # whoever is not enrolled learns nothing of the request
            wanted = self._wire.read_create(request)
            return pb.CreateResponse(create_id=await settled(self._service.create(caller, wanted)))

        return await told(self._wire, context, answer)

    async def Accept(  # noqa: N802 - gRPC's name
        self, request: pb.AcceptRequest, context: Context
    ) -> pb.AcceptResponse:
        """Accepts what a neighbour asks for under a purpose."""

        async def answer(caller: str | None) -> pb.AcceptResponse:
            remote, purpose = request.remote_node_id, request.purpose_id
            await settled(self._service.accept(caller, remote, purpose))
            return pb.AcceptResponse()

        return await told(self._wire, context, answer)

    async def StopAccepting(  # noqa: N802 - gRPC's name
        self, request: pb.StopAcceptingRequest, context: Context
    ) -> pb.StopAcceptingResponse:
        """Accepts it no longer."""

        async def answer(caller: str | None) -> pb.StopAcceptingResponse:
            remote, purpose = request.remote_node_id, request.purpose_id
            await settled(self._service.stop_accepting(caller, remote, purpose))
            return pb.StopAcceptingResponse()

        return await told(self._wire, context, answer)

    async def Subscribe(  # noqa: N802 - gRPC's name
        self, request: pb.SubscribeRequest, context: Context
    ) -> AsyncIterator[pb.SubscribeResponse]:
        """All events of the caller after the one it names, until it hangs up."""
        log = await told(self._wire, context, self._service.events)
        last = request.after if request.HasField("after") else log.last
        news = asyncio.Event()
        with log.heard_by(news.set):
            yield pb.SubscribeResponse()
            while True:
                news.clear()
                for event in log.after(last):
                    last = event.number
                    yield pb.SubscribeResponse(event=self._wire.event_message(event))
                await news.wait()


class QubitsServicer(qubits_pb2_grpc.QubitsServicer):
    """Turns calls into calls of the core, and its answers into messages."""

    def __init__(self, service: HoldsQubits, wire: LinkWire) -> None:
        self._service = service
        self._wire = wire

    async def Measure(  # noqa: N802 - gRPC's name
        self, request: qubits_pb2.MeasureRequest, context: Context
    ) -> qubits_pb2.MeasureResponse:
        """Measures a qubit of the caller."""

        async def answer(caller: str | None) -> qubits_pb2.MeasureResponse:
            self._service.events(caller)
            basis = self._wire.read_basis(request)
            measured = await settled(self._service.measure(caller, request.qubit_id, basis))
            return qubits_pb2.MeasureResponse(measured=self._wire.measured_message(measured))

        return await told(self._wire, context, answer)

    async def Release(  # noqa: N802 - gRPC's name
        self, request: qubits_pb2.ReleaseRequest, context: Context
    ) -> qubits_pb2.ReleaseResponse:
        """Gives a qubit of the caller up."""

        async def answer(caller: str | None) -> qubits_pb2.ReleaseResponse:
            await settled(self._service.release(caller, request.qubit_id))
            return qubits_pb2.ReleaseResponse()

        return await told(self._wire, context, answer)


async def told(
    wire: LinkWire, context: Context, answer: Callable[[str | None], T | Awaitable[T]]
) -> T:
    """The answer to the caller; a refusal, or an accident, ends the call instead."""
    try:
        return await settled(answer(wire.identify(context)))
    except (Refusal, LinkRefusal) as refusal:
        await wire.refuse(context, refusal)
        raise
    except Exception:
        _log.exception("a call failed")
        await wire.refuse(context, Refusal(Reason.INTERNAL, "internal error"))
        raise
