"""Events, as an application at one node is told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf import timestamp_pb2

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb

if TYPE_CHECKING:
    from desk.bases import Basis
    from desk.node import Node
    from desk.request import Made, Request

_SEQUENCES = 65_536


def timestamp(seconds: float) -> timestamp_pb2.Timestamp:
    """A moment on the nodes' clock; s since 1970."""
    nanos = round(seconds * 1_000_000_000)
    return timestamp_pb2.Timestamp(seconds=nanos // 1_000_000_000, nanos=nanos % 1_000_000_000)


def measured(outcome: int, basis: Basis, time: float) -> common.Measured:
    """The outcome of a measurement."""
    message = common.Measured(outcome=outcome, measured_time=timestamp(time))
    basis.write(message)
    return message


def made(node: Node, request: Request, one: Made, qubit: int | None) -> None:
    """The OK. `qubit`: its name at this node, if it is kept."""
    message = pb.PairMade(
        sequence=one.sequence % _SEQUENCES,
        type=request.wanted.type,
        bell_state=one.bell_state,
        goodness=one.goodness,
        goodness_time=timestamp(one.time),
    )
    if qubit is not None:
        message.qubit.qubit_id = qubit
    elif one.half.outcome is not None and one.half.basis is not None:
        message.measured.CopyFrom(measured(one.half.outcome, one.half.basis, one.half.time))
    _tell(node, request, pb.LinkEvent(made=message))


def done(node: Node, request: Request) -> None:
    """All pairs were delivered here."""
    _tell(node, request, pb.LinkEvent(done=pb.RequestDone()))


def failed(node: Node, request: Request, error: str) -> None:
    """The request has failed."""
    failure = pb.LinkFailure(error=common.LinkError.Value(f"LINK_ERROR_{error}"))
    _tell(node, request, pb.LinkEvent(failed=failure))


def void(node: Node, request: Request, sequence: int) -> None:
    """A pair that was delivered here is void."""
    first = sequence % _SEQUENCES
    failure = pb.LinkFailure(
        error=common.LINK_ERROR_EXPIRED,
        range=pb.SequenceRange(first=first, end=(first + 1) % _SEQUENCES),
    )
    _tell(node, request, pb.LinkEvent(failed=failure))


def _tell(node: Node, request: Request, event: pb.LinkEvent) -> None:
    event.origin_node_id = request.origin
    event.create_id = request.create_id
    event.remote_node_id = request.peer if node.id == request.origin else request.origin
    event.purpose_id = request.wanted.purpose
    node.logs[request.applications[node.id]].tell(event)
