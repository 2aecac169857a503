"""Links that name pairs, requests and qubits otherwise than one would expect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.alteration import AltersService
from qinet_reference.links.domain.model import (
    SEQUENCE_NUMBERS,
    Failed,
    Notice,
    PairMade,
    Qubit,
    Void,
)
from qinet_reference.links.variants.variant import LinkVariant, TermsVariant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import Measured, PairRequest
    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bases import Basis

_STEP = 3
_FIRST_CREATE_ID = 4_000_000_000
_FIRST_QUBIT = 1_000


class NumbersBeginAgain(TermsVariant):
    """The first pair has the number 65500, so numbers soon begin again at 0."""

    name = "sequence-wraps"

    def terms(self, terms: Terms) -> Terms:
        return replace(terms, first_sequence=65_500)


class NumbersWithGaps(LinkVariant):
    """Sequence numbers rise by 3 from pair to pair."""

    name = "sequence-gaps"

    def told(self, notice: Notice) -> Iterable[Notice]:
        what = notice.what
        if isinstance(what, PairMade):
            what = replace(what, sequence=_STEP * what.sequence % SEQUENCE_NUMBERS)
        elif isinstance(what, Failed) and what.void is not None:
            first = _STEP * what.void.first % SEQUENCE_NUMBERS
            what = replace(what, void=Void(first, (first + 1) % SEQUENCE_NUMBERS))
        yield replace(notice, what=what)


class LargeCreateIds(LinkVariant, AltersService):
    """Create IDs have 32 bits."""

    name = "create-ids-large"

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        del node
        return _FIRST_CREATE_ID + inner.create(caller, request)

    def told(self, notice: Notice) -> Iterable[Notice]:
        create_id = _FIRST_CREATE_ID + notice.request.create_id
        yield replace(notice, request=replace(notice.request, create_id=create_id))


class LargeQubitIds(LinkVariant, AltersService):
    """The names of qubits begin with 1000."""

    name = "qubit-ids-large"

    def told(self, notice: Notice) -> Iterable[Notice]:
        made = notice.what
        if isinstance(made, PairMade) and isinstance(made.half, Qubit):
            notice = replace(notice, what=replace(made, half=Qubit(_FIRST_QUBIT + made.half.id)))
        yield notice

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        return inner.measure(caller, qubit - _FIRST_QUBIT, basis)

    def release(self, inner: LinkLayer, caller: str | None, qubit: int) -> None:
        inner.release(caller, qubit - _FIRST_QUBIT)
