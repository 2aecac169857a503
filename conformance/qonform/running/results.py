"""From a session to results.json: pure, and stable. Fields are added, never renamed."""

from __future__ import annotations

import os
import platform
import ssl
from collections import Counter
from importlib import metadata
from typing import TYPE_CHECKING, Any

from qonform import strength
from qonform.catalogue import Level, Requirement
from qonform.exchanges import redact_text
from qonform.judging import Overall, Resource, Verdict, combine, overall
from qonform.monitors.randomness import Randomness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.ports.key_delivery import Status
    from qonform.running.course import Course
    from qonform.running.planning import Planned
    from qonform.running.session import Record, Session
    from qonform.target import Target, Waiver

EXIT_CODE = {Overall.CONFORMING: 0, Overall.NON_CONFORMING: 1, Overall.INCONCLUSIVE: 3}
TOOL_ERROR = 2
_OF_OUR_OWN = "Qonform profile"


def results_of(session: Session) -> dict[str, Any]:
    """Everything that the run found by now, as results.schema.json has it."""
    rows = _rows(session)
    verdict = overall((Level(r["level"]), Verdict(r["verdict"])) for r in rows)
    if session.interrupted and verdict is Overall.CONFORMING:
        verdict = Overall.INCONCLUSIVE
    counts = _counts(rows)
    return {
        "schema": "urn:qonform:results:1",
        "implementation": _implementation(session.target),
        "claims": _plain(session.target.claims.stated),
        "target": _target(session.target),
        "advertised": _advertised(session),
        "run": _run(session),
        "summary": {
            "verdict": verdict.value,
            "sentence": _sentence(session, verdict, rows),
            "exit_code": TOOL_ERROR if session.errors else EXIT_CODE[verdict],
            "counts": counts,
            "by_level": {
                level.value: _counts(r for r in rows if r["level"] == level) for level in Level
            },
        },
        "requirements": rows,
        "observations": _observations(session),
        "statistics": [
            test
            for m in session.monitors.monitors
            if isinstance(m, Randomness) and set(m.profiles) & set(session.scope.profiles)
            for test in m.as_json()
        ],
        **({"measurements": measured} if (measured := session.measured()) else {}),
        "complete": session.interrupted is None,
    }


def _rows(session: Session) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[Record]] = {}
    for record in [*session.records, *session.monitored()]:
        found.setdefault((record.profile, record.finding.requirement), []).append(record)
    return [
        _row(session, profile, requirement, found.get((profile, requirement.id), []))
        for profile in session.scope.profiles
        for requirement in session.catalogue.for_profile(profile)
    ]


def _row(
    session: Session, profile: str, requirement: Requirement, records: list[Record]
) -> dict[str, Any]:
    verdict, reason, waiver = _verdict(session, profile, requirement, records)
    row: dict[str, Any] = {
        "id": requirement.id,
        "standard": requirement.standard,
        "clause": requirement.clause,
        "level": requirement.level.value,
        "profile": profile,
        "statement": requirement.statement,
        "basis": requirement.basis.value,
        "observed_by": requirement.observed_by,
        "provisional": requirement.provisional,
        "verdict": verdict.value,
    }
    if requirement.concern:
        row["concern"] = requirement.concern.value
    if verdict in (Verdict.FAIL, Verdict.WAIVED) and requirement.why:
        row |= {"why": requirement.why, "causes": list(requirement.causes)}
    if reason:
        row["reason"] = reason
    if waiver:
        row["waiver"] = {"reason": waiver.reason, "expires": waiver.expires.isoformat()}
    row["checks"] = [_check(session, record) for record in records]
    _say_how_well_proven(row, session)
    return row


def _say_how_well_proven(row: dict[str, Any], session: Session) -> None:
    """How many seeded faults of this requirement its checks have caught, each and together."""
    proof = strength.load().proof(row["id"], session.options.effort.value)
    if proof is None or not row["checks"]:
        return
    row["seeded_faults"] = {
        "caught": len(proof.caught),
        "of": len(proof.caught) + len(proof.missed),
    }
    for check in row["checks"]:
        check["caught"] = proof.by_check.get(check["id"], 0)


def _verdict(
    session: Session, profile: str, requirement: Requirement, records: list[Record]
) -> tuple[Verdict, str | None, Waiver | None]:
    """Verdict, reason where it is none of pass and fail, and the waiver that applies."""
    if requirement.untested_because:
        return Verdict.NOT_TESTED, requirement.untested_because, None
    if requirement.id not in session.scope.selected:
        return Verdict.NOT_TESTED, "not selected in this run", None
    if not records:
        ended = session.interrupted or "nothing in this run could show it"
        return Verdict.INCONCLUSIVE, ended, None
    verdict = combine(r.finding.verdict for r in _said(records))
    if verdict is Verdict.FAIL and (waiver := _waiver(session.target, requirement.id, profile)):
        return Verdict.WAIVED, waiver.reason, waiver
    if verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE):
        reasons = [r.finding.message for r in records if r.finding.verdict is verdict]
        return verdict, "; ".join(dict.fromkeys(reasons)), None
    return verdict, None, None


