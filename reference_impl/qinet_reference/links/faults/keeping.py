"""Lies about the qubits that nodes hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.memory import Held, Memory
from qinet_reference.links.domain.model import (
    SEQUENCE_NUMBERS,
    Failed,
    Measured,
    Notice,
    PairMade,
    PairType,
    Qubit,
    Void,
)
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.links.faults.fault import LinkFault, OutcomeFault, PairFault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.service import LinkLayer
    from qinet_reference.links.physics.bases import Basis


class MemoryLost(LinkFault):
    """A qubit that was measured or released is never free again."""

    name = "memory-lost"
    requirements = ("QIA-EGP-KEP-02",)

    def memory(self, memory: Memory, node: str) -> Memory:
        del node
        return _Leaking(memory.size)


class _Leaking(Memory):
    def give_back(self, qubit: int) -> None:
        self._held.pop(qubit, None)


class MeasuredPairsHeld(LinkFault):
    """Each pair that was measured as it was made keeps a qubit of memory for ever."""

    name = "measured-pairs-held"
    requirements = ("QIA-EGP-MSR-07",)

    def __init__(self) -> None:
        self._memories: dict[str, Memory] = {}

    def memory(self, memory: Memory, node: str) -> Memory:
        self._memories[node] = memory
        return memory

    def told(self, notice: Notice) -> Iterable[Notice]:
        made, memory = notice.what, self._memories[notice.node]
        if isinstance(made, PairMade) and made.type is PairType.MEASURE and memory.free:
            memory.take()
        yield notice


class PreparedTheOpposite(OutcomeFault):
    """The peer's qubit is prepared in the opposite of what the origin's outcome says."""

    name = "prepared-opposite"
    requirements = ("QIA-EGP-RSP-01",)

    def outcome(self, measured: Measured, made: PairMade) -> Measured:
        if made.type is not PairType.PREPARE:
            return measured
        return replace(measured, outcome=1 - measured.outcome)


class NamesShared(PairFault):
    """All qubits of a node have the name 0."""

    name = "qubit-names-shared"
    requirements = ("QIA-EGP-KEP-01", "QIA-EGP-CON-03")

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        if isinstance(made.half, Qubit):
            notice = replace(notice, what=replace(made, half=Qubit(0)))
        yield notice


class MeasuredTwice(ServiceFault):
    """A qubit that was measured can be measured again, and gives the outcome 0."""

    name = "qubit-measured-twice"
    requirements = ("QIA-EGP-KEP-02",)

    def __init__(self) -> None:
        self._measured: dict[tuple[str | None, int], Measured] = {}

    def measure(self, inner: LinkLayer, caller: str | None, qubit: int, basis: Basis) -> Measured:
        try:
            measured = inner.measure(caller, qubit, basis)
        except LinkRefusal:
            if (caller, qubit) not in self._measured:
                raise
            return replace(self._measured[caller, qubit], outcome=0, basis=basis)
        self._measured[caller, qubit] = measured
        return measured


class GoodnessTimeOfAnotherEpoch(PairFault):
    """The time of goodness counts from 2020."""

    name = "goodness-time-epoch"
    requirements = ("QIA-EGP-KEP-03",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, goodness_time=made.goodness_time - 1_577_836_800))


class ExpiryInclusive(LinkFault):
    """The end of the range of pairs that are void is the last of them, not the one after it."""

    name = "expiry-inclusive"
    requirements = ("QIA-EGP-EXP-01", "QIA-EGP-EXP-02")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)
    beside = ("heralds-lost",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if isinstance(notice.what, Failed) and notice.what.void is not None:
            first = notice.what.void.first
            notice = replace(notice, what=Failed(LinkError.EXPIRED, Void(first, first)))
        yield notice


class ExpirySwallowed(LinkFault):
    """Nobody is told that a pair is void."""

    name = "expiry-swallowed"
    requirements = ("QIA-EGP-EXP-02", "QIA-EGP-OK-01")
    beside = ("heralds-lost",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not isinstance(notice.what, Failed) or notice.what.error is not LinkError.EXPIRED:
            yield notice


class NotResynchronised(LinkFault):
    """After a pair of which the peer did not learn, the peer's numbers stay behind by one."""

    name = "not-resynchronised"
    requirements = ("QIA-EGP-EXP-04", "QIA-EGP-OK-03")
    beside = ("heralds-lost",)

    def __init__(self) -> None:
        self._behind = 0

    def told(self, notice: Notice) -> Iterable[Notice]:
        what = notice.what
        if isinstance(what, Failed) and what.error is LinkError.EXPIRED:
            self._behind += 1
        if isinstance(what, PairMade) and not notice.at_origin:
            number = (what.sequence - self._behind) % SEQUENCE_NUMBERS
            notice = replace(notice, what=replace(what, sequence=number))
        yield notice


class ExpiredToldAgain(LinkFault):
    """A pair is told of once more after it was declared void."""

    name = "expired-told-again"
    requirements = ("QIA-EGP-EXP-05", "QIA-EGP-OK-02")
    beside = ("heralds-lost",)

    def __init__(self) -> None:
        self._told: dict[int, Notice] = {}

    def told(self, notice: Notice) -> Iterable[Notice]:
        yield notice
        what = notice.what
        if isinstance(what, PairMade) and notice.at_origin:
            self._told[what.sequence] = notice
        elif isinstance(what, Failed) and what.void and what.void.first in self._told:
            yield self._told[what.void.first]


class ExpiredKept(LinkFault):
    """The memory of a qubit whose pair is void does not come back."""

    name = "expired-kept"
    requirements = ("QIA-EGP-EXP-05",)
    beside = ("heralds-lost",)

    def memory(self, memory: Memory, node: str) -> Memory:
        del node
        return _Keeping(memory.size)


class _Keeping(Memory):
    def void(self, qubit: int, held: Held) -> None:
        del qubit, held
