"""CREATE, read and held against what its fields mean and what the link can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.bases import Choice, read_choice
from desk.refusal import malformed, unsupported
from desk.request import Wanted
from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import link_layer_pb2 as pb

if TYPE_CHECKING:
    from desk.machine import Machine, Terms

PURPOSES = 65_536
_LONGEST_S = 315_576_000_000


def read_create(message: pb.CreateRequest) -> Wanted:
    """What is asked for; refuses what lies outside a field's meaning."""
    check_purpose(message.purpose_id)
    _known(message.type, common.PairType.keys(), "type")
    _known(message.delivery, pb.Delivery.keys(), "delivery")
    _known(message.interleaving, pb.Interleaving.keys(), "interleaving")
    if message.type == common.PAIR_TYPE_UNSPECIFIED:
        raise malformed("type shall be given")
    if message.number < 1:
        raise malformed("number shall be at least 1")
    if not 0 <= message.min_fidelity <= 1:
        raise malformed("min_fidelity shall be from 0 to 1")
    if message.priority > 7:
        raise malformed("priority shall be from 0 to 7")
    if message.type == common.PAIR_TYPE_KEEP and message.HasField("local_basis"):
        raise malformed("KEEP measures nothing at the origin")
    if message.type != common.PAIR_TYPE_MEASURE and message.HasField("remote_basis"):
        raise malformed("only MEASURE measures at the peer")
    return Wanted(
        remote_node=message.remote_node_id,
        purpose=message.purpose_id,
        type=message.type,
        number=message.number,
        min_fidelity=message.min_fidelity,
        max_time=_max_time(message),
        priority=message.priority,
        when_complete=message.delivery == pb.DELIVERY_WHEN_COMPLETE,
        alone=message.interleaving == pb.INTERLEAVING_FORBIDDEN,
        local_basis=read_choice(message.local_basis),
        remote_basis=read_choice(message.remote_basis),
        request_id=message.request_id,
    )


def check_purpose(purpose: int) -> None:
    """Refuse what is no purpose."""
    if purpose >= PURPOSES:
        raise malformed("purpose_id shall be from 0 to 65535")


def check_reach(wanted: Wanted, machine: Machine) -> None:
    """Refuse what the link can never do."""
    terms: Terms = machine.terms
    if wanted.type not in terms.types:
        raise unsupported("this type is not served")
    if wanted.min_fidelity > terms.max_min_fidelity:
        raise unsupported(f"the greatest min_fidelity is {terms.max_min_fidelity}")
    if wanted.number > terms.max_number:
        raise unsupported(f"the greatest number is {terms.max_number}")
    if wanted.max_time is not None and wanted.max_time < terms.attempt_time:
        raise unsupported(f"an attempt takes {terms.attempt_time} s")
    holds_all = wanted.type == common.PAIR_TYPE_KEEP and wanted.when_complete
    if holds_all and wanted.number > terms.memory:
        raise unsupported(f"a node holds {terms.memory} qubits")
    for choice in (wanted.local_basis, wanted.remote_basis):
        check_measurable(choice, machine)


def check_measurable(choice: Choice, machine: Machine) -> None:
    """Refuse bases in which the machine cannot measure."""
    if not all(machine.measures(basis) for basis in choice.among):
        raise unsupported("it cannot be measured so")


def _known(number: int, names: list[str], field: str) -> None:
    if not 0 <= number < len(names):
        raise malformed(f"{number} is no {field}")


def _max_time(message: pb.CreateRequest) -> float | None:
    if not message.HasField("max_time"):
        return None
    seconds, nanos = message.max_time.seconds, message.max_time.nanos
    if abs(seconds) > _LONGEST_S or abs(nanos) >= 1e9 or seconds * nanos < 0:
        raise malformed("max_time is no Duration")
    if seconds + nanos <= 0:
        raise malformed("max_time shall be more than 0")
    return seconds + nanos / 1e9
