"""The life of keys under ETSI GS QKD 014, as a model over sets of possible states.

For each key and each slave that Get key named, the model keeps the set of states in which that
slave's copy can be: held, gone, or either when no reply told. From it follows what a KME may
answer to the next Get key with key IDs, and which requirement any other answer breaks. Where the
text leaves a choice the model allows every reading.

No text says that a key got over one interface can be fetched over another. If it is, it is the same
key, for the same slaves, and gone afterwards; if it is not, nothing has changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from qonform.ports.key_delivery import GetKeyWithIds, Key, KeyContainer
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_UUID = re.compile("-".join(f"[0-9A-Fa-f]{{{n}}}" for n in (8, 4, 4, 4, 12)))


class Copy(Enum):
    """Where one slave's copy of a key can be."""

    HELD = "held"
    GONE = "gone"


HELD = frozenset({Copy.HELD})
GONE = frozenset({Copy.GONE})
EITHER = HELD | GONE


class Right(Enum):
    """How an SAE stands to a key that it asks for."""

    NONSENSE = "no key ID at all"
    UNKNOWN = "never issued"
    ASTRAY = "its own, issued by another master than the one named"
    OWN = "its own, still held"
    ACROSS = "its own, still held, and got over another interface"
    PERHAPS = "its own, perhaps delivered already"
    HAD = "its own, and delivered already"
    FOREIGN = "issued for others, and held for them"
    PAST = "issued for others, who have had it"
    MASTERS = "its own as master, not as slave"


@dataclass
class Issued:
    """A key that some Get key delivered to its master."""

    key: Key
    master: str
    copies: dict[str, frozenset[Copy]]
    """By SAE ID of each named slave."""
    over: str = ""
    """The interface over which the master got it."""
    touched: str | None = None
    """The requirement that forbids what might have used the key up, if anything might."""

    @property
    def multicast(self) -> bool:
        """Whether it was issued for several slaves."""
        return len(self.copies) > 1


@dataclass(frozen=True)
class Contradiction:
    """An answer that the model does not allow."""

    requirement: str
    due: str


