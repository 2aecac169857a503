"""What changed from one run to another, requirement by requirement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]

_DECIDED = frozenset({"pass", "fail", "waived"})
_FAILED = frozenset({"fail", "waived"})


class Change(StrEnum):
    """What became of a requirement. In the order in which people want to read it."""

    NEW = "new failures"
    """It failed, and did not before. A waiver that was taken away counts as a new failure."""
    STILL = "still failing"
    FIXED = "fixed"
    GONE = "no longer decided"
    """It was decided before, and is not now: not tested, undecided or not applicable."""
    DECIDED = "newly decided"
    """It held, and was not decided before."""


@dataclass(frozen=True)
class Difference:
    """One requirement over one transport whose verdict is worth a line."""

    change: Change
    id: str
    profile: str
    level: str
    before: str
    """Verdict in the first run; `absent` if that did not know the requirement."""
    after: str
    said: str
    """What the check that failed says, or why nothing was decided."""

    @property
    def breaks(self) -> bool:
        """Whether it is a new failure of something mandatory that no waiver covers."""
        return self.change is Change.NEW and self.level == "shall" and self.after == "fail"


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side."""

    caveats: tuple[str, ...]
    """In what the runs differ beside their verdicts: each may explain a difference."""
    differences: tuple[Difference, ...]

    def of(self, change: Change) -> list[Difference]:
        """The differences of one kind."""
        return [d for d in self.differences if d.change is change]

    @property
    def breaks(self) -> bool:
        """Whether anything mandatory fails that did not before."""
        return any(d.breaks for d in self.differences)

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON: caveats, then the differences in the order of the second run."""
        return {
            "caveats": list(self.caveats),
            "differences": [asdict(d) | {"breaks": d.breaks} for d in self.differences],
        }


def compare(a: Mapping[str, Any], b: Mapping[str, Any]) -> Comparison:
    """Compares two results as results.schema.json has them, the earlier first."""
    before = {(r["id"], r["profile"]): r for r in a["requirements"]}
    after = {(r["id"], r["profile"]): r for r in b["requirements"]}
    found = [_difference(before.get(key), row) for key, row in after.items()]
    found += [_difference(row, None) for key, row in before.items() if key not in after]
    return Comparison(tuple(_caveats(a, b)), tuple(d for d in found if d))


def _difference(before: Row | None, after: Row | None) -> Difference | None:
    row = after or before or {}
    was = before["verdict"] if before else "absent"
    is_ = after["verdict"] if after else "absent"
    change = _change(was, is_)
    if change is None:
        return None
    return Difference(change, row["id"], row["profile"], row["level"], was, is_, _said(after))


def _change(was: str, is_: str) -> Change | None:
    match was in _FAILED, is_ in _FAILED:
        case True, True:
            return Change.NEW if (was, is_) == ("waived", "fail") else Change.STILL
        case False, True:
            return Change.NEW
        case True, False if is_ == "pass":
            return Change.FIXED
    if was in _DECIDED and is_ not in _DECIDED:
        return Change.GONE
    return Change.DECIDED if was not in _DECIDED and is_ == "pass" else None


def _said(row: Row | None) -> str:
    if row is None:
        return "the second run does not have it"
    if row["verdict"] in _FAILED:
        failed = [c["message"] for c in row["checks"] if c["verdict"] == "fail"]
        waived = f" (waived until {row['waiver']['expires']})" if "waiver" in row else ""
        return f"{failed[0] if failed else row.get('reason', '')}{waived}"
    return str(row.get("reason", ""))


def _caveats(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    for what, one, other in (
        ("implementations", _name(a), _name(b)),
        ("suites", a["run"]["qonform_version"], b["run"]["qonform_version"]),
        ("profiles", _listed(a["run"]["profiles"]), _listed(b["run"]["profiles"])),
        ("efforts", a["run"]["effort"], b["run"]["effort"]),
        ("selections", _selection(a), _selection(b)),
    ):
        if one != other:
            yield f"different {what}: {one}, then {other}"
    for profile in sorted(a["run"]["catalogues"].keys() & b["run"]["catalogues"].keys()):
        if a["run"]["catalogues"][profile] != b["run"]["catalogues"][profile]:
            yield f"different catalogues of {profile}: requirements may have been added or changed"
    for which, results in (("first", a), ("second", b)):
        if not results["complete"]:
            why = results["run"].get("interrupted", "it was cut short")
            yield f"the {which} run is incomplete: {why}"
        if results["run"].get("errors"):
            yield f"the {which} run met faults of the suite itself: see run.errors there"


def _name(results: Mapping[str, Any]) -> str:
    who = results["implementation"]
    return f"{who['supplier']} {who['name']} {who['version']}"


def _listed(words: list[str]) -> str:
    return " and ".join(words)


def _selection(results: Mapping[str, Any]) -> str:
    selection = results["run"]["selection"]
    return _listed([*selection["requirements"], *selection["levels"]]) or "everything"
