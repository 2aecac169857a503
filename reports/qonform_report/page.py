"""What the page says, before it is markup."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.concerns import Cause, fix_first
from qonform_report.exchanges import named
from qonform_report.measured import Keys, Links, keys, links
from qonform_report.record import (
    Comparison,
    Fact,
    Statistic,
    circumstances,
    comparisons,
    error_bound,
    facts,
    spent,
    statistics,
)
from qonform_report.rows import Profile, profiles
from qonform_report.visible import shortened
from qonform_report.words import (
    LEVELS,
    LOOKS,
    OVERALL,
    VERDICTS,
    WARNING,
    Look,
    counted,
    first_failed,
    implementation,
    is_cut_short,
    is_warning,
    listed,
    look,
    moment,
    why_cut_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_LINE = 600
MOST_LINES = 20
_LINKS = "qinet-links"
MOST_REPAIRS = 30
"""Entries under what to fix first; who has more begins there anyway."""


@dataclass(frozen=True)
class Link:
    """A requirement named elsewhere than in its row."""

    anchor: str
    id: str
    statement: str


@dataclass(frozen=True)
class Repair:
    """One thing to fix: the requirements it breaks, and what was seen."""

    concern: str
    title: str
    links: tuple[Link, ...]
    expected: str
    actual: str
    profiles: str


@dataclass(frozen=True)
class Undecided:
    """Requirements that share a verdict and the reason for it."""

    look: Look
    reason: str
    shall: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Observation:
    """What was seen where the text leaves a choice."""

    anchor: str
    place: str
    question: str
    text: str
    """What the standard says, and where it stops."""
    observed: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """The verdicts of one level; a cell is a look and a number."""

    level: str
    total: int
    cells: tuple[tuple[Look, int], ...]


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order."""

    title: str
    supplier: str
    name: str
    version: str
    description: str
    look: Look
    sentence: str
    cut_short: str
    complete: bool
    started: str
    qonform_version: str
    effort: str
    seed: int
    standards: tuple[str, ...]
    errors: tuple[str, ...]
    counts: tuple[Count, ...]
    covered: tuple[str, ...]
    not_covered: tuple[str, ...]
    repairs: tuple[Repair, ...]
    causes: int
    failed_shall: int
    warnings: tuple[Link, ...]
    profiles: tuple[Profile, ...]
    verdicts: tuple[tuple[Look, int], ...]
    levels: tuple[str, ...]
    undecided: tuple[Undecided, ...]
    observations: tuple[Observation, ...]
    statistics: tuple[Statistic, ...]
    links: Links | None
    keys: Keys | None
    error_bound: str | None
    """Once in how many runs ideal keys would fail any of the tests."""
    advertised: tuple[Comparison, ...]
    spent: tuple[Fact, ...]
    circumstances: tuple[Fact, ...]
    command: str
    claims: tuple[Fact, ...]
    limits: tuple[Fact, ...]
    target: Mapping[str, Any]


def page(results: Mapping[str, Any]) -> Page:
    """The page for `results`."""
    who, run, summary = results["implementation"], results["run"], results["summary"]
    requirements = results["requirements"]
    causes = fix_first(requirements)
    target = results.get("target", {})
    return Page(
        title=implementation(results),
        supplier=who["supplier"],
        name=who["name"],
        version=who["version"],
        description=who.get("description", ""),
        look=OVERALL[summary["verdict"]],
        sentence=summary["sentence"],
        cut_short=why_cut_short(results) if is_cut_short(results) else "",
        complete=not is_cut_short(results),
        started=moment(run["started"]),
        qonform_version=run["qonform_version"],
        effort=run["effort"],
        seed=run["seed"],
        standards=tuple(dict.fromkeys(each["standard"] for each in requirements)),
        errors=tuple(run.get("errors", ())),
        counts=_counts(summary),
        covered=tuple(_covered(results)),
        not_covered=tuple(_not_covered(results)),
        repairs=tuple(_repair(cause) for cause in causes[:MOST_REPAIRS]),
        causes=len(causes),
        failed_shall=sum(len(cause.failures) for cause in causes),
        warnings=tuple(_link(each) for each in requirements if is_warning(each)),
        profiles=profiles(requirements),
        verdicts=_verdicts(requirements),
        levels=tuple(level for level in LEVELS if level in summary["by_level"]),
        undecided=_undecided(requirements),
        observations=tuple(_observation(each) for each in results.get("observations", ())),
        statistics=statistics(results.get("statistics", ())),
        links=links(results),
        keys=keys(results),
        error_bound=error_bound(results.get("statistics", ())),
        advertised=comparisons(results.get("advertised", ())),
        spent=spent(run),
        circumstances=circumstances(run),
        command=run["command"],
        claims=facts(results.get("claims", {})),
        limits=facts(target.get("limits", {})),
        target=target,
    )


def _counts(summary: Mapping[str, Any]) -> tuple[Count, ...]:
    return tuple(
        Count(
            level,
            sum(counts.values()),
            tuple((look(verdict, level), counts[verdict]) for verdict in VERDICTS),
        )
        for level in LEVELS
        if (counts := summary["by_level"].get(level))
    )


