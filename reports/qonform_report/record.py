"""The facts around the verdicts: what was claimed, reached, advertised, measured and spent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qonform_report.visible import shortened
from qonform_report.words import counted, duration, listed, moment

LONGEST_VALUE = 600
MOST_FACTS = 80
"""Members of one object from outside that a page lists."""


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it; a literal one is set as code."""

    name: str
    value: str
    literal: bool = False


@dataclass(frozen=True)
class Comparison:
    """The same members of several objects, side by side: a column each, a row a member."""

    profile: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: int


@dataclass(frozen=True)
class Statistic:
    """A sequential test: how far the evidence has come, and what it means so far.

    `reach` and `bar` place the evidence and the threshold on a line from 0 to 100.
    """

    id: str
    name: str
    profile: str
    n: str
    value: str
    threshold: str
    key: str
    meaning: str
    reach: float
    bar: float


def flat(value: Any, name: str = "") -> Iterator[Fact]:
    """The leaves of a JSON value, each under its dotted name, as JSON writes them."""
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from flat(member, shortened(f"{name}.{key}" if name else str(key), LONGEST_VALUE))
    elif isinstance(value, list) and all(not isinstance(each, dict | list) for each in value):
        yield Fact(name, shortened(", ".join(map(_leaf, value)), LONGEST_VALUE) or "none")
    else:
        yield Fact(name, _leaf(value))


def _leaf(value: Any) -> str:
    return shortened(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), LONGEST_VALUE
    )


def facts(value: Any) -> tuple[Fact, ...]:
    """The first MOST_FACTS leaves of a JSON value, and how many more there are."""
    everything = list(flat(value)) if value else []
    shown = everything[:MOST_FACTS]
    if len(everything) > MOST_FACTS:
        shown.append(Fact("…", f"{len(everything) - MOST_FACTS:,} more in results.json"))
    return tuple(shown)


def comparisons(advertised: Iterable[Mapping[str, Any]]) -> tuple[Comparison, ...]:
    """What nodes said of themselves: a table a profile, a column a node."""
    by_profile: dict[str, list[Mapping[str, Any]]] = {}
    for each in advertised:
        by_profile.setdefault(each["profile"], []).append(each)
    return tuple(_comparison(profile, each) for profile, each in by_profile.items())


def _comparison(profile: str, members: list[Mapping[str, Any]]) -> Comparison:
    columns = [{fact.name: fact.value for fact in flat(each["status"])} for each in members]
    names = list(dict.fromkeys(name for column in columns for name in column))
    return Comparison(
        profile,
        tuple(each["node"] for each in members),
        tuple(
            (name, tuple(column.get(name, "absent") for column in columns))
            for name in names[:MOST_FACTS]
        ),
        max(0, len(names) - MOST_FACTS),
    )


def statistics(members: Iterable[Mapping[str, Any]]) -> tuple[Statistic, ...]:
    """The sequential tests of the run."""
    return tuple(_statistic(each) for each in members)


def _statistic(member: Mapping[str, Any]) -> Statistic:
    value, threshold = member["e_value_log10"], member["threshold_log10"]
    unit = member["unit"]
    key, meaning = _meaning(member)
    low, high = min(0.0, value), max(threshold, value) or 1.0
    scale = 100 / ((high - low) * 1.1 or 1.0)
    return Statistic(
        id=member["id"],
        name=member["name"],
        profile=member.get("profile", ""),
        n=f"{member['n']:,} {unit}",
        value=f"{round(value, 2) + 0.0:.2f}".replace("-", "\u2212"),
        threshold=f"{threshold:.2f}",
        key=key,
        meaning=meaning,
        reach=round((value - low) * scale, 1),
        bar=round((threshold - low) * scale, 1),
    )


def _meaning(member: Mapping[str, Any]) -> tuple[str, str]:
    """How it stands, as a key and in words."""
    if member["e_value_log10"] >= member["threshold_log10"]:
        if not member.get("judged", True):
            return "inconclusive", "not so, and not judged: nothing demands it"
        found = member.get("found", "this is no chance")
        return "fail", shortened(f"the evidence has passed the threshold: {found}", LONGEST_VALUE)
    if not member.get("judged", True):
        return "pass", "nothing was found against it, and nothing demands it"
    if "needs" in member:
        return "inconclusive", f"undecided: {member['needs']:,} more {member['unit']} could decide"
    would = f"; would have found {member['finds']}" if "finds" in member else ""
    return "pass", shortened(f"nothing was found against it{would}", LONGEST_VALUE)


