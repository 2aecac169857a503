"""Failures of an earlier run, run again: the same checks, with the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from qonform.catalogue import did_you_mean
from qonform.checks.inventory import checks
from qonform.judging import Effort
from qonform.monitors.randomness import Randomness
from qonform.running.options import Options
from qonform.running.run import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qonform.catalogue import Catalogue
    from qonform.running.session import Progress
    from qonform.target import Target

_FAILED = frozenset({"fail", "waived"})


class NothingToReplayError(ValueError):
    """The results have no such failure. The message says in one line what they have."""


class State(StrEnum):
    """What came of running a failure again."""

    STILL = "still failing"
    FIXED = "fixed"
    CANNOT = "cannot replay"


@dataclass(frozen=True)
class Failure:
    """One requirement that failed over one transport."""

    id: str
    profile: str
    checks: frozenset[str]
    """Ids of the checks that showed it, or that caused what a monitor saw."""
    seed: int
    """Of the round in which it was found."""
    untraced: str | None = None
    """A monitor that showed it and whose results do not say which check caused it."""
    alone: bool = True
    """Whether these checks must show it again; else it took what others sent, too."""

    def __str__(self) -> str:
        return f"{self.id} ({self.profile})"


@dataclass(frozen=True)
class Replayed:
    """A failure, and what came of running it again."""

    failure: Failure
    state: State
    why: str


def failures(results: Mapping[str, Any], wanted: str | None = None) -> list[Failure]:
    """The failures of a run.

    Args:
        wanted: a requirement, or a requirement and a profile (`ID/PROFILE`), waived or not; if
            None, everything that failed and is not waived.

    Raises:
        NothingToReplayError: nothing of that failed.
    """
    if wanted is None:
        rows = [r for r in results["requirements"] if r["verdict"] == "fail"]
        if not rows:
            raise NothingToReplayError("nothing failed in these results")
        return [_failure(row, results) for row in rows]
    id_, _, profile = wanted.partition("/")
    rows = [r for r in results["requirements"] if r["id"] == id_ and profile in ("", r["profile"])]
    if not rows:
        hint = did_you_mean(id_, {r["id"] for r in results["requirements"]})
        raise NothingToReplayError(f"the results have no {wanted}{hint}")
    failed = [r for r in rows if r["verdict"] in _FAILED]
    if not failed:
        said = " and ".join(dict.fromkeys(r["verdict"].replace("_", " ") for r in rows))
        raise NothingToReplayError(f"{wanted} did not fail: the results say {said}")
    return [_failure(row, results) for row in failed]


def _failure(row: Mapping[str, Any], results: Mapping[str, Any]) -> Failure:
    showed = [c for c in row["checks"] if c["verdict"] == "fail"]
    traced = frozenset(id_ for c in showed for id_ in _causes(c))
    untraced = None if traced else next((c["id"] for c in showed), None)
    seed = next((c["seed"] for c in showed if "seed" in c), results["run"]["seed"])
    alone = any(len(_causes(c)) == 1 and c["id"] != Randomness.id() for c in showed)
    return Failure(row["id"], row["profile"], traced, seed, untraced, alone)


def _causes(check: Mapping[str, Any]) -> list[str]:
    """The checks that sent what shows it: for a monitor, those during which it saw it."""
    if not check["id"].startswith("monitors."):
        return [check["id"]]
    return [check["during"], *check.get("also_during", ())] if "during" in check else []


def replay(
    results: Mapping[str, Any],
    failed: Sequence[Failure],
    target: Target,
    catalogue: Catalogue,
    progress: Progress | None = None,
) -> Iterator[Replayed]:
    """Runs failures again, all of one seed together, and tells what came of each.

    A check's chance depends on seed, profile and purpose alone, so that it tries the same cases
    whether or not others run before it; what depends on the target's state may differ.
    """
    ready: list[Failure] = []
    for failure in failed:
        why = _why_not(failure, target, catalogue)
        if failure.untraced:
            why = f"{why}; run all again: {_whole_run(results)}"
        if why:
            yield Replayed(failure, State.CANNOT, why)
        else:
            ready.append(failure)
    for seed in dict.fromkeys(f.seed for f in ready):
        together = [f for f in ready if f.seed == seed]
        options = Options(
            profiles=tuple(dict.fromkeys(f.profile for f in together)),
            requirements=tuple(dict.fromkeys(f.id for f in together)),
            effort=Effort(results["run"]["effort"]),
            seed=seed,
            checks=tuple(sorted(frozenset().union(*(f.checks for f in together)))),
        )
        again = run(target, catalogue, options, progress)
        rows = {(r["id"], r["profile"]): r for r in again["requirements"]}
        errors = again["run"].get("errors", [])
        for failure in together:
            replayed = _outcome(failure, rows[failure.id, failure.profile], errors)
            if replayed.state is State.FIXED and not failure.alone:
                why = "did not show in so few exchanges, and may in more; run all again: "
                replayed = Replayed(failure, State.CANNOT, why + _whole_run(results))
            yield replayed


def _whole_run(results: Mapping[str, Any]) -> str:
    return f"{results['run']['command']} --seed {results['run']['seed']}"


def _why_not(failure: Failure, target: Target, catalogue: Catalogue) -> str | None:
    known = {check.id for check in checks()}
    gone = sorted(failure.checks - known)
    if failure.untraced:
        return f"{failure.untraced} saw it, and the results do not say in which check"
    if gone:
        return f"this version of the suite has no check {', '.join(gone)}"
    if failure.profile not in target.claims.profiles:
        return f"{failure.profile} is not claimed in {target.path.name}"
    if failure.id not in {r.id for r in catalogue.for_profile(failure.profile)}:
        return f"the catalogue of this version has no {failure.id} over {failure.profile}"
    return None


def _outcome(failure: Failure, row: Mapping[str, Any], errors: list[str]) -> Replayed:
    match row["verdict"]:
        case "fail" | "waived":
            said = next(c["message"] for c in row["checks"] if c["verdict"] == "fail")
            return Replayed(failure, State.STILL, said)
        case "pass":
            return Replayed(failure, State.FIXED, "")
    faults = f"; {'; '.join(errors)}" if errors else ""
    return Replayed(failure, State.CANNOT, f"{row.get('reason') or row['verdict']}{faults}")
