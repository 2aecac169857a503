"""Which requests a link takes (draft-dahlberg-ll-quantum-03, the immediate errors)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import (
    BasisChoice,
    Delivery,
    PairRequest,
    PairType,
    RandomBasis,
)
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.physics.bases import Rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.links.domain.terms import Terms

PURPOSES = 65_536
PRIORITIES = 8
_SUM_TOLERANCE = 1e-6


def malformed(message: str) -> LinkRefusal:
    """The request makes no sense."""
    return LinkRefusal(LinkError.MALFORMED, message)


def unsupported(message: str) -> LinkRefusal:
    """The link can never do it."""
    return LinkRefusal(LinkError.UNSUPPORTED, message)


def check_meaning(request: PairRequest) -> None:
    """Refuse values outside a field's meaning."""
    check_purpose(request.purpose)
    _demand(request.number >= 1, malformed, "number shall be at least 1")
    _demand(0 <= request.priority < PRIORITIES, malformed, "priority shall be from 0 to 7")
    _demand(0 <= request.min_fidelity <= 1, malformed, "min_fidelity shall be from 0 to 1")
    if request.max_time is not None:
        _demand(0 < request.max_time < math.inf, malformed, "max_time shall be more than 0")
    if request.type is PairType.KEEP:
        _demand(request.local_basis is None, malformed, "KEEP measures nothing at the origin")
    if request.type is not PairType.MEASURE:
        _demand(request.remote_basis is None, malformed, "only MEASURE measures at the peer")
    for choice in (request.local_basis, request.remote_basis):
        if choice is not None:
            check_basis(choice)


def check_purpose(purpose: int) -> None:
    """Refuse what is no purpose."""
    _demand(0 <= purpose < PURPOSES, malformed, "purpose_id shall be from 0 to 65535")


def check_basis(choice: BasisChoice) -> None:
    """Refuse angles that are no numbers, and probabilities that are none."""
    if isinstance(choice, Rotation):
        angles = (choice.first_x, choice.then_y, choice.then_x)
        _demand(all(map(math.isfinite, angles)), malformed, "each angle shall be finite")
    elif isinstance(choice, RandomBasis) and choice.probabilities:
        shares, among = choice.probabilities, choice.among.value
        fits = len(shares) == len(among) and all(0 <= share <= 1 for share in shares)
        fits = fits and abs(sum(shares) - 1) <= _SUM_TOLERANCE
        _demand(fits, malformed, f"{len(among)} probabilities shall be given, with the sum 1")


def check_reach(request: PairRequest, terms: Terms, memories: tuple[int, int]) -> None:
    """Refuse what the link can never do. `memories`: qubits at the origin and at the peer."""
    _demand(request.type in terms.types, unsupported, "this type is not served")
    _demand(
        request.min_fidelity <= terms.max_min_fidelity,
        unsupported,
        f"the greatest min_fidelity is {terms.max_min_fidelity}",
    )
    _demand(
        request.number <= terms.max_number,
        unsupported,
        f"the greatest number is {terms.max_number}",
    )
    if request.max_time is not None:
        _demand(
            request.max_time >= terms.attempt_time,
            unsupported,
            f"an attempt takes {terms.attempt_time} s",
        )
    at_once = request.number if request.delivery is Delivery.WHEN_COMPLETE else 1
    for memory, holds in zip(memories, holding(request.type), strict=True):
        fits = not holds or at_once <= memory
        _demand(fits, unsupported, "a node has not the memory to hold so many qubits")


def holding(pair_type: PairType) -> tuple[bool, bool]:
    """Whether the origin and the peer hold a qubit of each pair."""
    return pair_type is PairType.KEEP, pair_type is not PairType.MEASURE


def _demand(met: bool, refusal: Callable[[str], LinkRefusal], message: str) -> None:
    if not met:
        raise refusal(message)
