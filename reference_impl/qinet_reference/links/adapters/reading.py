"""Messages of `qinet.entanglement.v1` as requests to the core."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb
from qinet_reference.links.domain.model import (
    BasisChoice,
    BasisSet,
    Delivery,
    Interleaving,
    PairRequest,
    PairType,
    RandomBasis,
)
from qinet_reference.links.domain.validation import malformed
from qinet_reference.links.physics.bases import Axis, Basis, Rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf import duration_pb2
    from google.protobuf.message import Message

    from qinet.entanglement.v1 import qubits_pb2

_LONGEST_S = 315_576_000_000
"""The greatest Duration that protobuf allows. Unit: s."""

_NANO = 1_000_000_000

E = TypeVar("E", bound=Enum)


def read_create(message: pb.CreateRequest) -> PairRequest:
    """A CREATE."""
    return PairRequest(
        remote_node=message.remote_node_id,
        purpose=message.purpose_id,
        type=read_value(PairType, common.PairType.Name, "PAIR_TYPE_", message.type),
        number=message.number,
        min_fidelity=message.min_fidelity,
        max_time=read_seconds(message, "max_time"),
        priority=message.priority,
        delivery=read_value(
            Delivery, pb.Delivery.Name, "DELIVERY_", message.delivery or pb.DELIVERY_PER_PAIR
        ),
        interleaving=read_value(
            Interleaving,
            pb.Interleaving.Name,
            "INTERLEAVING_",
            message.interleaving or pb.INTERLEAVING_ALLOWED,
        ),
        local_basis=read_choice(message, "local_basis"),
        remote_basis=read_choice(message, "remote_basis"),
        request_id=message.request_id,
    )


def read_measured_basis(message: qubits_pb2.MeasureRequest) -> Basis:
    """The basis in which a held qubit is to be measured."""
    match message.WhichOneof("basis"):
        case "axis":
            return _axis(message.axis)
        case "rotation":
            return _rotation(message.rotation)
        case _:
            return Axis.Z


def read_choice(request: Message, name: str) -> BasisChoice | None:
    """In which bases a node measures, the field `name`; None if it is absent."""
    if not request.HasField(name):
        return None
    message: common.BasisChoice = getattr(request, name)
    match message.WhichOneof("choice"):
        case "fixed":
            return _axis(message.fixed)
        case "rotation":
            return _rotation(message.rotation)
        case "random":
            among = read_value(BasisSet, common.BasisSet.Name, "BASIS_SET_", message.random.set)
            return RandomBasis(among, tuple(message.random.probabilities))
        case _:
            return Axis.Z


def _axis(number: int) -> Axis:
    return read_value(Axis, common.Axis.Name, "AXIS_", number)


def _rotation(message: common.Rotation) -> Rotation:
    return Rotation(message.first_x_rad, message.then_y_rad, message.then_x_rad)


def read_seconds(request: Message, name: str) -> float | None:
    """The Duration in the field `name`, in s; None if it is absent.

    Refuses what protobuf's own rules exclude.
    """
    if not request.HasField(name):
        return None
    message: duration_pb2.Duration = getattr(request, name)
    seconds, nanos = message.seconds, message.nanos
    if abs(seconds) > _LONGEST_S or abs(nanos) >= _NANO or seconds * nanos < 0:
        raise malformed(f"{name} is no Duration")
    return seconds + nanos / _NANO


def read_value(kind: type[E], name_of: Callable[[Any], str], prefix: str, number: int) -> E:
    """The member that a protobuf enum names; refuses a number that has no meaning."""
    try:
        return kind[name_of(number).removeprefix(prefix)]
    except (KeyError, ValueError) as unknown:
        word = prefix.strip("_").lower()
        raise malformed(f"{number} is no {word}") from unknown
