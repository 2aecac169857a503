"""Waivers: from failures of a run to the manifest, and whether those in the manifest are due."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import AoT

from qonform.catalogue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qonform.catalogue import Catalogue
    from qonform.target import Target

LONGEST = dt.timedelta(days=366)
"""How far ahead a waiver may end: whoever needs longer looks at it again next year."""


_NAMED_BY = ("supplier", "name", "version")


class WaivingError(ValueError):
    """Nothing is waived. The message says why in one line.

    - The reason is empty; the day is past, or more than a year ahead.
    - A glob matches nothing that failed in the results: it is stale, mistyped, or waived already.
    - The results are of another implementation or version than the manifest's.
    """


@dataclass(frozen=True)
class NewWaiver:
    """A waiver to be written. `profile` is None when the failure is the same over all of them."""

    requirement: str
    profile: str | None

    def __str__(self) -> str:
        return self.requirement + (f" ({self.profile})" if self.profile else "")


def due(
    results: Mapping[str, Any],
    target: Target,
    catalogue: Catalogue,
    globs: Sequence[str],
    *,
    reason: str,
    expires: dt.date,
    today: dt.date,
) -> list[NewWaiver]:
    """The waivers that the failures of a run call for. Raises WaivingError.

    Args:
        results: what the run found.
        target: the manifest that they are for.
        globs: over ids of requirements; none means everything that failed.
        expires: the last day on which they count.
    """
    if not reason.strip():
        raise WaivingError("a waiver needs a reason: say what is known, and where it is tracked")
    if expires < today:
        raise WaivingError(f"{expires} is past: a waiver must end today or later")
    if expires - today > LONGEST:
        raise WaivingError(
            f"{expires} is more than a year ahead: waive it for less, and look again"
        )
    now = target.implementation
    _must_be_of(results, target.path.name, [now.supplier, now.name, now.version])
    failed = [r for r in results["requirements"] if r["verdict"] == "fail"]
    if not failed:
        raise WaivingError("nothing failed in these results that is not waived: nothing to waive")
    for glob in globs:
        if not any(fnmatchcase(r["id"], glob) for r in failed):
            raise WaivingError(_why_unmatched(glob, results))
    chosen = [r for r in failed if not globs or any(fnmatchcase(r["id"], g) for g in globs)]
    return [
        w
        for id_ in dict.fromkeys(r["id"] for r in chosen)
        for w in _of(id_, chosen, target, catalogue)
    ]


def _must_be_of(results: Mapping[str, Any], manifest: str, now: list[str]) -> None:
    was = [results["implementation"][each] for each in _NAMED_BY]
    if was != now:
        raise WaivingError(
            f"the results are stale: they are of {' '.join(was)}, and {manifest} is of "
            f"{' '.join(now)}; run again"
        )


def _why_unmatched(glob: str, results: Mapping[str, Any]) -> str:
    rows = [r for r in results["requirements"] if fnmatchcase(r["id"], glob)]
    if not rows:
        hint = did_you_mean(glob, {r["id"] for r in results["requirements"]})
        return f"--requirement {glob} matches no requirement of these results{hint}"
    said = " and ".join(dict.fromkeys(r["verdict"].replace("_", " ") for r in rows))
    return f"--requirement {glob} matches nothing that failed: the results say {said}"


def _of(
    id_: str, failed: list[Mapping[str, Any]], target: Target, catalogue: Catalogue
) -> list[NewWaiver]:
    """One waiver where the failure is the same over every claimed profile, else one for each."""
    profiles = [r["profile"] for r in failed if r["id"] == id_]
    judged = set(catalogue.requirement(id_).profiles) & set(target.claims.profiles)
    if judged <= set(profiles):
        return [NewWaiver(id_, None)]
    return [NewWaiver(id_, profile) for profile in profiles]


def written(text: str, waivers: Sequence[NewWaiver], *, reason: str, expires: dt.date) -> str:
    """The text of a manifest with the waivers at its end; all else stays as it is."""
    document = tomlkit.parse(text)
    tables = document.get("waivers")
    if tables is None:
        tables = tomlkit.aot()
        document.add(tomlkit.nl())
        document.append("waivers", tables)
    for waiver in waivers:
        table = tomlkit.table() if isinstance(tables, AoT) else tomlkit.inline_table()
        table["requirement"] = waiver.requirement
        if waiver.profile:
            table["profile"] = waiver.profile
        table["reason"] = reason
        table["expires"] = expires
        tables.append(table)
    return document.as_string()


@dataclass(frozen=True)
class Doubt:
    """A waiver of the manifest that should not stay as it is."""

    waiver: str
    kind: str
    """`expired`, `unmatched` or `stale`."""
    why: str


def doubts(
    text: str, results: Mapping[str, Any], catalogue: Catalogue, today: dt.date
) -> list[Doubt]:
    """Waivers in a manifest that have expired, match nothing, or whose requirement holds by now.

    The manifest itself need not load: an expired waiver keeps it from loading.

    Raises:
        WaivingError: it is not even TOML, or the results are of another implementation.
    """
    try:
        manifest = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WaivingError(f"is not TOML: {error}") from error
    if isinstance(told := manifest.get("implementation"), dict):
        _must_be_of(results, "the manifest", [str(told.get(each)) for each in _NAMED_BY])
    waivers = manifest.get("waivers", [])
    if not isinstance(waivers, list):
        return []
    return [
        doubt
        for waiver in waivers
        if isinstance(waiver, dict)
        for doubt in _doubts(waiver, results, catalogue, today)
    ]


def _doubts(
    waiver: Mapping[str, Any], results: Mapping[str, Any], catalogue: Catalogue, today: dt.date
) -> Iterator[Doubt]:
    requirement, profile = waiver.get("requirement"), waiver.get("profile")
    name = str(NewWaiver(str(requirement), profile and str(profile)))
    if isinstance(expires := waiver.get("expires"), dt.date) and expires < today:
        yield Doubt(name, "expired", f"ended on {expires}: remove it, or waive the failure anew")
    try:
        id_ = catalogue.requirement(str(requirement)).id
    except LookupError as error:
        yield Doubt(name, "unmatched", f"{error}")
        return
    rows = [
        r for r in results["requirements"] if r["id"] == id_ and profile in (None, r["profile"])
    ]
    if not rows:
        yield Doubt(name, "unmatched", "the results do not have it: remove it, or judge it again")
    elif not {r["verdict"] for r in rows} & {"fail", "waived", "inconclusive", "not_tested"}:
        yield Doubt(name, "stale", "the requirement holds by now: remove the waiver")