def _said(records: list[Record]) -> list[Record]:
    """Without those that only look deeper and could not decide, unless there are no others."""
    open_ = Verdict.INCONCLUSIVE
    return [r for r in records if not r.deepens or r.finding.verdict is not open_] or records


def _waiver(target: Target, requirement: str, profile: str) -> Waiver | None:
    return next(
        (
            w
            for w in target.waivers
            if w.requirement == requirement and w.profile in (None, profile)
        ),
        None,
    )


def _check(session: Session, record: Record) -> dict[str, Any]:
    finding = record.finding
    check: dict[str, Any] = {
        "id": record.check,
        "title": record.title,
        "verdict": finding.verdict.value,
        "duration_s": round(record.duration_s, 4),
        **_drew(record),
        "examples": finding.examples,
        "message": finding.message,
    }
    if finding.expected is not None:
        check["expected"] = finding.expected
    if finding.actual is not None:
        check["actual"] = finding.actual
    if finding.history:
        check["history"] = list(finding.history)
    caused = session.during(finding.evidence[-1]) if finding.evidence else None
    if caused and record.check.startswith("monitors."):
        check["during"] = caused.check
        every = dict.fromkeys(c.check for n in finding.evidence if (c := session.during(n)))
        if others := [id_ for id_ in every if id_ != caused.check]:
            check["also_during"] = others
    check["seed"] = seed = caused.seed if caused else session.options.seed
    if finding.verdict is Verdict.FAIL:
        check["replay"] = (
            f"{session.options.command} --profile {record.profile} "
            f"--requirement {finding.requirement} --seed {seed}"
        )
    shown = finding.evidence[-12:] if finding.verdict is not Verdict.PASS else finding.evidence[-2:]
    check["evidence"] = session.log.cite(shown)
    return check


