"""A history in numbered lines that a reader can follow by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.ports.key_delivery import (
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Story:
    """Tells who asked whom for what, and what came. Keys are named k1, k2 as they come up.

    Args:
        about: IDs of the keys that the story is about; others are then only counted. None: all.
    """

    def __init__(self, about: Iterable[str] | None = None) -> None:
        self._about = None if about is None else {key_id.lower() for key_id in about}
        self._names: dict[str, str] = {}
        self._issued: set[str] = set()
        self._lines: list[str] = []

    def tell(self, who: str, call: Call, outcome: Outcome[Any], when: str = "") -> None:
        """One step.

        Args:
            who: and where, such as `sae-2 at kme-b`.
            call: what was asked.
            outcome: what came of it.
            when: in words; may be empty.
        """
        asked = f"{who}{', ' + when if when else ''}: {self._asked(call)}"
        self.say(f"{asked} -> {self._came(outcome)}")

    def say(self, words: str) -> None:
        """One step in words."""
        self._lines.append(f"{len(self._lines) + 1}. {words}")

    def lines(self, due: str) -> tuple[str, ...]:
        """The steps, and at last what was due."""
        return (*self._lines, f"due: {due}")

    def _asked(self, call: Call) -> str:
        match call:
            case GetStatus(slave=slave):
                return f"Get status for {slave}"
            case GetKey(slave=slave, request=request):
                slaves = " and ".join((slave, *(request.additional_slaves or ())))
                return f"Get key for {slaves}{_wanted(request)}"
            case GetKeyWithIds(master=master, key_ids=ids):
                return f"Get key with key IDs, {self._named(ids)} of {master}"

    def _named(self, ids: Sequence[str]) -> str:
        shown = [
            self._names.get(i.lower(), "an ID never issued")
            for i in ids
            if self._shows(i) or i.lower() not in self._issued
        ]
        return _listed(shown, len(ids))

    def _came(self, outcome: Outcome[Any]) -> str:
        match outcome:
            case Delivered(value=KeyContainer(keys=keys)):
                self._issued |= {key.id.lower() for key in keys}
                shown = [f"{self._name(k.id)} {k.material!r}" for k in keys if self._shows(k.id)]
                return _listed(shown, len(keys))
            case Delivered(value=Status(stored_key_count=stored)):
                return f"{stored} keys stored"
            case _:
                return str(outcome)

    def _shows(self, key_id: str) -> bool:
        return self._about is None or key_id.lower() in self._about

    def _name(self, key_id: str) -> str:
        if (known := self._names.get(key_id.lower())) is not None:
            return known
        self._names[key_id.lower()] = name = f"k{len(self._names) + 1}"
        return f"{name} = {key_id}"


def _listed(shown: Sequence[str], number: int) -> str:
    more = number - len(shown)
    if not shown:
        return {0: "no keys", 1: "another key"}.get(number, f"{number} other keys")
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _wanted(request: KeyRequest) -> str:
    size = "" if request.size is None else f" of {request.size} bit"
    number = "" if request.number is None else f", {request.number}"
    more = [name for name, _ in request.mandatory or ()]
    return f"{number}{size or ''}" + (f", mandatory {', '.join(more)}" if more else "")