def error_bound(members: Iterable[Mapping[str, Any]]) -> str | None:
    """How often ideal keys fail any of the judged tests; None where it is not told."""
    shares = [each.get("error_bound") for each in members if each.get("judged", True)]
    total = sum(share for share in shares if share is not None)
    return f"{1 / total:,.0f}" if total > 0 and None not in shares else None


def spent(run: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What the run cost its target, and where the time went."""
    amounts = run["spent"]
    bits = counted(amounts["key_bits"], "bit")
    if "key_budget_bits" in amounts:
        bits += f" of a budget of {amounts['key_budget_bits']:,}"
    lines = [Fact("key material", bits), Fact("keys", f"{amounts['keys']:,}")]
    lines += _planned(run["plan"]) if "plan" in run else []
    if amounts["pairs"]:
        of_budget = f" of a budget of {budget:,}" if (budget := amounts.get("pair_budget")) else ""
        lines.append(Fact("entangled pairs", f"{amounts['pairs']:,}{of_budget}"))
    lines += [
        Fact("requests", f"{amounts['requests']:,}"),
        Fact("connections", f"{amounts['connections']:,}"),
        Fact("duration", duration(run["duration_s"])),
    ]
    if "target_s" in run:
        suite = max(0.0, run["duration_s"] - run["target_s"])
        lines.append(Fact("of it in the target", duration(run["target_s"])))
        lines.append(Fact("of it in the suite", duration(suite)))
    return tuple(lines)


def _planned(plan: Mapping[str, Any]) -> list[Fact]:
    """What was foreseen, and what could not be paid."""
    foreseen = _amount(plan["key_bits"], plan.get("pairs", 0))
    if more := plan.get("shortening_bits"):
        foreseen += f", and {more:,} more to make short what fails"
    lines = [Fact("foreseen at most", foreseen)]
    if plan["rounds"] > 1:
        lines.append(Fact("chance was tried", f"{plan['rounds']:,} times, with as many seeds"))
    if left_out := plan["left_out"]:
        bits, pairs = (sum(s.get(of, 0) for s in left_out) for of in ("key_bits", "pairs"))
        checks, price = counted(len(left_out), "check"), _amount(bits, pairs)
        wanted = "pairs" if pairs and not bits else "key"
        lines.append(Fact(f"left out for want of {wanted}", f"{checks}, for up to {price} more"))
    if reduced := plan["reduced"]:
        checks = counted(len(reduced), "check")
        wanted = "pairs" if all(step.get("pairs") for step in reduced) else "key"
        lines.append(Fact(f"with less effort for want of {wanted}", checks))
    return lines


def _amount(bits: int, pairs: int) -> str:
    """Of key, of pairs, or of both."""
    of_key = [counted(bits, "bit")] if bits or not pairs else []
    return listed([*of_key, *([counted(pairs, "pair")] if pairs else [])])


def circumstances(run: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What is needed to have the same run again."""
    host = run["host"]
    selection = run["selection"]
    openssl = [Fact("TLS library", host["openssl"])] if "openssl" in host else []
    return (
        Fact("started", moment(run["started"])),
        Fact("seed", str(run["seed"])),
        Fact("effort", run["effort"]),
        Fact("profiles", ", ".join(run["profiles"])),
        Fact("requirements asked for", ", ".join(selection["requirements"]) or "all"),
        Fact("levels asked for", ", ".join(selection["levels"]) or "all"),
        Fact("Qonform", run["qonform_version"]),
        Fact("Python", host["python"]),
        *openssl,
        Fact("host", f"{host['platform']}, {counted(host['cpus'], 'processor')}"),
        *(
            Fact(f"catalogue {name}", digest, literal=True)
            for name, digest in run["catalogues"].items()
        ),
    )
