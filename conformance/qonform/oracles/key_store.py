"""The life of keys under ETSI GS QKD 014, as a model over sets of possible states.

For each key and each slave that Get key named, the model keeps the set of states in which that
slave's copy can be: held, gone, or either when no reply told. From it follows what a KME may
answer to the next Get key with key IDs, and which requirement any other answer breaks. Where the
text leaves a choice the model allows every reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from qonform.ports.key_delivery import Key, KeyContainer
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence


class Copy(Enum):
    """Where one slave's copy of a key can be."""

    HELD = "held"
    GONE = "gone"


HELD = frozenset({Copy.HELD})
GONE = frozenset({Copy.GONE})
EITHER = HELD | GONE


class Right(Enum):
    """How an SAE stands to a key that it asks for."""

    UNKNOWN = "never issued"
    ASTRAY = "issued by another master than the one named"
    OWN = "its own, still held"
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
    """All keys of a history, and what may be answered about them."""

    keys: dict[str, Issued] = field(default_factory=dict)

    def issue(self, keys: Sequence[Key], master: str, slaves: Sequence[str]) -> None:
        """A Get key of `master` for `slaves` was answered with `keys`."""
        for issued in self.keys.values():
            if issued.touched is None:
                issued.touched = "ETSI-014-5.3-04"
        for key in keys:
            self.keys[key.id] = Issued(key, master, dict.fromkeys(slaves, HELD))

    def right(self, caller: str, master: str, key_id: str, *, elsewhere: bool = False) -> Right:
        """How `caller`, naming `master`, stands to the key.

        Args:
            elsewhere: the KME that is asked is not the slaves', and may never have held the key.
        """
        issued = self.keys.get(key_id)
        if issued is None:
            return Right.UNKNOWN
        if issued.master != master:
            return Right.ASTRAY
        if caller in issued.copies:
            return {HELD: Right.OWN, GONE: Right.HAD}.get(issued.copies[caller], Right.PERHAPS)
        if caller == issued.master:
            return Right.MASTERS
        held = any(copy == HELD for copy in issued.copies.values())
        return Right.FOREIGN if held and not elsewhere else Right.PAST

    def must_deliver(self, caller: str, master: str, key_ids: Sequence[str]) -> bool:
        """Whether the request can only be served."""
        return {self.right(caller, master, i) for i in key_ids} == {Right.OWN}

    def must_refuse_unauthorised(self, caller: str, master: str, key_ids: Sequence[str]) -> bool:
        """Whether 401 is the only answer: a foreign key, and nothing unknown beside it (5.4)."""
        rights = {self.right(caller, master, i) for i in key_ids}
        return Right.FOREIGN in rights and rights <= {Right.FOREIGN, Right.OWN}

    def judge_fetch(
        self,
        caller: str,
        master: str,
        key_ids: Sequence[str],
        outcome: Outcome[KeyContainer],
        *,
        elsewhere: bool = False,
    ) -> Contradiction | None:
        """Holds an answer against what is allowed, then moves on to the state after it."""
        rights = [self.right(caller, master, i, elsewhere=elsewhere) for i in key_ids]
        match outcome:
            case Delivered(value=KeyContainer(keys=keys)):
                contradiction = self._judge_delivery(key_ids, rights, keys)
                self._delivered(caller, key_ids)
            case Refused(kind=kind):
                contradiction = self._judge_refusal(caller, key_ids, rights, kind)
                self._refused(key_ids, rights)
            case _:
                contradiction = None
                if isinstance(outcome, Failed):
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
                case Right.UNKNOWN:
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
        self, caller: str, key_ids: Sequence[str], rights: list[Right], kind: RefusalKind
    ) -> Contradiction | None:
        if kind is RefusalKind.UNAVAILABLE:
            return None  # an error on the server's side is allowed at any time
        if set(rights) == {Right.OWN}:
            blamed = next((self.keys[i].touched for i in key_ids if self.keys[i].touched), None)
            if any(
                self.keys[i].multicast and len(set(self.keys[i].copies.values())) > 1
                for i in key_ids
            ):
                blamed = "ETSI-014-6.2-19"
            return Contradiction(blamed or "ETSI-014-5.4-01", f"the key for {caller}")
        if Right.FOREIGN in rights and set(rights) <= {Right.FOREIGN, Right.OWN}:
            if kind is RefusalKind.UNAUTHORISED:
                return None
            requirement = "ETSI-014-5.4-03" if len(key_ids) > 1 else "ETSI-014-5.4-02"
            return Contradiction(requirement, "401 for the whole request")
        known_reasons = {Right.UNKNOWN, Right.HAD, Right.OWN}
        if set(rights) <= known_reasons and kind is not RefusalKind.BAD_REQUEST:
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