def _counts(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    said = Counter(row["verdict"] for row in rows)
    return {verdict.value: said[verdict.value] for verdict in Verdict}


def _sentence(session: Session, verdict: Overall, rows: list[dict[str, Any]]) -> str:
    """The verdict as a sentence that a buyer can read."""
    i = session.target.implementation
    name = f"{i.supplier} {i.name} {i.version}"
    claim = " and ".join(_claimed(session, profile) for profile in session.scope.profiles)
    shall = [r for r in rows if r["level"] == Level.SHALL]
    n = _counts(shall)
    part = "" if _everything(session) else ", within what this run selected"
    match verdict:
        case Overall.CONFORMING:
            waived = f"; {n['waived']} failed, and waived" if n["waived"] else ""
            held = f"{n['pass']} mandatory requirements held, none was left open"
            return f"{name} conforms to {claim}{part}: {held}{waived}."
        case Overall.NON_CONFORMING:
            return (
                f"{name} does not conform to {claim}{part}: {n['fail']} mandatory "
                f"requirement{'s' if n['fail'] > 1 else ''} failed, {n['pass']} held"
                + (f", {n['inconclusive']} could not be decided." if n["inconclusive"] else ".")
            )
        case Overall.INCONCLUSIVE:
            why = session.interrupted or "see what was missing"
            return (
                f"Whether {name} conforms to {claim} could not be decided{part}: {n['pass']} "
                f"mandatory requirements held, none failed, {n['inconclusive']} remain open "
                f"({why})."
            )


def _claimed(session: Session, profile: str) -> str:
    """A profile; with its own words where it rests on no standard, so that nobody claims one."""
    standard = next((r.standard for r in session.catalogue.for_profile(profile)), "")
    return f"{profile} (the {standard})" if standard.startswith(_OF_OUR_OWN) else profile


def _everything(session: Session) -> bool:
    return not (session.options.requirements or session.options.levels)


def _implementation(target: Target) -> dict[str, str]:
    i = target.implementation
    said = {"supplier": i.supplier, "name": i.name, "version": i.version}
    return {**said, "description": i.description} if i.description else said


def _target(target: Target) -> dict[str, Any]:
    nodes = []
    for node in target.nodes:
        shown = {"id": node.id}
        if node.etsi014:
            shown["etsi014"] = node.etsi014.url
        if node.qinet:
            shown["qinet"] = node.qinet.address
        if node.links:
            shown["links"] = node.links.address
        if node.paths:
            shown["paths"] = node.paths.address
        nodes.append(shown)
    limits = target.limits
    return {
        "manifest": target.path.name,
        "nodes": nodes,
        "clients": [
            {"id": c.id, "node": c.node, "roles": sorted(c.roles), "identity": c.identity}
            for c in target.clients
        ],
        "limits": {
            "key_budget_bits": limits.key_budget_bits,
            "pair_budget": limits.pair_budget,
            "requests_per_second": limits.requests_per_second,
            "max_concurrency": limits.max_concurrency,
            "timeout_s": limits.timeout_s,
        },
    }


def _advertised(session: Session) -> list[dict[str, Any]]:
    return [
        {"profile": profile, "node": node, "status": _status(status)}
        for (profile, node), status in sorted(session.advertised.items(), key=lambda a: a[0])
    ]


def _status(status: Status) -> dict[str, Any]:
    names = {
        "source_KME_ID": status.source_kme_id,
        "target_KME_ID": status.target_kme_id,
        "master_SAE_ID": status.master_sae_id,
        "slave_SAE_ID": status.slave_sae_id,
        "key_size": status.key_size,
        "stored_key_count": status.stored_key_count,
        "max_key_count": status.max_key_count,
        "max_key_per_request": status.max_key_per_request,
        "max_key_size": status.max_key_size,
        "min_key_size": status.min_key_size,
        "max_SAE_ID_count": status.max_sae_id_count,
    }
    return {
        name: redact_text(value) if isinstance(value, str) else value
        for name, value in names.items()
        if value is not None
    }


def _run(session: Session) -> dict[str, Any]:
    spent = session.meter.spent
    run: dict[str, Any] = {
        "qonform_version": metadata.version("qonform"),
        "catalogues": {p: session.catalogue.digest(p) for p in session.scope.profiles},
        "seed": session.options.seed,
        "effort": session.options.effort.value,
        "started": session.started.isoformat(timespec="seconds"),
        "duration_s": round(session.elapsed_s, 3),
        "target_s": round(spent.target_s, 3),
        "spent": {
            "key_bits": spent.key_bits,
            "keys": spent.keys,
            "pairs": spent.pairs,
            "requests": spent.requests,
            "connections": spent.connections,
            "key_budget_bits": session.meter.key_budget_bits,
            "pair_budget": session.meter.pair_budget,
        },
        "host": {
            "python": platform.python_version(),
            "platform": platform.platform(terse=True),
            "cpus": os.cpu_count() or 1,
            "openssl": ssl.OPENSSL_VERSION,
        },
        "profiles": list(session.scope.profiles),
        "selection": {
            "requirements": list(session.options.requirements),
            "levels": [level.value for level in session.options.levels],
        },
        "command": session.options.command,
    }
    if session.course:
        run["plan"] = _plan(session.course, session.rounds)
    if session.interrupted:
        run["interrupted"] = session.interrupted
    if session.errors:
        run["errors"] = list(session.errors)
    return run


def _plan(course: Course, rounds: int) -> dict[str, Any]:
    """What was foreseen, and what was left out or reduced for want of key."""

    def steps(planned: Iterable[Planned]) -> list[dict[str, Any]]:
        return [
            {
                "check": p.step.check.id,
                "profile": p.step.profile,
                "effort": p.effort.value,
                **_amount(p),
            }
            for p in planned
        ]

    return {
        "key_bits": course.most(Resource.KEY),
        "shortening_bits": course.to_shorten(Resource.KEY),
        **({"pairs": course.most(Resource.PAIRS)} if Resource.PAIRS in course.resources else {}),
        "checks": len({p.step for p in course.done}) + len(course.left_out),
        "rounds": rounds,
        "left_out": steps(course.left_out),
        "reduced": steps(course.reduced),
    }


def _amount(planned: Planned) -> dict[str, int]:
    pairs = planned.resource is Resource.PAIRS
    return {"key_bits": 0, "pairs": planned.most} if pairs else {"key_bits": planned.most}


def _drew(record: Record) -> dict[str, int]:
    pairs = record.resource is Resource.PAIRS
    return {"key_bits": 0, "pairs": record.drew} if pairs else {"key_bits": record.drew}


def _observations(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "id": observation.id,
            "profile": profile,
            "clause": observation.clause,
            "question": observation.question,
            **({"text": observation.text} if observation.text else {}),
            "observed": session.observed(observation.id, profile) or ["not seen in this run"],
        }
        for profile in session.scope.profiles
        for observation in session.catalogue.observations_for(profile)
    ]


def _plain(value: Any) -> Any:
    """Claims as JSON: TOML's dates and times as text."""
    match value:
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value)