def _covered(results: Mapping[str, Any]) -> Iterable[str]:
    requirements, run = results["requirements"], results["run"]
    decided = sum(each["verdict"] in {"pass", "fail", "waived"} for each in requirements)
    yield (
        f"{listed(run['profiles'])}: {decided} of {counted(len(requirements), 'requirement')} "
        "decided by asking the implementation and judging its answers."
    )
    target = results.get("target")
    if target:
        nodes = [node["id"] for node in target["nodes"]]
        yield (
            f"{counted(len(nodes), 'node')} ({listed(nodes)}) and "
            f"{counted(len(target['clients']), 'client')}, as the manifest names them."
        )
    used = run["spent"]
    yield (
        f"{counted(used['requests'], 'request')} over "
        f"{counted(used['connections'], 'connection')}; every one of their exchanges was judged."
    )


def _not_covered(results: Mapping[str, Any]) -> Iterable[str]:
    run, requirements = results["run"], results["requirements"]
    selection = run["selection"]
    if is_cut_short(results):
        yield f"What the run had not reached when it ended early: {why_cut_short(results)}."
    if selection["requirements"] or selection["levels"]:
        asked = [*selection["levels"], *selection["requirements"]]
        yield f"Anything but the selection asked for: {', '.join(asked)}."
    by_verdict = Counter(each["verdict"] for each in requirements)
    stories = {
        "inconclusive": "could not be decided",
        "not_tested": "have no test, or were not run",
        "not_applicable": "do not apply to what the supplier claims",
        "waived": "failed, and are waived by the supplier until a date",
    }
    for verdict, story in stories.items():
        if n := by_verdict[verdict]:
            yield f"{counted(n, 'requirement')} {_singular(story) if n == 1 else story}."
    yield (
        f"What cannot be seen from outside: {_unseen(run['profiles'])}. This report speaks of this "
        "version, on this day."
    )


def _unseen(profiles: Iterable[str]) -> str:
    """What lies behind the interface, of keys and of links."""
    asked = set(profiles)
    of_keys = "how keys are made, and how they are kept and moved behind the interface"
    of_links = (
        "how pairs are made behind the interface, and whether the axes and outcomes that nodes "
        "report are those of a measurement"
    )
    told = [of_keys] if asked != {_LINKS} else []
    return "; ".join([*told, *([of_links] if _LINKS in asked else [])])


def _singular(story: str) -> str:
    for many, one in (
        ("have", "has"),
        ("do not", "does not"),
        ("failed, and are", "failed, and is"),
    ):
        story = story.replace(many, one)
    return story.replace("were not run", "was not run")


def _repair(cause: Cause) -> Repair:
    first = cause.failures[0]
    check = first_failed(first)
    return Repair(
        concern=cause.concern.title,
        title=shortened(first["statement"], LONGEST_LINE),
        links=tuple({each["id"]: _link(each) for each in reversed(cause.failures)}.values())[::-1],
        expected=shortened(check.get("expected", ""), LONGEST_LINE),
        actual=shortened(check.get("actual", ""), LONGEST_LINE),
        profiles=" and ".join(dict.fromkeys(each["profile"] for each in cause.failures)),
    )


def _link(requirement: Mapping[str, Any]) -> Link:
    return Link(named(requirement), requirement["id"], requirement["statement"])


def _observation(observation: Mapping[str, Any]) -> Observation:
    clause = observation.get("clause")
    seen = [shortened(line, LONGEST_LINE) for line in observation["observed"][:MOST_LINES]]
    if len(observation["observed"]) > MOST_LINES:
        seen.append(f"{len(observation['observed']) - MOST_LINES:,} more in results.json")
    return Observation(
        anchor=named(observation),
        place=", ".join(
            [observation["id"], *([f"clause {clause}"] if clause else []), observation["profile"]]
        ),
        question=observation["question"],
        text=observation.get("text", ""),
        observed=tuple(seen),
    )


def _verdicts(requirements: Iterable[Mapping[str, Any]]) -> tuple[tuple[Look, int], ...]:
    """The looks that occur, those to act on first, each with its number."""
    counts = Counter(look(each["verdict"], each["level"]) for each in requirements)
    order = [LOOKS["fail"], WARNING, *(LOOKS[verdict] for verdict in VERDICTS[2:]), LOOKS["pass"]]
    return tuple((each, counts[each]) for each in order if counts[each])


def _undecided(requirements: Iterable[Mapping[str, Any]]) -> tuple[Undecided, ...]:
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in requirements:
        if each["verdict"] in {"inconclusive", "not_tested", "not_applicable", "waived"}:
            groups.setdefault((each["verdict"], _reason(each)), []).append(each)
    order = ("inconclusive", "not_tested", "waived", "not_applicable")
    return tuple(
        Undecided(
            LOOKS[verdict],
            reason,
            sum(each["level"] == "shall" for each in members),
            tuple(_link(each) for each in members),
        )
        for (verdict, reason), members in sorted(
            groups.items(), key=lambda group: (order.index(group[0][0]), -len(group[1]))
        )
    )


def _reason(requirement: Mapping[str, Any]) -> str:
    if waiver := requirement.get("waiver"):
        return f"{waiver['reason']}; waived until {waiver['expires']}"
    messages = dict.fromkeys(each["message"] for each in requirement["checks"] if each["message"])
    return requirement.get("reason") or "; ".join(messages) or "no reason was given"
