"""What verdicts, levels and quantities are called in every report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VERDICTS = ("pass", "fail", "waived", "inconclusive", "not_tested", "not_applicable")
"""In the order in which reports name them."""

LEVELS = ("shall", "should", "may")

DECIDED = frozenset({"pass", "fail", "waived"})


@dataclass(frozen=True)
class Look:
    """How a verdict shows: a key for colour and glyph, and a word, so that neither is alone."""

    key: str
    word: str


_WORDS = {
    "pass": "pass",
    "fail": "fail",
    "waived": "waived",
    "inconclusive": "inconclusive",
    "not_tested": "not tested",
    "not_applicable": "not applicable",
}
WARNING = Look("warning", "warning")
LOOKS = {verdict: Look(verdict.replace("_", "-"), word) for verdict, word in _WORDS.items()}

OVERALL = {
    "conforming": Look("pass", "Conforming"),
    "non_conforming": Look("fail", "Not conforming"),
    "inconclusive": Look("inconclusive", "Inconclusive"),
}


def look(verdict: str, level: str) -> Look:
    """The look of a verdict at a level: a *should* or *may* that fails is a warning."""
    return WARNING if verdict == "fail" and level != "shall" else LOOKS[verdict]


def is_failure(requirement: Mapping[str, Any]) -> bool:
    """Whether this alone makes the implementation non-conforming: a failed, unwaived *shall*."""
    return bool(requirement["verdict"] == "fail" and requirement["level"] == "shall")


def is_warning(requirement: Mapping[str, Any]) -> bool:
    """Whether something below a *shall* failed."""
    return bool(requirement["verdict"] == "fail" and requirement["level"] != "shall")


def first_failed(requirement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first of its checks that failed; nothing, if none did."""
    nothing: Mapping[str, Any] = {}
    return next((each for each in requirement["checks"] if each["verdict"] == "fail"), nothing)


def is_cut_short(results: Mapping[str, Any]) -> bool:
    """Whether the run ended before it was through."""
    return not results["complete"] or "interrupted" in results["run"]


def why_cut_short(results: Mapping[str, Any]) -> str:
    """What the run says of its early end."""
    return str(results["run"].get("interrupted") or "the suite stopped before it was through")


def proven(requirement: Mapping[str, Any]) -> str:
    """How well the checks of a requirement are proven; nothing where that is not known."""
    faults = requirement.get("seeded_faults")
    if faults is None:
        return ""
    if not faults["of"]:
        return "not proven: no seeded fault breaks it yet"
    return f"caught {faults['caught']} of {counted(faults['of'], 'seeded fault')}"


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 key`, `2,000 keys`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def drawn(amounts: Mapping[str, Any]) -> str:
    """What was drawn of a target: `47.6 kbit`, `2,050 pairs`, or both."""
    pairs = amounts.get("pairs", 0)
    bits = [f"{amounts['key_bits'] / 1000:,.0f} kbit"] if amounts["key_bits"] or not pairs else []
    return listed([*bits, *([counted(pairs, "pair")] if pairs else [])])


def listed(words: list[str]) -> str:
    """Words in a row, as prose has them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def duration(seconds: float) -> str:
    """A time span to three digits or so: `420 ms`, `8.3 s`, `2 min 05 s`, `1 h 02 min`."""
    if not math.isfinite(seconds):
        return str(seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60:,} h {minutes % 60:02} min"


def moment(stamp: str) -> str:
    """An RFC 3339 time for people, in UTC; anything else as it stands."""
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    if when.tzinfo is None:
        return stamp
    when = when.astimezone(UTC)
    return f"{when.day} {when:%B %Y}, {when:%H:%M} UTC"


def implementation(results: Mapping[str, Any]) -> str:
    """The implementation as one name; the supplier stands in front unless the name begins so."""
    who = results["implementation"]
    name = f"{who['name']} {who['version']}".strip()
    supplier = who["supplier"]
    named = supplier.lower().split()[:1] == name.lower().split()[:1]
    return name if named else f"{supplier} {name}".strip()
