"""A run as it goes: performs checks, keeps what each found, whatever happens."""

from __future__ import annotations

import datetime as dt
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from qonform.checks.wires import RestBench, RpcBench
from qonform.drivers.etsi014 import Etsi014Driver
from qonform.drivers.meter import Meter, TargetDown
from qonform.drivers.qinet import QinetDriver
from qonform.drivers.qinet_links import QinetLinksDriver
from qonform.drivers.qinet_paths import QinetPathsDriver
from qonform.exchanges import ExchangeLog, know, redact_text
from qonform.judging import (
    AnyOffer,
    Bench,
    Check,
    Driver,
    Effort,
    Finding,
    Judge,
    LinkBench,
    Network,
    Offer,
    PairEvidence,
    PathBench,
    Resource,
    Undecidable,
    Verdict,
    worse,
)
from qonform.monitors import MonitorBank
from qonform.monitors.key_figures import KeyFigures
from qonform.monitors.link_figures import LinkFigures
from qonform.monitors.link_life import LinkLife
from qonform.monitors.open_points import OpenPoints
from qonform.monitors.pair_statistics import STEP, PairStatistics
from qonform.ports.key_delivery import Status
from qonform.ports.outcome import Delivered
from qonform.running.course import Course
from qonform.running.options import Options, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qonform.catalogue import Catalogue
    from qonform.exchanges import Exchange
    from qonform.running.planning import Planned, Step
    from qonform.target import Target

_OPEN = (Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE)
SEEDS_APART = 2**32
"""Between the seeds of two rounds: no seed that is drawn for a run is as large."""

AnyDriver: TypeAlias = Driver | QinetLinksDriver | QinetPathsDriver
AnyBench: TypeAlias = Bench | LinkBench | PathBench

DRIVERS: dict[str, Callable[[Target, ExchangeLog, Meter], AnyDriver]] = {
    Etsi014Driver.profile: Etsi014Driver,
    QinetDriver.profile: QinetDriver,
    QinetLinksDriver.profile: QinetLinksDriver,
    QinetPathsDriver.profile: QinetPathsDriver,
}
"""How each profile is asked: a new transport is a new module of `drivers` and a line here."""


@dataclass(frozen=True)
class Record:
    """What one check, or one monitor, found of one requirement over one transport."""

    check: str
    title: str
    profile: str
    finding: Finding
    duration_s: float = 0.0
    drew: int = 0
    """What the check drew, in the resource's own unit."""
    deepens: bool = False
    """Whether it only looked deeper: where it could not decide, what others say stands."""
    resource: Resource = Resource.KEY


@dataclass(frozen=True)
class Caused:
    """What one check, in one round, sent."""

    check: str
    seed: int
    """That of the round."""
    exchanges: range
    """Numbers in the log."""


class Progress(Protocol):
    """Who is told how the run goes."""

    def planned(self, course: Course) -> None:
        """What there will be, as far as it is known before the first request."""
        ...

    def started(self, check: Check, profile: str, session: Session) -> None:
        """A check begins."""
        ...

    def ended(self, check: Check, profile: str, session: Session) -> None:
        """A check has ended."""
        ...


class Silent:
    """Tells nobody."""

    def planned(self, course: Course) -> None:
        """Nothing."""

    def started(self, check: Check, profile: str, session: Session) -> None:
        """Nothing."""

    def ended(self, check: Check, profile: str, session: Session) -> None:
        """Nothing."""


