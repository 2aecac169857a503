"""What the standard leaves open, as far as the exchanges of a run show it anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.drivers.etsi014_wire import Answer
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, GetStatus, KeyContainer
from qonform.ports.outcome import Delivered, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qonform.exchanges import Exchange

_STATUS = frozenset({
    "source_KME_ID", "target_KME_ID", "master_SAE_ID", "slave_SAE_ID", "key_size",
    "stored_key_count", "max_key_count", "max_key_per_request", "max_key_size", "min_key_size",
    "max_SAE_ID_count", "status_extension",
})  # fmt: skip
_CONTAINER = frozenset({"keys", "Keys", "key_container_extension"})
_ENTRY = frozenset({"key_ID", "key", "key_ID_extension", "key_extension"})
_ERROR = frozenset({"message", "details"})


class OpenPoints:
    """Listens to the exchange log and records answers, never a verdict.

    Args:
        observe: takes the id of an observation, the profile, and what was seen.
    """

    def __init__(self, observe: Callable[[str, str, str], None]) -> None:
        self._observe = observe

    def see(self, exchange: Exchange) -> None:
        """Looks at one exchange."""
        for observation, seen in self._points(exchange):
            self._observe(observation, exchange.profile, seen)

    def _points(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        match exchange.call, exchange.outcome:
            case GetKey(request=request), outcome if request.size and request.size % 8:
                yield "A-02", _brief(outcome)
            case GetKeyWithIds(key_ids=asked), Delivered(value=KeyContainer(keys=keys)):
                if len(keys) > 1:
                    ordered = [k.id.lower() for k in keys] == [i.lower() for i in asked]
                    yield "A-32", "in the order asked for" if ordered else "in another order"
        answer = exchange.wire
        if exchange.regular and isinstance(answer, Answer) and answer.reply is not None:
            yield from _on_the_wire(exchange, answer)


def _on_the_wire(exchange: Exchange, answer: Answer) -> Iterator[tuple[str, str]]:
    reply = answer.reply
    if reply is None:
        return
    if reply.status >= 400 and reply.status not in (400, 401, 503):
        yield "A-04", f"{reply.status} to {exchange.request.summary.split('?')[0].split('/')[-1]}"
    if reply.status == 401:
        body = "a body" if reply.body else "no body"
        challenge = "a" if reply.header("www-authenticate") else "no"
        yield "A-26", f"{body}, {challenge} WWW-Authenticate header"
    value = answer.json
    if isinstance(value, dict):
        for name, members, known in _objects(exchange, value):
            for member in sorted(set(members) - known):
                yield "A-20", f"`{member:.40}` in {name}"
            for member in (m for m in sorted(known) if m in members and members[m] is None):
                yield "A-19", f"`{member}` in {name} is null"
        if isinstance(exchange.call, GetKey | GetKeyWithIds) and reply.status == 200:
            yield from (("A-21", name) for name in ("keys", "Keys") if name in value)


def _objects(
    exchange: Exchange, value: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], frozenset[str]]]:
    """The JSON objects of an answer: name, members, and the members that the standard has."""
    match exchange.call, exchange.outcome:
        case GetStatus(), Delivered():
            yield "Status", value, _STATUS
        case ((GetKey() | GetKeyWithIds()), Delivered()):
            yield "a Key container", value, _CONTAINER
            entries = value.get("keys")
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict):
                    yield "an entry of `keys`", entry, _ENTRY
        case _, Refused(code="400" | "503"):
            yield "an Error", value, _ERROR


def _brief(outcome: object) -> str:
    return "served" if isinstance(outcome, Delivered) else f"{outcome}"
