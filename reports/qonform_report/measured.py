"""What was measured beside the verdicts, of links and of keys, as a page shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.correlations import Matrices, matrices
from qonform_report.fidelity_chart import FidelityCourse, fidelity_course
from qonform_report.record import Fact, flat
from qonform_report.visible import shortened
from qonform_report.waits import Waits, short_time, waits
from qonform_report.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_LINKS = 4
MOST_MEMBERS = 24
_LONGEST_VALUE = 200
_NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Rate:
    """What was delivered beside what was promised; `share` of the promise, from 0 to 100."""

    name: str
    promised: str
    delivered: str
    within: str
    amount: str
    share: float | None


@dataclass(frozen=True)
class Beside:
    """What nodes say of their links, a column each, beside what was seen."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]


@dataclass(frozen=True)
class Links:
    """Of entangled links."""

    courses: tuple[FidelityCourse, ...]
    matrices: tuple[Matrices, ...]
    offers: Beside | None
    rates: tuple[Rate, ...]
    waits: Waits | None


@dataclass(frozen=True)
class Keys:
    """Of key delivery."""

    waits: Waits | None
    rates: tuple[Fact, ...]


def links(results: Mapping[str, Any]) -> Links | None:
    """Of entangled links; None where none were judged."""
    told = results.get("measurements", {}).get("links")
    if not told:
        return None
    courses = [fidelity_course(each, n) for n, each in enumerate(told["fidelity"][:MOST_LINKS], 1)]
    return Links(
        tuple(each for each in courses if each is not None),
        matrices(told["correlations"]),
        _beside(told),
        tuple(_rate(each) for each in told["rates"][:MOST_LINKS]),
        waits(told["waits"], "waits-of-links", "How long pairs took"),
    )


def keys(results: Mapping[str, Any]) -> Keys | None:
    """Of key delivery; None where no key was served."""
    told = results.get("measurements", {}).get("keys")
    if not told:
        return None
    rates = [
        Fact(
            shortened(each["profile"], _LONGEST_VALUE),
            f"{_per_second(each['bits_per_s'], 'bit')}: {each['keys']:,} keys, {each['bits']:,} bit"
            f" in {short_time(each['busy_s'])} of Get key",
        )
        for each in told["rates"][:MOST_LINKS]
        if "bits_per_s" in each
    ]
    return Keys(waits(told["waits"], "waits-of-keys", "How long keys took"), tuple(rates))


def _per_second(rate: float, what: str) -> str:
    return f"{rate:,.0f} {what}/s" if rate >= 100 else f"{rate:.3g} {what}/s"


def _rate(rate: Mapping[str, Any]) -> Rate:
    promised, came = rate.get("promised_per_s"), rate.get("per_s")
    within = rate.get("within_requests_per_s")
    share = None if not promised or came is None else max(0.0, min(100.0, 100 * came / promised))
    return Rate(
        shortened(f"{rate['node']} to {rate['remote_node']}", _LONGEST_VALUE),
        "not told" if promised is None else _per_second(promised, "pairs"),
        _NOT_MEASURED if came is None else _per_second(came, "pairs"),
        _NOT_MEASURED if within is None else _per_second(within, "pairs"),
        f"{rate['pairs']:,} in {short_time(rate['busy_s'])}",
        None if share is None else round(share, 1),
    )


def _beside(told: Mapping[str, Any]) -> Beside | None:
    """Each member of GetLink, with what the run has seen of it."""
    offers = told["offers"][:MOST_LINKS]
    if not offers:
        return None
    columns = [
        {fact.name: fact.value for fact in flat(each) if fact.name not in {"node", "remote_node"}}
        for each in offers
    ]
    seen = _seen(told)
    names = list(dict.fromkeys(name for column in columns for name in column))[:MOST_MEMBERS]
    return Beside(
        tuple(
            shortened(f"{each['node']} to {each['remote_node']}", _LONGEST_VALUE) for each in offers
        ),
        tuple(
            (
                name,
                tuple(shortened(c.get(name, "not told"), _LONGEST_VALUE) for c in columns),
                seen.get(name) or _NOT_MEASURED,
            )
            for name in names
        ),
    )


def _seen(told: Mapping[str, Any]) -> dict[str, str]:
    """What was observed, by the member of GetLink that it belongs to."""
    cells = told["correlations"]
    states = _numbers(cells, "bell_state")
    last = next((each["points"][-1] for each in told["fidelity"] if each["points"]), None)
    fidelity = last and f"{last['low']:.3f} to {last['high']:.3f}, by {last['pairs']:,} pairs"
    return {
        "types": _numbers(cells, "type"),
        "expected_fidelity": fidelity or "",
        "max_min_fidelity": fidelity or "",
        "pauli_frame": states,
        "promised_state": states,
        "pairs_per_second": listed(_rates(told["rates"])) if told["rates"] else "",
    }


def _rates(rates: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        shortened(f"{_per_second(each['per_s'], 'pairs')} by {each['node']}", _LONGEST_VALUE)
        for each in rates[:MOST_LINKS]
        if "per_s" in each
    ] or [_NOT_MEASURED]


def _numbers(cells: Sequence[Mapping[str, Any]], member: str) -> str:
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[cell[member]] += cell["pairs"]
    return ", ".join(f"{name}: {n:,} pairs" for name, n in counts.most_common())
