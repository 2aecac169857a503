"""What the page of a self-test says, before it is markup."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.coverage import Share
from qonform_report.order import chief_clause
from qonform_report.record import Fact
from qonform_report.words import LEVELS, Look, counted, drawn, duration, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CAUGHT = Look("pass", "caught")
SURVIVED = Look("fail", "survived")
SURVIVED_MILDLY = Look("warning", "survived")
"""Of a fault that breaks no *shall*."""
NOT_JUDGED = Look("inconclusive", "not judged")

_OVERALL = {
    "holds": Look("pass", "The self-test holds"),
    "does_not_hold": Look("fail", "The self-test does not hold"),
    "incomplete": Look("inconclusive", "Incomplete"),
}
_CLEAN = {
    "conforming": Look("pass", "conforming"),
    "failed": Look("fail", "failed"),
    "inconclusive": Look("inconclusive", "inconclusive"),
    "not_judged": Look("not-tested", "not judged"),
}
_MARKS = {
    "caught": ("caught", "✓"),
    "missed": ("broken, and not failed", "○"),
    "beside": ("failed beside", "·"),
    "open": ("broken, not judged", "?"),
    "none": ("", ""),
}


@dataclass(frozen=True)
class Catch:
    """A check that failed requirements, over one transport or several, and what it said."""

    check: str
    requirements: tuple[str, ...]
    profiles: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Instead:
    """What the run said of a requirement that should have failed."""

    requirement: str
    profile: str
    look: Look
    message: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """A seeded fault, and what became of it."""

    anchor: str
    name: str
    sentence: str
    level: str
    look: Look
    breaks: tuple[str, ...]
    failed: tuple[str, ...]
    """Those of `breaks` that failed."""
    beside: tuple[str, ...]
    """Requirements that failed, and that it is not said to break."""
    catches: tuple[Catch, ...]
    instead: tuple[Instead, ...]
    seen_in: tuple[str, ...]
    variants: tuple[str, ...]
    reason: str
    said: str
    """The sentence of the run."""
    drawn: str
    requests: str
    took: str


@dataclass(frozen=True)
class Mark:
    """A cell of the matrix: how it shows, and what it means for who cannot see it."""

    key: str
    word: str
    sign: str


@dataclass(frozen=True)
class Line:
    """A fault as a line of the matrix: a mark for each column, and what failed elsewhere."""

    fault: Fault
    marks: tuple[Mark, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A requirement as a column of the matrix."""

    id: str
    short: str
    statement: str