@dataclass
class KeyStore:
    """All keys of a history, and what may be answered about them.

    Args:
        homes: by SAE ID, the KME that the SAE asks; those without are all at one.
    """

    homes: Mapping[str, str] = field(default_factory=dict)
    keys: dict[str, Issued] = field(default_factory=dict)

    def issue(
        self, keys: Sequence[Key], master: str, slaves: Sequence[str], over: str = ""
    ) -> None:
        """A Get key of `master` for `slaves` was answered with `keys`; with none if refused."""
        for issued in self.keys.values():
            if issued.touched is None:
                issued.touched = "ETSI-014-5.3-04"
        for key in keys:
            self.keys[key.id] = Issued(key, master, dict.fromkeys(slaves, HELD), over)

    def right(self, call: GetKeyWithIds, key_id: str, over: str = "") -> Right:
        """How the caller, who names a master, stands to one of the keys."""
        issued = self.keys.get(key_id)
        if issued is None:
            return Right.UNKNOWN if _UUID.fullmatch(key_id) else Right.NONSENSE
        if call.caller in issued.copies:
            return self._own(issued, call, over)
        if call.caller == issued.master:
            return Right.MASTERS
        here = issued.over == over and issued.master == call.master
        return Right.FOREIGN if here and self._holds(issued, call.caller) else Right.PAST

    @staticmethod
    def _own(issued: Issued, call: GetKeyWithIds, over: str) -> Right:
        copy = issued.copies[call.caller]
        if copy == GONE:
            return Right.HAD
        if issued.master != call.master:
            return Right.ASTRAY
        if copy == EITHER:
            return Right.PERHAPS
        return Right.OWN if issued.over == over else Right.ACROSS

    def _holds(self, issued: Issued, caller: str) -> bool:
        """Whether the KME that the caller asks holds a copy for one of its slaves."""
        home = self.homes.get(caller)
        return any(c == HELD and self.homes.get(s) == home for s, c in issued.copies.items())

    def must_deliver(self, call: GetKeyWithIds, over: str = "") -> bool:
        """Whether the request can only be served."""
        return {self.right(call, i, over) for i in call.key_ids} == {Right.OWN}

    def must_refuse_unauthorised(self, call: GetKeyWithIds, over: str = "") -> bool:
        """Whether 401 is the only answer: a foreign key, and nothing unknown beside it (5.4)."""
        rights = {self.right(call, i, over) for i in call.key_ids}
        return Right.FOREIGN in rights and rights <= {Right.FOREIGN, Right.OWN}

    def judge_fetch(
        self, call: GetKeyWithIds, outcome: Outcome[KeyContainer], over: str = ""
    ) -> Contradiction | None:
        """Holds an answer against what is allowed, then moves on to the state after it."""
        caller, key_ids = call.caller, call.key_ids
        rights = [self.right(call, i, over) for i in key_ids]
        match outcome:
            case Delivered(value=KeyContainer(keys=keys)):
                contradiction = self._judge_delivery(key_ids, rights, keys)
                self._delivered(caller, key_ids)
            case Refused(kind=kind):
                contradiction = self._judge_refusal(call, rights, kind, over)
                self._refused(key_ids, rights)
            case _:
                contradiction = None  # it came, or it did not: what it did nobody can read
                self._in_doubt(caller, key_ids)
        if contradiction:
            self._lose_track(key_ids)
        return contradiction

    def _judge_delivery(
        self, key_ids: Sequence[str], rights: list[Right], keys: tuple[Key, ...]
    ) -> Contradiction | None:
        batch = len(key_ids) > 1
        for key_id, right in zip(key_ids, rights, strict=True):
            match right:
                case Right.FOREIGN | Right.PAST if batch:
                    return Contradiction("ETSI-014-5.4-03", "401 for a batch with a foreign key")
                case Right.FOREIGN | Right.PAST if self.keys[key_id].multicast:
                    return Contradiction("ETSI-014-6.2-22", "401 for an SAE that was not named")
                case Right.FOREIGN | Right.PAST:
                    return Contradiction("ETSI-014-5.4-02", "401 for an SAE that was not named")
                case Right.UNKNOWN | Right.NONSENSE:
                    return Contradiction("ETSI-014-6.4-04", "400 for a key that nobody was issued")
                case Right.HAD if not self.keys[key_id].multicast:
                    return Contradiction("ETSI-014-5.4-06", "a refusal: the slave has had the key")
                case Right.MASTERS:
                    return Contradiction("ETSI-014-5.4-04", "a refusal for the master itself")
                case _:
                    pass
        due = {i.lower(): self.keys[i].key.material for i in key_ids}
        if {k.id.lower(): k.material for k in keys} != due:
            return Contradiction("ETSI-014-5.4-01", "the master's keys, and no others")
        return None

    def _judge_refusal(
        self, call: GetKeyWithIds, rights: list[Right], kind: RefusalKind, over: str
    ) -> Contradiction | None:
        key_ids = call.key_ids
        if kind is RefusalKind.UNAVAILABLE:
            return None  # an error on the server's side is allowed at any time
        if any(self.keys[i].over != over for i in key_ids if i in self.keys):
            return None  # the other interface may not know these keys
        if set(rights) == {Right.OWN}:
            blamed = next((self.keys[i].touched for i in key_ids if self.keys[i].touched), None)
            if any(
                self.keys[i].multicast and len(set(self.keys[i].copies.values())) > 1
                for i in key_ids
            ):
                blamed = "ETSI-014-6.2-19"
            return Contradiction(blamed or "ETSI-014-5.4-01", f"the key for {call.caller}")
        if Right.FOREIGN in rights and set(rights) <= {Right.FOREIGN, Right.OWN}:
            if kind is RefusalKind.UNAUTHORISED:
                return None
            requirement = "ETSI-014-5.4-03" if len(key_ids) > 1 else "ETSI-014-5.4-02"
            return Contradiction(requirement, "401 for the whole request")
        if any(self.keys[i].master != call.master for i in key_ids if i in self.keys):
            return None  # what a wrong master is answered, the text leaves open
        known_reasons = {Right.UNKNOWN, Right.HAD, Right.OWN}
        if rights and set(rights) <= known_reasons and kind is not RefusalKind.BAD_REQUEST:
            return Contradiction("ETSI-014-6.4-04", "400 for keys that cannot be returned")
        return None

    def _delivered(self, caller: str, key_ids: Sequence[str]) -> None:
        for key_id in key_ids:
            issued = self.keys.get(key_id)
            if issued and caller in issued.copies:
                issued.copies[caller] = GONE

    def _refused(self, key_ids: Sequence[str], rights: list[Right]) -> None:
        """A refusal consumes nothing. If it did, this tells which requirement that breaks."""
        strangers = {Right.FOREIGN, Right.PAST, Right.MASTERS} & set(rights)
        for key_id in key_ids:
            if issued := self.keys.get(key_id):
                issued.touched = "ETSI-014-5.4-05" if strangers else "ETSI-014-6.4-07"

    def _in_doubt(self, caller: str, key_ids: Sequence[str]) -> None:
        for key_id in key_ids:
            issued = self.keys.get(key_id)
            if issued and issued.copies.get(caller) == HELD:
                issued.copies[caller] = EITHER

    def _lose_track(self, key_ids: Sequence[str]) -> None:
        """After an answer that may not be, nothing is known of these keys' copies."""
        for key_id in key_ids:
            if issued := self.keys.get(key_id):
                issued.copies = dict.fromkeys(issued.copies, EITHER)
