"""The exchanges of a report as a page shows them, within bounds.

Evidence is the bulk of a report. A page has an allowance for it: failures draw on it first, and
what no longer fits is counted on the page and stands whole in results.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.visible import shortened
from qonform_report.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_STEPS = 280
"""Steps on one page."""
MOST_STEPS_OF_A_CHECK = 24
MOST_DIAGRAMS = 12
"""On one page, of the checks that failed first."""
TEXT_ALLOWANCE = 40_000
"""Characters of bodies on one page."""
SHORTEST_CUT, LONGEST_CUT = 160, 6_000
"""A body is cut at its fair share of the allowance, within these."""
LONGEST_COMMAND = 2_000
LONGEST_LINE = 400

_TURN = {"fail": 0, "waived": 1, "inconclusive": 2}


@dataclass(frozen=True)
class Text:
    """Headers or a body, cut to what fits; `left_out` characters are missing at the end."""

    shown: str
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.shown)


@dataclass(frozen=True)
class Side:
    """A request or a reply."""

    summary: str
    headers: Text
    body: Text


@dataclass(frozen=True)
class Step:
    """One request and its reply; `logged` is its number in the exchange log of the run."""

    logged: int
    client: str
    node: str
    transport: str
    at: str
    took: str
    request: Side
    reply: Side
    command: str


@dataclass(frozen=True)
class Allowance:
    """Which checks show how many steps, and at what length a text is cut.

    `steps` maps a check, by requirement and place, to the number of steps it may show.
    """

    steps: Mapping[tuple[str, int], int]
    cut: int
    diagrams: frozenset[tuple[str, int]] = frozenset()
    """The checks whose exchanges are drawn."""

    @classmethod
    def share(cls, requirements: Iterable[Mapping[str, Any]]) -> Allowance:
        """Dealt out to the checks of `requirements`, failures first."""
        wanting = [
            (_TURN.get(check["verdict"], 3), (named(requirement), place), check["evidence"])
            for requirement in requirements
            for place, check in enumerate(requirement["checks"])
            if check["evidence"]
        ]
        left = MOST_STEPS
        steps = {}
        lengths: list[int] = []
        for _, name, evidence in sorted(wanting, key=lambda each: each[0]):
            steps[name] = min(len(evidence), MOST_STEPS_OF_A_CHECK, left)
            left -= steps[name]
            lengths += (
                len(exchange[side].get("body", ""))
                for exchange in evidence[: steps[name]]
                for side in ("request", "reply")
            )
        failed = [name for turn, name, _ in wanting if turn == _TURN["fail"]]
        cut = max(SHORTEST_CUT, min(LONGEST_CUT, _fair_share(lengths)))
        return cls(steps, cut, frozenset(failed[:MOST_DIAGRAMS]))


def _fair_share(lengths: list[int]) -> int:
    """The cut that spends TEXT_ALLOWANCE: what short texts leave goes to the long ones."""
    left = TEXT_ALLOWANCE
    for place, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - place)
        if length > share:
            return share
        left -= length
    return LONGEST_CUT


def named(requirement: Mapping[str, Any]) -> str:
    """The name of a requirement on a page, also its anchor: the profile, a slash, the id."""
    return f"{requirement['profile']}/{requirement['id']}"


def steps(evidence: Iterable[Mapping[str, Any]], cut: int) -> Iterator[Step]:
    """Exchanges as steps, each text cut at `cut` characters."""
    for exchange in evidence:
        took = exchange.get("duration_ms")
        at = exchange.get("at_s")
        yield Step(
            logged=exchange["number"],
            client=exchange["client"],
            node=exchange["node"],
            transport=exchange["transport"],
            at="" if at is None else f"at {at:,.2f} s",
            took="" if took is None else duration(took / 1000),
            request=_side(exchange["request"], cut),
            reply=_side(exchange["reply"], cut),
            command=_command(exchange),
        )


def _command(exchange: Mapping[str, Any]) -> str:
    """The command whole, or none: half a command does something else."""
    command: str = exchange.get("command", "")
    return command if len(command) <= LONGEST_COMMAND else ""


def _side(message: Mapping[str, Any], cut: int) -> Side:
    headers = "\n".join(f"{name}: {value}" for name, value in message.get("headers", {}).items())
    summary = shortened(message["summary"], LONGEST_LINE)
    return Side(summary, _cut(headers, cut), _cut(message.get("body", ""), cut))


def _cut(text: str, length: int) -> Text:
    return Text(text[:length], max(0, len(text) - length))