@dataclass
class Session:
    """Everything of one run that changes while it goes.

    Use as a context manager: leaving it closes every connection.
    """

    target: Target
    catalogue: Catalogue
    options: Options
    scratch: Path
    progress: Progress = field(default_factory=Silent)

    def __post_init__(self) -> None:
        self.scope = Scope.of(self.options, self.target, self.catalogue)
        self.started = dt.datetime.now(dt.UTC)
        self._began = time.monotonic()
        know(*(n.id for n in self.target.nodes), *(c.id for c in self.target.clients))
        self.log = ExchangeLog()
        self.meter = Meter(self.target.limits)
        self._allow_keys(Offer().key_size)
        self.known = {
            p: frozenset(r.id for r in self.catalogue.for_profile(p)) for p in self.scope.profiles
        }
        self.monitors = MonitorBank(self.known)
        pairs = PairEvidence()
        for monitor in self.monitors.monitors:
            if isinstance(monitor, LinkLife):
                monitor.claims = self.target.claims.links
            elif isinstance(monitor, PairStatistics):
                pairs = monitor.evidence
        self.log.listen(self.monitors.see)
        self.link_figures, self.key_figures = LinkFigures(pairs), KeyFigures()
        self.log.listen(self.link_figures.see)
        self.log.listen(self.key_figures.see)
        self.advertised: dict[tuple[str, str], Status] = {}
        """What each node first said of itself, by profile and node, for the report."""
        self.log.listen(self._note_status)
        self.open_points = OpenPoints(self.observe)
        self.log.listen(self.open_points.see)
        self.benches = {profile: self._bench(profile) for profile in self.scope.profiles}
        self._records: dict[tuple[str, str, str], Record] = {}
        self.observations: dict[tuple[str, str], list[str]] = {}
        self.errors: list[str] = []
        self.interrupted: str | None = None
        self.caused: list[Caused] = []
        """Every check that ran, in every round."""
        self.rounds = 1
        """How often chance has been tried."""
        self.course: Course | None = None
        """What is done, once it is known what there is to do."""
        self.stock: dict[Resource, float] = {}
        """What the target says it has stored, where it says so."""

    def _note_status(self, exchange: Exchange) -> None:
        if not isinstance(exchange.outcome, Delivered):
            return
        if isinstance(status := exchange.outcome.value, Status):
            if not self.advertised and status.key_size:
                self._allow_keys(status.key_size)
            self.advertised.setdefault((exchange.profile, exchange.node), status)
            if status.stored_key_count and status.key_size:  # none may mean: made when asked for
                self.stock[Resource.KEY] = status.stored_key_count * status.key_size

    def _allow_keys(self, key_size: int) -> None:
        """Turns a budget in keys into bits, as soon as the size of a key is known."""
        if self.options.budget_keys is not None:
            self.meter.key_budget_bits = self.options.budget_keys * key_size

    @property
    def offers(self) -> dict[str, AnyOffer]:
        """The limits of the target by profile, as far as they are known."""
        return {profile: bench.offer for profile, bench in self.benches.items()}

    def _bench(self, profile: str) -> AnyBench:
        driver = DRIVERS[profile](self.target, self.log, self.meter)
        effort, seed = self.options.effort, self.options.seed
        bench: AnyBench
        if isinstance(driver, QinetLinksDriver):
            bench = LinkBench(self.target, driver, effort, seed)
        elif isinstance(driver, QinetPathsDriver):
            bench = PathBench(self.target, driver, effort, seed)
        else:
            bench = Bench(self.target, driver, effort, seed, self.scratch)
        bench.listen_to(self.log)
        return bench

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        for bench in self.benches.values():
            bench.close()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def judged_by(self, check: Check, profile: str) -> list[str]:
        """The requirements that the check decides in this run, over this profile's transport."""
        ids = self.known[profile] & self.scope.selected
        return [r for r in check.requirements if r in ids]

    def takes(self, check: Check, profile: str) -> bool:
        """Whether the check has a place in this run.

        One without requirements only observes: it runs where nothing was narrowed, and where
        time is short only if it costs no key.
        """
        if self.options.checks:
            return check.id in self.options.checks
        if check.requirements:
            return bool(self.judged_by(check, profile))
        narrowed = self.options.requirements or self.options.levels
        return not narrowed and (not check.most or self.options.effort is not Effort.QUICK)

    def during(self, exchange: int) -> Caused | None:
        """What caused an exchange."""
        return next((each for each in self.caused if exchange in each.exchanges), None)

    def monitored_only(self, checks: Iterable[tuple[Check, str]]) -> set[str]:
        """Profiles in which something is selected that no check judges, but a monitor may.

        Any exchange may show it, so that every check has a part to play there, unless the checks
        are named.
        """
        if self.options.checks:
            return set()
        judged = {(profile, r) for check, profile in checks for r in check.requirements}
        return {
            profile
            for profile, ids in self.known.items()
            for id_ in ids & self.scope.selected
            if (profile, id_) not in judged and not self.catalogue.requirement(id_).untested_because
        }

    def subject(self, name: str, profile: str) -> Any:
        """What a check with a first parameter of that name talks to; None if not this profile."""
        bench = self.benches[profile]
        if isinstance(bench, LinkBench):
            return bench if name == "links" else None
        if isinstance(bench, PathBench):
            return bench if name == "paths" else None
        match name, bench.driver:
            case "bench", _:
                return bench
            case "rest", Etsi014Driver() as driver:
                return RestBench(bench, driver)
            case "rpc", QinetDriver() as driver:
                return RpcBench(bench, driver)
            case "network", _:
                others = tuple(
                    b for b in self.benches.values() if isinstance(b, Bench) and b is not bench
                )
                return Network(bench, others) if others else None
            case _:
                return None

    def perform(
        self, check: Check, profile: str, subject: Any, effort: Effort | None = None
    ) -> list[Finding]:
        """Runs one check and records a finding for each requirement that it judges."""
        self.progress.started(check, profile, self)
        bench = self.benches[profile]
        resource = bench.offer.resource
        before, began, drawn = len(self.log), time.monotonic(), self.meter.drawn(resource)
        bench.effort = effort or self.options.effort
        offer, effort = bench.offer, bench.effort
        bench.allow(check.cost(offer, effort), check.cost_to_shorten(offer, effort))
        found: dict[str, Finding] = {}
        try:
            self._attempt(check, profile, subject, found)
            if bench.distrust():  # what a key that was gone left open, new ones may decide
                self._attempt(check, profile, subject, found)
        finally:  # what an interrupted check has seen is known
            took, drew = time.monotonic() - began, self.meter.drawn(resource) - drawn
            findings = [f for f in found.values() if f.requirement in self.scope.selected]
            self.caused.append(Caused(check.id, bench.seed, self.log.since(before)))
            for finding in findings:
                deepens = finding.requirement in check.deepens
                self._keep(
                    Record(check.id, check.title, profile, finding, took, drew, deepens, resource)
                )
        self.progress.ended(check, profile, self)
        return findings

    def _attempt(self, check: Check, profile: str, subject: Any, found: dict[str, Finding]) -> None:
        """Lets a check judge: one finding for each of its requirements that is still open."""
        bench, before = self.benches[profile], len(self.log)
        bench.borrowed.clear()
        judge = Judge(
            [r for r in check.requirements if r in self.known[profile]],
            lambda: [*bench.borrowed, *self.log.since(before)],
            lambda id_, seen: self.observe(id_, profile, seen),
        )
        because = "the run was interrupted"
        try:
            check.function(subject, judge)
            because = "the check ended without deciding it"
        except (Undecidable, TargetDown) as reason:
            because = str(reason)
        except Exception as error:
            because = self._own_fault(check, profile, error)
        finally:
            for finding in judge.findings(because):
                former = found.get(finding.requirement)
                if former is None or former.verdict in _OPEN:
                    found[finding.requirement] = finding

    def _keep(self, new: Record) -> None:
        """Keeps what was found, together with what the same check found in earlier rounds."""
        key = new.check, new.profile, new.finding.requirement
        if old := self._records.get(key):
            new = replace(
                new,
                finding=worse(old.finding, new.finding),
                duration_s=old.duration_s + new.duration_s,
                drew=old.drew + new.drew,
            )
        self._records[key] = new

    @property
    def records(self) -> list[Record]:
        """What every check found, in the order in which they first ran."""
        return list(self._records.values())

    def begin(self, steps: Iterable[Step]) -> Course:
        """Plans the run, and says so."""
        self.course = Course(self, steps)
        self.progress.planned(self.course)
        return self.course

    def settle(self) -> None:
        """Lets what is under way come to its end, before all of it is judged."""
        for bench in self.benches.values():
            if isinstance(bench, LinkBench | PathBench):
                with suppress(TargetDown):
                    bench.await_quiet()
        for monitor in self.monitors.monitors:
            if isinstance(monitor, LinkLife):
                monitor.quiet_s = self.log.now()

    def more_rounds(self) -> Iterator[Planned]:
        """What rests on chance, again and again, each round with a seed of its own.

        Until the time given is over, or the budget does not pay another round.
        """
        deep = [p for p in self.course.done if p.step.check.chance] if self.course else []
        asked = -1
        while deep and self.elapsed_s < self.options.for_s and asked < self.meter.spent.requests:
            asked = self.meter.spent.requests  # nobody answers any more if a round asks nothing
            self.rounds += 1
            for bench in self.benches.values():
                bench.seed = self.options.seed + (self.rounds - 1) * SEEDS_APART
            for planned in deep:
                if self.elapsed_s >= self.options.for_s:
                    return
                if planned.most > self.meter.left(planned.resource):
                    return
                yield planned

    def leave_out(self, planned: Planned) -> None:
        """Records that a step was not done, for want of key."""
        check, profile = planned.step.check, planned.step.profile
        left = self.meter.left(planned.resource)
        unit = planned.resource
        why = f"needs up to {planned.most} {unit}; {left} {unit} of the budget are left"
        for id_ in sorted(planned.step.decides | planned.step.deepens):
            finding = Finding(id_, Verdict.INCONCLUSIVE, why)
            deepens = id_ in planned.step.deepens
            self._keep(Record(check.id, check.title, profile, finding, deepens=deepens))

    def _own_fault(self, check: Check, profile: str, error: Exception) -> str:
        """Notes a fault of the suite: type and place, no values, since they may hold keys."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        self.errors.append(f"{check.id} over {profile}: {type(error).__name__} at {place}")
        return f"a fault of the suite itself: {type(error).__name__} at {place}"

    def observe(self, observation: str, profile: str, seen: str) -> None:
        """Keeps an observation; each different answer once."""
        self.catalogue.observation(observation)  # raises for an unknown id
        answers = self.observations.setdefault((observation, profile), [])
        if (shown := redact_text(seen)) not in answers:
            answers.append(shown)

    def observed(self, observation: str, profile: str) -> list[str]:
        """Each different answer to a question that the text leaves open; none if never asked."""
        answers = list(self.observations.get((observation, profile), ()))
        concluded = self.open_points.concluded(profile)
        return answers + [answer for id_, answer in concluded if id_ == observation]

    def measured(self) -> dict[str, Any]:
        """What was measured beside the verdicts by now: counts, rates and times."""
        step, speed = STEP[self.options.effort], self.target.claims.links.clock_speed
        found = {
            "links": self.link_figures.as_json(step, speed),
            "keys": self.key_figures.as_json(),
        }
        return {name: figures for name, figures in found.items() if figures}

    def monitored(self) -> list[Record]:
        """What the monitors found by now."""
        return [
            Record(monitor.id(), monitor.title(), profile, finding)
            for monitor in self.monitors.monitors
            for profile in self.scope.profiles
            for finding in monitor.findings(profile)
            if finding.requirement in self.scope.selected
        ]
