"""LinkLayer and Qubits of one node, over gRPC."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography import x509
from cryptography.x509.oid import NameOID

from desk import telling
from desk.bases import Choice, read_basis
from desk.reading import check_measurable, check_purpose, check_reach, read_create
from desk.refusal import Refusal, end_call, malformed
from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2_grpc, qubits_pb2, qubits_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from desk.line import Line
    from desk.machine import Machine
    from desk.node import Node
    from desk.request import Wanted

LINK_LAYER = pb.DESCRIPTOR.services_by_name["LinkLayer"].full_name
QUBITS = qubits_pb2.DESCRIPTOR.services_by_name["Qubits"].full_name
DISCOVERY = discovery_pb2.DESCRIPTOR.services_by_name["Discovery"].full_name
_log = logging.getLogger(__name__)
T = TypeVar("T")


class NodeServices(
    link_layer_pb2_grpc.LinkLayerServicer,
    qubits_pb2_grpc.QubitsServicer,
    discovery_pb2_grpc.DiscoveryServicer,
):
    """One node's answers. `lines`: its links, by neighbour; `enrolled`: its applications."""

    def __init__(
        self, node: Node, lines: Mapping[str, Line], enrolled: frozenset[str], machine: Machine
    ) -> None:
        self._node = node
        self._lines = lines
        self._enrolled = enrolled
        self._machine = machine

    async def GetLink(self, request: pb.GetLinkRequest, context: Any) -> pb.GetLinkResponse:  # noqa: N802
        """What the simulator was set to, and the clock."""

        async def answer(_caller: str) -> pb.GetLinkResponse:
            self._line(request.remote_node_id)
            terms = self._machine.terms
            link = pb.Link(
                node_id=self._node.id,
                remote_node_id=request.remote_node_id,
                types=terms.types,
                max_min_fidelity=terms.max_min_fidelity,
                expected_fidelity=terms.expected_fidelity,
                pairs_per_second=terms.pairs_per_second,
                memory_qubits=terms.memory,
                max_number=terms.max_number,
                pauli_frame=pb.PAULI_FRAME_CORRECTED,
                promised_state=terms.promised_state,
                node_time=telling.timestamp(self._machine.now()),
            )
            if terms.attempt_time:
                link.attempt_time.FromNanoseconds(round(terms.attempt_time * 1e9))
            return pb.GetLinkResponse(link=link)

        return await self._told(context, answer)

    async def Create(self, request: pb.CreateRequest, context: Any) -> pb.CreateResponse:  # noqa: N802
        """The ACK; the same request ID is answered as the first time."""

        async def answer(caller: str) -> pb.CreateResponse:
            name = (caller, request.request_id)
            answers = self._node.answers if request.request_id else {}
            if name not in answers:
                try:
                    answers[name] = self._create(caller, read_create(request))
                except Refusal as refusal:
                    answers[name] = refusal
            given = answers[name]
            if isinstance(given, Refusal):
                raise Refusal(given.reason, str(given))
            return pb.CreateResponse(create_id=given)

        return await self._told(context, answer)

    async def Accept(self, request: pb.AcceptRequest, context: Any) -> pb.AcceptResponse:  # noqa: N802
        """A purpose is the caller's from now on."""

        async def answer(caller: str) -> pb.AcceptResponse:
            self._line(request.remote_node_id)
            check_purpose(request.purpose_id)
            self._node.accept(caller, request.remote_node_id, request.purpose_id)
            return pb.AcceptResponse()

        return await self._told(context, answer)

    async def StopAccepting(  # noqa: N802
        self, request: pb.StopAcceptingRequest, context: Any
    ) -> pb.StopAcceptingResponse:
        """A purpose is nobody's from now on."""

        async def answer(caller: str) -> pb.StopAcceptingResponse:
            self._line(request.remote_node_id)
            check_purpose(request.purpose_id)
            self._node.stop_accepting(caller, request.remote_node_id, request.purpose_id)
            return pb.StopAcceptingResponse()

        return await self._told(context, answer)

    async def Subscribe(  # noqa: N802
        self, request: pb.SubscribeRequest, context: Any
    ) -> AsyncIterator[pb.SubscribeResponse]:
        """Events of the caller, until it hangs up."""

        async def caller_itself(caller: str) -> str:
            return caller

        log = self._node.logs[await self._told(context, caller_itself)]
        last = request.after if request.HasField("after") else len(log.events)
        yield pb.SubscribeResponse()
        async for event in log.after(last):
            yield pb.SubscribeResponse(event=event)

    async def Measure(  # noqa: N802
        self, request: qubits_pb2.MeasureRequest, context: Any
    ) -> qubits_pb2.MeasureResponse:
        """Has the simulator measure a qubit of the caller."""

        async def answer(caller: str) -> qubits_pb2.MeasureResponse:
            basis = read_basis(request)
            self._node.check_held(caller, request.qubit_id)
            check_measurable(Choice((basis,), (1.0,)), self._machine)
            qubit = self._node.let_go(caller, request.qubit_id)
            try:
                outcome = await self._machine.measure(self._node.id, qubit, basis)
            finally:
                self._look_again()
            message = telling.measured(outcome, basis, self._machine.now())
            return qubits_pb2.MeasureResponse(measured=message)

        return await self._told(context, answer)

    async def Release(  # noqa: N802
        self, request: qubits_pb2.ReleaseRequest, context: Any
    ) -> qubits_pb2.ReleaseResponse:
        """Has the simulator give a qubit of the caller up."""

        async def answer(caller: str) -> qubits_pb2.ReleaseResponse:
            qubit = self._node.let_go(caller, request.qubit_id)
            try:
                await self._machine.release(self._node.id, qubit)
            finally:
                self._look_again()
            return qubits_pb2.ReleaseResponse()

        return await self._told(context, answer)

    async def GetNode(  # noqa: N802
        self,
        request: discovery_pb2.GetNodeRequest,
        context: Any,
    ) -> discovery_pb2.GetNodeResponse:
        """The simulator behind, and the caller as its certificate names it."""
        del request

        async def answer(caller: str) -> discovery_pb2.GetNodeResponse:
            offers = [
                discovery_pb2.Offer(service=LINK_LAYER, profiles=["qinet-links"]),
                discovery_pb2.Offer(service=QUBITS, profiles=["qinet-links"]),
                discovery_pb2.Offer(service=DISCOVERY),
            ]
            node = discovery_pb2.Node(
                node_id=self._node.id,
                offers=offers,
                software=f"Qonform adapter for {self._machine.name}",
                software_version=self._machine.version,
            )
            return discovery_pb2.GetNodeResponse(node=node, caller_id=caller)

        return await self._told(context, answer)

    def _create(self, caller: str, wanted: Wanted) -> int:
        line = self._line(wanted.remote_node)
        check_reach(wanted, self._machine)
        peer = line.ends[wanted.remote_node]
        acceptor = peer.acceptors.get((self._node.id, wanted.purpose))
        if acceptor is None:
            raise Refusal("REJECTED", "nobody accepts this purpose at the peer")
        return line.submit(self._node, caller, acceptor, wanted).create_id

    def _line(self, remote_node: str) -> Line:
        if remote_node not in self._lines:
            raise malformed("this node has no such neighbour")
        return self._lines[remote_node]

    def _look_again(self) -> None:
        for line in self._lines.values():
            line.look_again()

    async def _told(self, context: Any, answer: Callable[[str], Awaitable[T]]) -> T:
        """The answer to the caller; a refusal, or an accident, ends the call instead."""
        try:
            return await answer(self._caller(context))
        except Refusal as refusal:
            await end_call(context, refusal)
            raise
        except Exception:
            _log.exception("a call failed")
            await end_call(context, Refusal("INTERNAL", "internal error"))
            raise

    def _caller(self, context: Any) -> str:
        """The common name of the caller's certificate, if it is enrolled at this node."""
        for pem in context.auth_context().get("x509_pem_cert", ()):
            subject = x509.load_pem_x509_certificate(bytes(pem)).subject
            for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
                if name.value in self._enrolled:
                    return str(name.value)
        raise Refusal("UNAUTHENTICATED", "the certificate names no application enrolled here")
