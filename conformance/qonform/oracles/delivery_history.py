"""What a history of concurrent requests about keys may show, and the part that contradicts itself.

Each operation has taken effect at some moment between its beginning and its end, or not at all.
A history is wrong only if no order of such moments explains its answers. Get key issues new keys;
each is then held for every slave that it names, until that slave gets it. An ordinary refusal says
little, since a key may be on its way and a server may be busy. One that is *settled*, because the
same was asked until keys must have arrived, says that the key is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from qonform.ports.key_delivery import GetKey, GetKeyWithIds, Key, KeyContainer
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CHANCE_BITS = 64
"""Keys shorter than this may be equal by chance."""


@dataclass(frozen=True)
class Operation:
    """One call, from the moment at which it could first take effect until its answer was there."""

    call: GetKey | GetKeyWithIds
    outcome: Outcome[KeyContainer]
    began_s: float
    ended_s: float
    settled: bool = False
    """Whether it was asked again until it was served, or all time for keys to arrive was over."""

    @property
    def caller(self) -> str:
        """SAE ID of who asked."""
        return self.call.caller

    @property
    def exchange(self) -> int:
        """Number of the exchange in the log."""
        return self.outcome.exchange

    @property
    def keys(self) -> tuple[Key, ...]:
        """What was handed out."""
        return self.outcome.value.keys if isinstance(self.outcome, Delivered) else ()

    @property
    def asked(self) -> frozenset[str]:
        """IDs that were asked for, in small letters; none for Get key."""
        ids = self.call.key_ids if isinstance(self.call, GetKeyWithIds) else ()
        return frozenset(map(str.lower, ids))

    @property
    def may_have_delivered(self) -> bool:
        """Whether it handed something out, or nobody knows."""
        return not isinstance(self.outcome, Refused)


@dataclass(frozen=True)
class Issued:
    """A key, and the Get key that handed it out."""

    key: Key
    by: Operation

    @property
    def id(self) -> str:
        """The ID in small letters."""
        return self.key.id.lower()

    @property
    def slaves(self) -> tuple[str, ...]:
        """SAE IDs for which it is held."""
        call = self.by.call
        assert isinstance(call, GetKey)  # noqa: S101 - for the type checker
        return (call.slave, *(call.request.additional_slaves or ()))


@dataclass(frozen=True)
class Violation:
    """Operations that no order explains: the fewest that show it, as they began."""

    requirement: str
    due: str
    keys: tuple[Issued, ...]
    """The keys in question."""
    operations: tuple[Operation, ...]
    age_s: float | None = None
    """How old a key was that its slave is refused for good, in seconds. It may have expired."""


def violations(history: Sequence[Operation]) -> list[Violation]:
    """Everything in the history that no order of its operations explains.

    Args:
        history: all operations on the keys in question, in any order; the Get key that issued
            a key must be among them for the key to be judged.
    """
    issued = [Issued(key, op) for op in history if isinstance(op.call, GetKey) for key in op.keys]
    fetches = [op for op in history if isinstance(op.call, GetKeyWithIds)]
    first = {each.id: each for each in reversed(issued)}
    found = list(_issued_twice(issued))
    for each in first.values():
        found += _misdelivered(each, fetches)
        found += _delivered_twice(each, fetches)
        found += _lost(each, fetches)
    return found


def _issued_twice(issued: Sequence[Issued]) -> Iterator[Violation]:
    for pair in combinations(issued, 2):
        one, other = pair
        both = _in_order(one.by, other.by)
        if one.id == other.id:
            yield Violation("ETSI-014-3.1-01", "an ID of its own for each key", pair, both)
        if one.key.material.bits >= _CHANCE_BITS and one.key.material == other.key.material:
            yield Violation("ETSI-014-5.3-02", "each key in one answer of Get key", pair, both)


def _misdelivered(issued: Issued, fetches: Sequence[Operation]) -> Iterator[Violation]:
    for op in fetches:
        got = [key for key in op.keys if key.id.lower() == issued.id]
        if not got:
            continue
        both = _in_order(issued.by, op)
        if op.caller == issued.by.caller and op.caller not in issued.slaves:
            yield Violation("ETSI-014-5.4-04", "no key for the master itself", (issued,), both)
        elif op.caller not in issued.slaves:
            yield Violation(
                _stranger_served(issued, op), "401 for an SAE that was not named", (issued,), both
            )
        if any(key.material != issued.key.material for key in got):
            yield Violation("ETSI-014-5.4-01", "the key that the master got", (issued,), both)


def _stranger_served(issued: Issued, op: Operation) -> str:
    if len(op.asked) > 1:
        return "ETSI-014-5.4-03"
    return "ETSI-014-6.2-22" if len(issued.slaves) > 1 else "ETSI-014-5.4-02"


def _delivered_twice(issued: Issued, fetches: Sequence[Operation]) -> Iterator[Violation]:
    """Of a key with several slaves the text does not say when a slave's copy goes (A-29)."""
    if len(issued.slaves) > 1:
        return
    served = [
        op
        for op in fetches
        if op.caller in issued.slaves and any(key.id.lower() == issued.id for key in op.keys)
    ]
    for one, other in combinations(sorted(served, key=lambda op: op.began_s), 2):
        apart = one.ended_s < other.began_s
        yield Violation(
            "ETSI-014-5.4-06" if apart else "ETSI-014-5.4-07",
            f"the key once for {one.caller}",
            (issued,),
            _in_order(issued.by, one, other),
        )


def _lost(issued: Issued, fetches: Sequence[Operation]) -> Iterator[Violation]:
    """Its slave is refused it for good, and no answer that came, or did not come, explains why."""
    for op in fetches:
        refused = isinstance(op.outcome, Refused) and op.outcome.kind is not RefusalKind.UNAVAILABLE
        if not (refused and op.settled and op.asked == {issued.id} and op.caller in issued.slaves):
            continue
        if issued.by.ended_s >= op.began_s:
            continue
        before = [o for o in fetches if o is not op and issued.id in o.asked]
        before = [o for o in before if o.began_s < op.ended_s]
        if any(o.caller == op.caller and o.may_have_delivered for o in before):
            continue
        requirement, taker = _blamed(issued, op, before)
        shown = (issued.by, taker, op) if taker else (issued.by, op)
        yield Violation(
            requirement,
            f"the key for {op.caller}",
            (issued,),
            _in_order(*shown),
            op.ended_s - issued.by.ended_s,
        )


def _blamed(
    issued: Issued, lost: Operation, before: Sequence[Operation]
) -> tuple[str, Operation | None]:
    """The requirement that forbids what may have used the key up, and that operation."""
    strangers = [op for op in before if op.caller not in issued.slaves]
    others = [op for op in before if op.caller in issued.slaves and op.caller != lost.caller]
    served = [op for op in others if op.may_have_delivered]
    batches = [op for op in before if len(op.asked) > 1]
    for requirement, suspects in (
        ("ETSI-014-6.2-19", served),
        ("ETSI-014-5.4-05", strangers),
        ("ETSI-014-6.4-07", batches),
        ("ETSI-014-5.4-01", [op for op in before if not op.settled]),
    ):
        if suspects:
            return requirement, suspects[0]
    return "ETSI-014-5.4-01", None


def _in_order(*operations: Operation) -> tuple[Operation, ...]:
    each = {id(op): op for op in operations}
    return tuple(sorted(each.values(), key=lambda op: (op.began_s, op.ended_s)))
