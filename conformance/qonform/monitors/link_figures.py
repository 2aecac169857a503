"""What a link was seen to do beside the verdicts: what it offers, how fast it is, how good.

Counts and times, never judged. See `measurements.links` in results.json.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qonform.monitors.pair_figures import correlations, fidelity_course
from qonform.monitors.spans import covered_s, distribution
from qonform.ports.entanglement import (
    Asked,
    Delivery,
    Link,
    LinkEvent,
    PairMade,
    PairRequest,
    PairType,
    RequestKey,
    Told,
)
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.exchanges import Exchange
    from qonform.judging import PairEvidence

_PROFILE = "qinet-links"


@dataclass
class _Course:
    """A request that was acknowledged, and when each node told of its pairs."""

    request: PairRequest
    sent_s: float
    told_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class LinkFigures:
    """Listens to every exchange of links.

    Args:
        evidence: both ends of each pair, which listens too.
    """

    def __init__(self, evidence: PairEvidence) -> None:
        self._evidence = evidence
        self._offers: dict[tuple[str, str], Link] = {}
        self._created: dict[RequestKey, tuple[PairRequest, float]] = {}
        self._told_s: dict[RequestKey, dict[str, list[float]]] = {}

    def see(self, exchange: Exchange) -> None:
        """Takes in one exchange."""
        if exchange.profile != _PROFILE:
            return
        match exchange.call, exchange.outcome:
            case Asked(operation="GetLink"), Delivered(value=Link() as link):
                self._offers.setdefault((link.node, link.remote_node), link)
            case Asked(operation="Create", what=PairRequest() as request) as asked, Delivered():
                key = RequestKey(asked.node, exchange.outcome.value)
                self._created[key] = request, exchange.at_s
            case Told() as told, Delivered(value=LinkEvent(what=PairMade()) as event):
                ends = self._told_s.setdefault(event.request, defaultdict(list))
                ends[told.node].append(event.arrived_s)

    def as_json(self, step: float, clock_speed: float) -> dict[str, Any]:
        """As results.json has it; empty where no link was asked for anything.

        Args:
            step: how far below what is expected a fidelity is to be certified.
            clock_speed: seconds that a node's clock goes on in one second.
        """
        if not self._offers and not self._created:
            return {}
        sample = list(self._evidence.sample())
        courses = {
            key: _Course(request, sent_s, dict(self._told_s.get(key, {})))
            for key, (request, sent_s) in list(self._created.items())
        }
        expected = [link.expected_fidelity for link in self._offers.values()]
        told = [each for each in expected if each is not None and math.isfinite(each)]
        return {
            "offers": [_offer(link) for link in self._offers.values()],
            "correlations": correlations(sample),
            "fidelity": fidelity_course(sample, step, min(told, default=None)),
            "rates": [
                _rate(link, clock_speed, _of(link, courses)) for link in self._offers.values()
            ],
            "waits": _waits(courses),
        }


def _offer(link: Link) -> dict[str, Any]:
    told = {
        "node": link.node,
        "remote_node": link.remote_node,
        "types": sorted(kind.value for kind in link.types),
        "max_min_fidelity": link.max_min_fidelity,
        "expected_fidelity": link.expected_fidelity,
        "pairs_per_second": link.pairs_per_second,
        "memory_qubits": link.memory,
        "max_number": link.max_number,
        "pauli_frame": link.pauli_frame and link.pauli_frame.value,
        "promised_state": link.promised_state and link.promised_state.name,
        "coherence_time_s": link.coherence_time_s,
        "attempt_time_s": link.attempt_time_s,
    }
    return {name: _short(value) for name, value in told.items() if _is_told(value)}


def _is_told(value: Any) -> bool:
    """Whether a node has said something, and no number that is none."""
    return value is not None and (not isinstance(value, float) or math.isfinite(value))


def _short(value: Any) -> Any:
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _of(link: Link, courses: dict[RequestKey, _Course]) -> list[tuple[RequestKey, _Course]]:
    return [
        (key, course)
        for key, course in courses.items()
        if key.origin == link.node and course.request.remote_node == link.remote_node
    ]


def _rate(
    link: Link, clock_speed: float, courses: Iterable[tuple[RequestKey, _Course]]
) -> dict[str, Any]:
    """Pairs in the time in which at least one request was under way, with its way and back.

    Only pairs that are measured at once: others wait for their application to free memory.
    """
    told = [
        (course.sent_s, told_s)
        for key, course in courses
        if course.request.type is PairType.MEASURE and (told_s := course.told_s.get(key.origin))
    ]
    busy_s = covered_s((sent_s, max(told_s)) for sent_s, told_s in told)
    pairs = sum(len(told_s) for _, told_s in told)
    several = [told_s for _, told_s in told if len(told_s) > 1 and max(told_s) > min(told_s)]
    between_s = sum(max(told_s) - min(told_s) for told_s in several)
    rate: dict[str, Any] = {
        "node": link.node,
        "remote_node": link.remote_node,
        "pairs": pairs,
        "busy_s": round(busy_s, 4),
    }
    if link.pairs_per_second is not None and math.isfinite(link.pairs_per_second):
        rate["promised_per_s"] = _short(link.pairs_per_second * clock_speed)
    if busy_s > 0:
        rate["per_s"] = round(pairs / busy_s, 3)
    if between_s > 0:
        rate["within_requests_per_s"] = round(sum(len(t) - 1 for t in several) / between_s, 3)
    return rate


def _waits(courses: dict[RequestKey, _Course]) -> list[dict[str, Any]]:
    first: dict[str, list[float]] = {"origin": [], "peer": []}
    whole: list[float] = []
    for key, course in courses.items():
        if course.request.delivery is not Delivery.PER_PAIR:
            continue
        for node, told_s in course.told_s.items():
            first["origin" if node == key.origin else "peer"].append(min(told_s) - course.sent_s)
        ends = list(course.told_s.values())
        if len(ends) > 1 and all(len(told_s) >= course.request.number for told_s in ends):
            whole.append(max(map(max, ends)) - course.sent_s)
    told = (
        distribution("Create to first OK, where it was asked", _PROFILE, first["origin"]),
        distribution("Create to first OK, at the other end", _PROFILE, first["peer"]),
        distribution("Create to last OK, at both ends", _PROFILE, whole),
    )
    return [each for each in told if each is not None]
