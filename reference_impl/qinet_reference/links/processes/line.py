"""What a node and the station say to each other: Python objects, over gRPC on a Unix socket.

One stream for each node carries all of it, so that what the station told before an answer is there
before the answer. The socket lies in a folder that only its owner can enter, for whoever can write
to it can have any code run.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable

    from qinet_reference.links.domain.model import Notice
    from qinet_reference.links.domain.refusal import LinkError
    from qinet_reference.links.plan import LinkPlan

_SERVICE, _METHOD = "qinet_reference.Station", "Attend"


@dataclass(frozen=True, slots=True)
class Joined:
    """The first word of a node: which it is."""

    node: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first word of the station."""

    plan: LinkPlan


@dataclass(frozen=True, slots=True)
class Asked:
    """A method of `LinkLayer` or of `Disturbance`, and its arguments; `number` names it."""

    number: int
    method: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a method has returned."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Declined:
    """The `LinkRefusal` that a method has raised."""

    number: int
    error: LinkError
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """What happened on a link, for one application of the node."""

    notice: Notice


OfNode = Joined | Asked
OfStation = Welcome | Answered | Declined | Told


def attend(
    handler: Callable[[AsyncIterator[OfNode], object], AsyncIterator[OfStation]],
) -> grpc.GenericRpcHandler:
    """The station's side: the handler is called for each node's stream."""
    method = grpc.stream_stream_rpc_method_handler(handler, _read, pickle.dumps)
    return grpc.method_handlers_generic_handler(_SERVICE, {_METHOD: method})


def join(channel: grpc.aio.Channel, said: AsyncIterable[OfNode]) -> AsyncIterable[OfStation]:
    """A node's side: what the station says, while the node says `said`."""
    stream: Any = channel.stream_stream(f"/{_SERVICE}/{_METHOD}", pickle.dumps, _read)
    answers: AsyncIterable[OfStation] = stream(said)
    return answers


def _read(message: bytes) -> Any:
    return pickle.loads(message)  # noqa: S301 - of our own processes, see above
