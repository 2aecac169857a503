"""Exchanges as a sequence diagram across nodes: pure geometry, for a template to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.visible import one_line, shortened
from qonform_report.words import counted, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST_EXCHANGES, MOST_EXCHANGES = 3, 12
"""Of two, the list says as much; of more, the last are drawn."""
MOST_LANES = 6
_LANE, _MARGIN, _FIRST, _STEP = 150.0, 150.0, 62.0, 30.0
"""Between lanes; before the first; the first message; between messages. In units of the SVG."""
_LONGEST_LABEL, _LONGEST_NAME = 26, 20
_TOLD = "Subscribe"


@dataclass(frozen=True)
class Lane:
    """A client or a node, and where its line stands."""

    name: str
    is_node: bool
    x: float


@dataclass(frozen=True)
class Arrow:
    """A message: from where to where, when, and what."""

    start: float
    end: float
    y: float
    label: str
    at: str
    is_answer: bool

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return (self.start + self.end) / 2

    @property
    def head(self) -> str:
        """The tip, as a path."""
        back = -7 if self.end > self.start else 7
        return f"M{self.end + back:g} {self.y - 3.5:g}L{self.end:g} {self.y:g}l{back:g} 3.5"


@dataclass(frozen=True)
class Diagram:
    """The whole diagram."""

    id: str
    title: str
    desc: str
    width: float
    height: float
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True)
class _Message:
    at_s: float
    place: int
    sender: str
    receiver: str
    label: str
    is_answer: bool


def sequence(evidence: Sequence[Mapping[str, Any]], id_: str) -> Diagram | None:
    """The diagram of exchanges that several parties had; None where it would say nothing.

    That is where only two spoke, or too many, or hardly anything was said.
    """
    shown = evidence[-MOST_EXCHANGES:]
    if len(shown) < FEWEST_EXCHANGES:
        return None
    lanes = _lanes(shown)
    if not 3 <= len(lanes) <= MOST_LANES:
        return None
    messages = sorted(
        (m for place, each in enumerate(shown) for m in _messages(each, place)),
        key=lambda m: (m.at_s, m.place),
    )
    began_s = messages[0].at_s
    x = {lane: lanes[lane].x for lane in lanes}
    arrows = tuple(
        Arrow(
            x[m.sender],
            x[m.receiver],
            _FIRST + _STEP * n,
            m.label,
            f"{1000 * (m.at_s - began_s):+,.1f} ms",
            m.is_answer,
        )
        for n, m in enumerate(messages)
    )
    names = [lane.name for lane in lanes.values()]
    return Diagram(
        f"sequence-{id_}",
        f"Who told whom what, between {listed(names)}",
        f"{counted(len(arrows), 'message')} from top to bottom in the order of time; the list of "
        "exchanges below says the same in words.",
        _MARGIN + _LANE * (len(lanes) - 1) + 70,
        _FIRST + _STEP * len(arrows),
        tuple(lanes.values()),
        arrows,
    )


def _lanes(exchanges: Sequence[Mapping[str, Any]]) -> dict[str, Lane]:
    """The first node's clients, that node, the other nodes, and their clients behind them."""
    nodes = list(dict.fromkeys(each["node"] for each in exchanges))
    clients: dict[str, str] = {}
    for each in exchanges:
        clients.setdefault(each["client"], each["node"])
    own = [_client(c) for c, node in clients.items() if node == nodes[0]]
    far = [_client(c) for c, node in clients.items() if node != nodes[0]]
    order = [*own, *(_node(n) for n in nodes), *far]
    return {
        key: Lane(
            shortened(one_line(key.partition(" ")[2]), _LONGEST_NAME),
            key.startswith("node "),
            _MARGIN + _LANE * n,
        )
        for n, key in enumerate(order)
    }


def _client(name: str) -> str:
    return f"client {name}"


def _node(name: str) -> str:
    return f"node {name}"


def _messages(exchange: Mapping[str, Any], place: int) -> list[_Message]:
    """What was asked and what was answered; of a stream, what was told."""
    client, node = _client(exchange["client"]), _node(exchange["node"])
    at_s = exchange.get("at_s", 0.0)
    asked, came = (one_line(exchange[side]["summary"]) for side in ("request", "reply"))
    answered_s = at_s + exchange.get("duration_ms", 0.0) / 1000
    is_told = asked.endswith(f"/{_TOLD}")
    told = came.partition(", ")[2] or came if is_told else came
    answer = _Message(answered_s, place, node, client, shortened(told, _LONGEST_LABEL), True)
    if is_told:
        return [answer]
    return [_Message(at_s, place, client, node, _short(asked), False), answer]


def _short(summary: str) -> str:
    """A request in a few letters: the method of HTTP, and the last part of its path."""
    verb, _, path = summary.rpartition(" ")
    last = path.partition("?")[0].rpartition("/")[2]
    return shortened(f"{verb} {last or path}".strip(), _LONGEST_LABEL)
