"""What the standard leaves open, as far as the exchanges of a run show it anyway."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qonform.drivers.etsi014_wire import Answer
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    GetStatus,
    Key,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qonform.exchanges import Exchange
    from qonform.ports.secret import KeyMaterial

_STATUS = frozenset({
    "source_KME_ID", "target_KME_ID", "master_SAE_ID", "slave_SAE_ID", "key_size",
    "stored_key_count", "max_key_count", "max_key_per_request", "max_key_size", "min_key_size",
    "max_SAE_ID_count", "status_extension",
})  # fmt: skip
_CONTAINER = frozenset({"keys", "Keys", "key_container_extension"})
_ENTRY = frozenset({"key_ID", "key", "key_ID_extension", "key_extension"})
_ERROR = frozenset({"message", "details"})
_LONG_ENOUGH = 64
"""Bits from which two equal keys are no accident."""
_ODD_SIZE = "a size that is no multiple of 8"


def said(outcome: Outcome[Any]) -> str:
    """What came, without what differs from run to run: keys, IDs, counts, texts."""
    match outcome:
        case Delivered(value=KeyContainer(keys=keys)):
            return f"served, with {len(keys)} {'key' if len(keys) == 1 else 'keys'}"
        case Delivered(value=Status() as status):
            return f"served, as master {status.master_sae_id} and slave {status.slave_sae_id}"
        case Delivered():
            return "served"
        case Refused(code=code):
            return f"refused with {code}"
        case Unreadable():
            return "an answer that cannot be read"
        case Failed():
            return "no answer"


@dataclass
class _Seen:
    """What the run has shown of one profile, for answers that only the end can give."""

    status: dict[tuple[str, str], Status] = field(default_factory=dict)
    """The latest, by caller and slave."""
    refused: dict[tuple[str, str], tuple[int, Outcome[Any]]] = field(default_factory=dict)
    """The latest refusal of Get key that may have been for want of keys, and the number asked."""
    short: bool = False
    objects: bool = False
    """Whether any JSON object has come."""
    refusals: bool = False
    unauthorised: bool = False
    codes: bool = False
    batches: bool = False
    """Whether several keys were fetched at once."""
    null: bool = False
    more: bool = False
    odd_asked: bool = False
    odd: list[tuple[int, int]] = field(default_factory=list)
    """Of each key of an odd size: what fills the last byte, and the first, as numbers."""
    sizes: dict[int, str] = field(default_factory=dict)
    """Sizes between the limits, and what came of them."""
    pairs: dict[KeyMaterial, tuple[str, str]] = field(default_factory=dict)
    """For each key who got it for whom."""
    reverse: bool = False


class OpenPoints:
    """Listens to the exchange log and records answers, never a verdict.

    Args:
        observe: takes the id of an observation, the profile, and what was seen.
    """

    def __init__(self, observe: Callable[[str, str, str], None]) -> None:
        self._observe = observe
        self._seen: defaultdict[str, _Seen] = defaultdict(_Seen)

    def see(self, exchange: Exchange) -> None:
        """Looks at one exchange."""
        seen = self._seen[exchange.profile]
        for observation, answer in (*_of_meaning(exchange, seen), *_on_the_wire(exchange, seen)):
            self._observe(observation, exchange.profile, answer)

    def concluded(self, profile: str) -> Iterator[tuple[str, str]]:
        """What the run has shown by now as a whole: ids of observations, and answers."""
        if profile in self._seen:
            yield from _conclusions(self._seen[profile])


def _of_meaning(exchange: Exchange, seen: _Seen) -> Iterator[tuple[str, str]]:
    match exchange.call, exchange.outcome:
        case GetStatus(caller, slave), Delivered(value=Status() as status):
            seen.status[caller, slave] = status
            number, refused = seen.refused.pop((caller, slave), (0, None))
            if refused is not None and _less(status, number):
                seen.short = True
                yield "A-03", said(refused)
        case GetKey(caller, slave, request), Refused() as outcome:
            yield from _refused_key(seen, (caller, slave), request, outcome)
        case GetKey(caller, slave, request), Delivered(value=KeyContainer(keys=keys)):
            _delivered(seen, (caller, slave), request, keys)
        case GetKeyWithIds(key_ids=asked), Delivered(value=KeyContainer(keys=keys)):
            if len(keys) > 1:
                seen.batches = True
                ordered = [k.id.lower() for k in keys] == [i.lower() for i in asked]
                yield "A-32", "in the order asked for" if ordered else "in another order"


def _less(status: Status, number: int) -> bool:
    return status.stored_key_count is not None and status.stored_key_count < number


def _refused_key(
    seen: _Seen, pair: tuple[str, str], request: KeyRequest, outcome: Refused
) -> Iterator[tuple[str, str]]:
    if request.size and request.size % 8:
        seen.odd_asked = True
        yield "A-02", f"{_ODD_SIZE}: {said(outcome)}"
    elif _is_between(seen, pair, request) and outcome.kind is RefusalKind.BAD_REQUEST:
        seen.sizes.setdefault(request.size or 0, said(outcome))
    status = seen.status.get(pair, Status())
    number = 1 if request.number is None else request.number
    plain = not request.mandatory and not request.optional and not request.additional_slaves
    if plain and 0 < number <= (status.max_key_per_request or 0):
        seen.refused[pair] = number, outcome


def _delivered(
    seen: _Seen, pair: tuple[str, str], request: KeyRequest, keys: tuple[Key, ...]
) -> None:
    seen.refused.pop(pair, None)
    if _is_between(seen, pair, request):
        seen.sizes[request.size or 0] = "served"
    for key in keys:
        fill = -(request.size or 0) % 8
        material = key.material.reveal()
        if fill and material:
            seen.odd.append((material[-1] % 2**fill, material[0] >> (8 - fill)))
        if key.material.bits >= _LONG_ENOUGH:
            seen.reverse |= seen.pairs.setdefault(key.material, pair) == pair[::-1]


def _is_between(seen: _Seen, pair: tuple[str, str], request: KeyRequest) -> bool:
    """Whether a whole number of bytes was asked for that is none of the sizes that Status names."""
    status, size = seen.status.get(pair, Status()), request.size
    low, high = status.min_key_size, status.max_key_size
    if not size or size % 8 or low is None or high is None:
        return False
    return low < size < high and size != status.key_size


def _on_the_wire(exchange: Exchange, seen: _Seen) -> Iterator[tuple[str, str]]:
    answer = exchange.wire
    if not exchange.regular or not isinstance(answer, Answer) or answer.reply is None:
        return
    reply, value = answer.reply, answer.json
    seen.refusals |= reply.status >= 400
    if reply.status >= 400 and reply.status not in (400, 401, 503):
        seen.codes = True
        method = exchange.request.summary.split("?")[0].split("/")[-1]
        yield "A-04", f"{reply.status} in answer to {method}"
    if reply.status == 401:
        seen.unauthorised = True
        body = "a body" if reply.body else "no body"
        challenge = "a" if reply.header("www-authenticate") else "no"
        yield "A-26", f"{body}, {challenge} WWW-Authenticate header"
    if not isinstance(value, dict):
        return
    for name, members, known in _objects(exchange, value):
        seen.objects = True
        for member in sorted(set(members) - known):
            seen.more = True
            yield "A-20", f"`{member:.40}` in {name}"
        for member in (m for m in sorted(known) if m in members and members[m] is None):
            seen.null = True
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


def _conclusions(seen: _Seen) -> Iterator[tuple[str, str]]:
    if seen.odd:
        yield "A-02", f"{_ODD_SIZE}: served; {_fill(seen.odd)}"
    elif seen.status and not seen.odd_asked:
        yield "A-02", f"not met: {_ODD_SIZE} was not asked for"
    if seen.status and not seen.short:
        yield "A-03", "not met: more keys were stored than any request asked for"
    if seen.refusals and not seen.codes:
        yield "A-04", "none"
    if seen.refusals and not seen.unauthorised:
        yield "A-26", "not met: no 401 came"
    if seen.pairs and not seen.batches:
        yield "A-32", "not met: no request for several keys was served"
    if seen.objects and not seen.null:
        yield "A-19", "no"
    if seen.objects and not seen.more:
        yield "A-20", "none"
    if seen.sizes:
        yield "A-33", _sizes(seen.sizes)
    elif any(s.min_key_size == s.max_key_size for s in seen.status.values()):
        yield "A-33", "there are none: smallest and largest size are the same"
    pairs = set(seen.pairs.values())
    if seen.reverse or any(pair[::-1] in pairs for pair in pairs):
        yield "A-36", "yes" if seen.reverse else "no"
    elif pairs:
        yield "A-36", "not met: keys were delivered in one direction only"


def _fill(odd: list[tuple[int, int]]) -> str:
    if not any(last for last, _ in odd):
        return "the last bits of the last byte are zero"
    if not any(first for _, first in odd):
        return "the first bits of the first byte are zero"
    return "neither the last bits of the last byte nor the first of the first byte are always zero"


def _sizes(sizes: dict[int, str]) -> str:
    refusals = sorted(set(sizes.values()) - {"served"})
    if not refusals:
        return "every size that was asked for"
    if "served" not in sizes.values():
        return f"none that was asked for: {', '.join(refusals)}"
    return f"some of those that were asked for; the others: {', '.join(refusals)}"