@dataclass(frozen=True)
class Group:
    """The faults of one clause; a fault belongs to that of the first requirement it breaks."""

    anchor: str
    title: str
    standard: str
    words: str
    shares: tuple[Share, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Check:
    """A check or a monitor, and how many faults it caught."""

    id: str
    title: str
    requirements: tuple[str, ...]
    caught: int
    alone: int


@dataclass(frozen=True)
class Unbroken:
    """A requirement that no seeded fault breaks."""

    id: str
    clause: str
    statement: str


@dataclass(frozen=True)
class Count:
    """The faults of one level, by what became of them."""

    level: str
    cells: tuple[tuple[Look, int], ...]
    total: int


@dataclass(frozen=True)
class SelftestPage:
    """Everything on the page, in its order."""

    look: Look
    sentence: str
    complete: bool
    cut_short: str
    started: str
    qonform_version: str
    effort: str
    seed: int
    selected: str
    errors: tuple[str, ...]
    counts: tuple[Count, ...]
    survivors: tuple[Fault, ...]
    clean: Look
    clean_said: str
    false_alarms: tuple[Catch, ...]
    groups: tuple[Group, ...]
    outcomes: tuple[tuple[Look, int], ...]
    levels: tuple[str, ...]
    whole: bool
    """Whether every fault that there is was judged."""
    idle: tuple[Check, ...]
    checks: tuple[Check, ...]
    unbroken: tuple[Unbroken, ...]
    circumstances: tuple[Fact, ...]
    spent: tuple[Fact, ...]
    command: str


def selftest_page(selftest: Mapping[str, Any]) -> SelftestPage:
    """The page for a self-test."""
    run, summary, clean = selftest["run"], selftest["summary"], selftest["clean"]
    faults = [_fault(each) for each in selftest["faults"]]
    checks = [_check(each) for each in selftest["checks"]]
    outcomes = Counter(fault.look for fault in faults)
    return SelftestPage(
        look=_OVERALL[summary["verdict"]],
        sentence=summary["sentence"],
        complete=selftest["complete"],
        cut_short=run.get("interrupted", "it is not over yet"),
        started=moment(run["started"]),
        qonform_version=run["qonform_version"],
        effort=run["effort"],
        seed=run["seed"],
        selected=_selected(selftest),
        errors=tuple(run.get("errors", ())),
        counts=_counts(faults),
        survivors=tuple(
            sorted(
                (f for f in faults if f.look in (SURVIVED, SURVIVED_MILDLY)),
                key=lambda fault: LEVELS.index(fault.level),
            )
        ),
        clean=_CLEAN[clean["outcome"]],
        clean_said=clean.get("reason") or clean["run"]["sentence"],
        false_alarms=_catches(clean.get("findings", ())),
        groups=_groups(faults, selftest["requirements"]),
        outcomes=tuple(
            (look, outcomes[look])
            for look in (SURVIVED, SURVIVED_MILDLY, NOT_JUDGED, CAUGHT)
            if outcomes[look]
        ),
        levels=tuple(level for level in LEVELS if any(f.level == level for f in faults)),
        whole=summary["counts"]["not_judged"] == 0 and len(faults) == run["selection"]["known"],
        idle=tuple(check for check in checks if not check.caught),
        checks=tuple(
            sorted((c for c in checks if c.caught), key=lambda c: (-c.alone, -c.caught, c.id))
        ),
        unbroken=tuple(
            Unbroken(each["id"], each["clause"], each["statement"])
            for each in selftest["requirements"]
            if each["level"] == "shall" and not each["seeded"]
        ),
        circumstances=_circumstances(run),
        spent=_spent(selftest),
        command=run["command"],
    )


def _selected(selftest: Mapping[str, Any]) -> str:
    globs, known = selftest["run"]["selection"]["faults"], selftest["run"]["selection"]["known"]
    return f"{len(selftest['faults'])} of {known}: {', '.join(globs)}" if globs else f"all {known}"


def _fault(fault: Mapping[str, Any]) -> Fault:
    findings, run = fault.get("findings", ()), fault.get("run", {})
    seeded = [each for each in findings if each["seeded"]]
    failed = {each["requirement"] for each in seeded}
    others = (each["requirement"] for each in findings if not each["seeded"])
    return Fault(
        anchor=f"fault/{fault['name']}",
        name=fault["name"],
        sentence=fault["sentence"],
        level=fault["level"],
        look=_look(fault),
        breaks=tuple(fault["requirements"]),
        failed=tuple(each for each in fault["requirements"] if each in failed),
        beside=tuple(dict.fromkeys(others)),
        catches=_catches(seeded),
        instead=tuple(_instead(each) for each in fault.get("said_instead", ())),
        seen_in=tuple(fault["seen_in"]),
        variants=tuple(fault["beside"]),
        reason=fault.get("reason", ""),
        said=run.get("sentence", ""),
        drawn=drawn(run) if run else "",
        requests=f"{run['requests']:,}" if run else "",
        took=duration(run["duration_s"]) if run else "",
    )


def _look(fault: Mapping[str, Any]) -> Look:
    if fault["outcome"] == "survived" and fault["level"] != "shall":
        return SURVIVED_MILDLY
    return {"caught": CAUGHT, "survived": SURVIVED, "not_judged": NOT_JUDGED}[fault["outcome"]]


def _catches(findings: Iterable[Mapping[str, Any]]) -> tuple[Catch, ...]:
    """Findings by check, those that caught most first; the first message stands for all."""
    by_check: dict[str, list[Mapping[str, Any]]] = {}
    for each in findings:
        by_check.setdefault(each["check"], []).append(each)
    return tuple(
        Catch(
            check,
            tuple(dict.fromkeys(each["requirement"] for each in found)),
            tuple(dict.fromkeys(each["profile"] for each in found)),
            found[0]["message"],
        )
        for check, found in sorted(by_check.items(), key=lambda each: -len(each[1]))
    )


def _instead(said: Mapping[str, Any]) -> Instead:
    verdict = said["verdict"]
    look = Look(verdict.replace("_", "-"), verdict.replace("_", " "))
    return Instead(
        said["requirement"], said["profile"], look, said["message"], tuple(said["checks"])
    )


def _counts(faults: list[Fault]) -> tuple[Count, ...]:
    """By level; a survivor looks the graver the stronger the level."""
    counts = []
    for level in LEVELS:
        looks = Counter(fault.look.word for fault in faults if fault.level == level)
        if looks:
            survived = SURVIVED if level == "shall" else SURVIVED_MILDLY
            cells = tuple((look, looks[look.word]) for look in (CAUGHT, survived, NOT_JUDGED))
            counts.append(Count(level, cells, looks.total()))
    return tuple(counts)


def _groups(faults: list[Fault], listed: list[Mapping[str, Any]]) -> tuple[Group, ...]:
    """The faults by standard and clause, in the order in which requirements are listed."""
    requirements = {each["id"]: each for each in listed}
    places = dict.fromkeys(_place(each) for each in listed)
    return tuple(
        _group(place, members, requirements)
        for place in [*places, _NOWHERE]
        if (members := [f for f in faults if _place(requirements.get(f.breaks[0])) == place])
    )


_NOWHERE = ("", "no clause")


def _place(requirement: Mapping[str, Any] | None) -> tuple[str, str]:
    if requirement is None:
        return _NOWHERE
    return requirement["standard"], chief_clause(requirement["clause"])


def _group(
    place: tuple[str, str], faults: list[Fault], requirements: Mapping[str, Mapping[str, Any]]
) -> Group:
    standard, clause = place
    named = {id_ for fault in faults for id_ in fault.breaks}
    columns = [
        each
        for id_, each in requirements.items()
        if id_ in named or (_place(each) == place and any(id_ in f.beside for f in faults))
    ]
    ids = [each["id"] for each in columns]
    caught = sum(fault.look is CAUGHT for fault in faults)
    return Group(
        anchor=f"clause/{clause.replace(' ', '-')}",
        title=f"Clause {clause}" if clause[:1].isdigit() else clause,
        standard=standard,
        words=f"{caught} of {counted(len(faults), 'fault')} caught",
        shares=_shares(faults),
        columns=tuple(
            Column(each["id"], _short(each["id"]), each["statement"]) for each in columns
        ),
        lines=tuple(
            Line(
                fault,
                tuple(_mark(fault, id_) for id_ in ids),
                tuple(id_ for id_ in fault.beside if id_ not in ids),
            )
            for fault in faults
        ),
    )


def _short(requirement: str) -> str:
    """The last parts of an id, which tell it from its neighbours: `5.4-02`, `KEYS-07`."""
    return requirement.partition("-014-")[2] or requirement.partition("-")[2]


def _mark(fault: Fault, requirement: str) -> Mark:
    if requirement in fault.failed:
        key = "caught"
    elif requirement in fault.breaks:
        key = "open" if fault.look is NOT_JUDGED else "missed"
    else:
        key = "beside" if requirement in fault.beside else "none"
    return Mark(key, *_MARKS[key])


def _shares(faults: list[Fault]) -> tuple[Share, ...]:
    """Stretches of a bar, a cell a fault: caught, then the survivors."""
    counts = Counter(fault.look for fault in faults)
    shares, start = [], 0
    for look in (CAUGHT, SURVIVED, SURVIVED_MILDLY, NOT_JUDGED):
        if counts[look]:
            shares.append(Share(look, start, counts[look]))
            start += counts[look]
    return tuple(shares)


def _check(check: Mapping[str, Any]) -> Check:
    return Check(
        check["id"],
        check["title"],
        tuple(check["requirements"]),
        len(check["caught"]),
        len(check["alone"]),
    )


def _circumstances(run: Mapping[str, Any]) -> tuple[Fact, ...]:
    host = run["host"]
    return (
        Fact("Qonform", run["qonform_version"]),
        Fact("effort", run["effort"]),
        Fact("seed", str(run["seed"])),
        Fact("networks at once", str(run["workers"])),
        Fact("started", moment(run["started"])),
        Fact("machine", f"{host['platform']}, {counted(host['cpus'], 'CPU')}"),
        Fact("Python", host["python"]),
        *(Fact(f"catalogue {name}", digest, True) for name, digest in run["catalogues"].items()),
    )


def _spent(selftest: Mapping[str, Any]) -> tuple[Fact, ...]:
    runs = [each["run"] for each in (selftest["clean"], *selftest["faults"]) if "run" in each]
    times = sorted(run["duration_s"] for run in runs)
    pairs = sum(run.get("pairs", 0) for run in runs)
    middle = [Fact("median time of a run", duration(times[len(times) // 2]))] if times else []
    return (
        Fact("networks judged", f"{len(runs):,}"),
        Fact("key bits", f"{sum(run['key_bits'] for run in runs):,}"),
        *([Fact("entangled pairs", f"{pairs:,}")] if pairs else []),
        Fact("requests", f"{sum(run['requests'] for run in runs):,}"),
        Fact("time in all", duration(selftest["run"]["duration_s"])),
        *middle,
    )
