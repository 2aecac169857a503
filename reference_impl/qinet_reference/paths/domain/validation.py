"""Which requests a circuit takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import PairType
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.domain.validation import (
    check_basis,
    check_purpose,
    malformed,
    unsupported,
)
from qinet_reference.paths.domain.fidelity import least_fidelity
from qinet_reference.paths.domain.model import Confirmation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.paths.domain.model import PathRequest
    from qinet_reference.paths.domain.terms import CircuitTerms


def check_meaning(request: PathRequest) -> None:
    """Refuse values outside a field's meaning."""
    check_purpose(request.purpose)
    if request.number < 1:
        raise malformed("number shall be at least 1")
    if not 0 <= request.min_fidelity <= 1:
        raise malformed("min_fidelity shall be from 0 to 1")
    for name, seconds in (("max_time", request.max_time), ("window", request.window)):
        if seconds is not None and not 0 < seconds < math.inf:
            raise malformed(f"{name} shall be more than 0")
    of_confirmed_qubits = request.window is not None or request.final_state is not None
    confirmed_qubits = (PairType.KEEP, Confirmation.FIRST)
    if of_confirmed_qubits and (request.type, request.confirmation) != confirmed_qubits:
        raise malformed("window and final_state are for KEEP with CONFIRMATION_FIRST")
    for choice in (request.local_basis, request.remote_basis):
        if choice is not None:
            if request.type is not PairType.MEASURE:
                raise malformed("only MEASURE measures")
            check_basis(choice)


def check_reach(request: PathRequest, terms: CircuitTerms, memory: int) -> None:
    """Refuse what the circuit can never do. `memory`: qubits at the end that has fewer."""
    if request.type not in terms.types:
        raise unsupported("this type is not served")
    if request.number > terms.max_number:
        raise unsupported(f"the greatest number is {terms.max_number}")
    reach = least_fidelity(terms, request.window or 0.0)
    if request.min_fidelity > reach:
        raise unsupported(f"the greatest min_fidelity is {reach}")
    if request.window is not None and request.number > memory:
        raise unsupported("an end has not the memory to hold so many qubits")
    if request.type is PairType.KEEP and memory < 1:
        raise unsupported("an end has no memory")
    if request.max_time is not None and request.max_time < terms.shortest_time:
        raise unsupported(f"the shortest time is {terms.shortest_time} s")


def check_rate(request: PathRequest, waiting: Iterable[PathRequest], terms: CircuitTerms) -> None:
    """Refuse what would starve, or starve others: QNP polices at the ends."""
    others = list(waiting)
    if len(others) >= terms.max_waiting:
        raise LinkRefusal(LinkError.NO_TIME, "too many requests are waiting")
    rate = demanded(request)
    if rate > terms.pairs_per_second:
        raise unsupported(f"the circuit makes {terms.pairs_per_second} pairs per second")
    if rate and rate + sum(map(demanded, others)) > terms.pairs_per_second:
        raise LinkRefusal(LinkError.NO_TIME, "other requests leave not so many pairs per second")


def demanded(request: PathRequest) -> float:
    """Which rate a request asks for, 0 if it has no deadline. Unit: 1/s."""
    return 0.0 if request.max_time is None else request.number / request.max_time
