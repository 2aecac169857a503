"""All that was asked of a circuit and told at its ends, and what of it cannot be.

A pure model: it takes in calls and events in whatever order they came, and is asked at any time.
Nothing is said of what may still come: the two ends are compared only once both have heard that
nothing more is to come of a request.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.path_end import Case, PathEnd
from qonform.ports.outcome import Delivered
from qonform.ports.paths import PathKey, PathRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qonform.ports.entanglement import Asked, Told
    from qonform.ports.outcome import Outcome
    from qonform.ports.paths import PathEvent


@dataclass(frozen=True)
class Taken:
    """A request that was taken: by whom it was asked, where, and what for."""

    caller: str
    node: str
    request: PathRequest
    exchange: int


@dataclass
class PathStory:
    """What was asked and told of all circuits of a run."""

    taken: dict[PathKey, Taken] = field(default_factory=dict)
    _again: list[tuple[PathKey, Taken, Taken]] = field(default_factory=list)
    _opened: defaultdict[tuple[str, str, int], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _ends: dict[PathKey, dict[str, PathEnd]] = field(default_factory=dict)
    _last: dict[tuple[str, str], PathEvent] = field(default_factory=dict)
    _gaps: list[Case] = field(default_factory=list)

    def asked(self, call: Asked, outcome: Outcome[object], exchange: int) -> None:
        """Takes in a call that was answered."""
        if not isinstance(outcome, Delivered):
            return
        match call.operation, call.what:
            case "OpenCircuit", (str() as circuit, int() as purpose):
                self._opened[call.node, circuit, purpose].add(call.caller)
            case "Request", PathRequest() as request if isinstance(outcome.value, int):
                self._take(call, request, outcome.value, exchange)

    def _take(self, call: Asked, request: PathRequest, number: int, exchange: int) -> None:
        key = PathKey(request.circuit, number)
        new = Taken(call.caller, call.node, request, exchange)
        known = self.taken.setdefault(key, new)
        if known is not new:
            self._again.append((key, known, new))

    def told(self, told: Told, event: PathEvent) -> None:
        """Takes in an event."""
        stream = (told.caller, told.node)
        if (last := self._last.get(stream)) is not None:
            self._gaps.append(_numbered(last, event))
        self._last[stream] = event
        ends = self._ends.setdefault(event.request, {})
        ends.setdefault(told.node, PathEnd(told.node)).hear(told.caller, event)

    def cases(self) -> Iterator[Case]:
        """Everything that can be said by now, for and against each requirement."""
        yield from self._gaps
        for key, one, other in self._again:
            same = one.request == other.request and one.request.request_id != ""
            yield Case(
                "QIA-QNP-REQ-07",
                same and one.caller == other.caller,
                "a number for each request, and one for calls with one request_id",
                f"{key} for two requests",
                (one.exchange, other.exchange),
            )
        if self.taken and not self._again:
            yield Case("QIA-QNP-REQ-07", True, "", f"{len(self.taken)} numbers", ())
        for key, ends in self._ends.items():
            taken = self.taken.get(key)
            for end in ends.values():
                if taken is not None:
                    yield from end.cases(taken.request)
                    yield from self._whose(key, taken, end)
            if taken is not None and len(ends) == 2:
                head = ends.get(taken.node)
                tail = next((e for node, e in ends.items() if node != taken.node), None)
                if head is not None and tail is not None:
                    yield from _compared(key, head, tail)
        yield from self._unique()

    def _whose(self, key: PathKey, taken: Taken, end: PathEnd) -> Iterator[Case]:
        """Events go to whoever asked, or takes part under the purpose, and say so."""
        request = taken.request
        if end.node == taken.node:
            entitled = {taken.caller}
        else:
            entitled = self._opened[end.node, key.circuit, request.purpose]
        for caller, event in end.heard:
            yield Case(
                "QIA-QNP-APP-01",
                caller in entitled and event.purpose == request.purpose,
                f"events of {key}, with its purpose, to {' or '.join(sorted(entitled))} alone",
                f"{caller} was told of it under purpose {event.purpose}",
                (taken.exchange, event.exchange),
            )

    def _unique(self) -> Iterator[Case]:
        """At an end of a circuit no two halves have one name, and no two pairs."""
        pairs: dict[tuple[str, str, int], tuple[PathKey, int, int]] = {}
        halves: dict[tuple[str, str, int], tuple[PathKey, int]] = {}
        repeated: set[tuple[str, int]] = set()
        for key, ends in self._ends.items():
            for node, end in ends.items():
                for half, event in end.delivered():
                    first = halves.setdefault((node, key.circuit, half), (key, event.exchange))
                    yield Case(
                        "QIA-QNP-ID-04",
                        first == (key, event.exchange),
                        f"half {half} of {key.circuit} once at {node}",
                        f"half {half} of {first[0]}, and of {key}",
                        (first[1], event.exchange),
                    )
                for half, pair, event in end.confirmed():
                    known = pairs.setdefault(
                        (node, key.circuit, pair.id), (key, half, event.exchange)
                    )
                    if known[:2] != (key, half):
                        repeated.add((key.circuit, pair.id))
                    yield Case(
                        "QIA-QNP-ID-02",
                        known[:2] == (key, half),
                        f"pair {pair.id} of {key.circuit} once at {node}",
                        f"pair {pair.id} of {known[0]}, half {known[1]}, and of {key}, half {half}",
                        (known[2], event.exchange),
                    )
        yield from self._same_request(
            {p: known for p, known in pairs.items() if p[1:] not in repeated}
        )

    @staticmethod
    def _same_request(
        pairs: dict[tuple[str, str, int], tuple[PathKey, int, int]],
    ) -> Iterator[Case]:
        """A pair belongs to one request, at whatever end it is told of."""
        by_pair: dict[tuple[str, int], tuple[str, PathKey, int]] = {}
        for (node, circuit, pair), (key, _, exchange) in pairs.items():
            first = by_pair.setdefault((circuit, pair), (node, key, exchange))
            if first[0] != node:
                yield Case(
                    "QIA-QNP-ID-03",
                    first[1] == key,
                    f"pair {pair} of {circuit} for one request",
                    f"pair {pair} for {first[1]} at {first[0]}, for {key} at {node}",
                    (first[2], exchange),
                )


def _numbered(last: PathEvent, event: PathEvent) -> Case:
    return Case(
        "QIA-QNP-EVT-01",
        event.number == last.number + 1,
        f"event {last.number + 1}",
        f"event {event.number} after {last.number}",
        (last.exchange, event.exchange),
    )


def _compared(key: PathKey, head: PathEnd, tail: PathEnd) -> Iterator[Case]:
    """What both ends were told of one request."""
    here = {pair.id: (pair, event) for _, pair, event in head.confirmed()}
    there = {pair.id: (pair, event) for _, pair, event in tail.confirmed()}
    for id_ in here.keys() & there.keys():
        (one, first), (other, second) = here[id_], there[id_]
        yield Case(
            "QIA-QNP-BEL-01",
            one.bell_state is other.bell_state and one.bell_state is not None,
            f"one of the four states, the same at both ends, for pair {id_} of {key}",
            f"{one} at {head.node}, {other} at {tail.node}",
            (first.exchange, second.exchange),
        )
    if head.over is None or tail.over is None:
        return
    ends = (head.over.exchange, tail.over.exchange)
    if here and there:
        yield Case(
            "QIA-QNP-ID-01",
            bool(here.keys() & there.keys()),
            f"the same pair IDs at both ends of {key}",
            f"{_some(here)} at {head.node}, {_some(there)} at {tail.node}",
            ends,
        )
    only = {i: here.get(i) or there[i] for i in here.keys() ^ there.keys()}
    if here or there:
        yield Case(
            "QIA-QNP-EXP-01",
            not only,
            f"the same pairs at both ends of {key}, once both have heard of its end",
            f"{_some(only)} at one end only" if only else f"{len(here)} pairs at both ends",
            tuple(event.exchange for _, event in list(only.values())[:2]) + ends,
        )


def _some(ids: Iterable[int]) -> str:
    return f"pairs {', '.join(map(str, sorted(ids)[:4]))}"
