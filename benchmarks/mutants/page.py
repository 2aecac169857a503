"""The page about a campaign: figures first, then every survivor with what is to be said of it."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from benchmarks.mutants.keeping import Ended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.mutants.keeping import Outcome, Outcomes
    from benchmarks.mutants.making import Mutant

_INTRODUCTION = """\
# Machine-made mutants

Two mutation tools change the reference network in one place at a time, and the suite judges what
comes out: at `quick` first, what survives that at `standard`, and what survives that beside two
variants, which use code that the plain network never runs. Nobody chose the changes. A mutant is
killed when a requirement fails, be it a shall or a should. What cannot make a difference to anybody
outside is not changed: annotations, logs, messages whose wording the text leaves free.
"""

_ALIVE = (Ended.SURVIVED, Ended.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why mutants survive: they conform (`equivalent`), or nobody looks (a hole).

    A hole that was closed says in `closed_by` what sees its mutants now.
    """

    because: str
    equivalent: bool
    mutants: tuple[str, ...]
    closed_by: str = ""


def read_explanations(file: Path) -> list[Explanation]:
    """The explanations that people wrote. Raises ValueError if two are of one mutant."""
    found = [
        Explanation(**{**entry, "mutants": tuple(entry["mutants"])})
        for entry in tomllib.loads(file.read_text("utf-8")).get("explanation", [])
    ]
    twice = [
        id_ for id_, n in Counter(id_ for one in found for id_ in one.mutants).items() if n > 1
    ]
    if twice:
        raise ValueError(f"{file.name}: explained more than once: {', '.join(twice)}")
    return found


@dataclass(frozen=True)
class Campaign:
    """What was judged, and what is said of it."""

    made: int
    """How many mutants there are in all."""
    judged: Sequence[tuple[Mutant, Outcome]]
    explanations: Sequence[Explanation]

    @classmethod
    def of(
        cls, mutants: Sequence[Mutant], outcomes: Outcomes, said: Sequence[Explanation]
    ) -> Campaign:
        """The campaign over all that was judged. Raises ValueError for a stale explanation."""
        for one in said:
            for id_ in one.mutants:
                known = outcomes.of(id_)
                if known is None:
                    raise ValueError(f"{id_} is explained, but no such mutant was judged")
                if (known.ended in _ALIVE) == bool(one.closed_by):
                    raise ValueError(f"{id_} is explained, but it is {known.ended}")
        judged = [(mutant, known) for mutant in mutants if (known := outcomes.of(mutant.id))]
        return cls(len(mutants), judged, said)

    @property
    def equivalent(self) -> set[str]:
        """Ids of the survivors that conform."""
        return {id_ for one in self.explanations if one.equivalent for id_ in one.mutants}

    @property
    def closed(self) -> set[str]:
        """Ids of the judged mutants that survived until their hole was closed."""
        judged = {mutant.id for mutant, _ in self.judged}
        return {id_ for one in self.explanations if one.closed_by for id_ in one.mutants} & judged

    def ended(self, *kinds: Ended, module: str | None = None) -> list[tuple[Mutant, Outcome]]:
        """Those that ended so, of one module or of all."""
        return [
            (mutant, outcome)
            for mutant, outcome in self.judged
            if outcome.ended in kinds and module in (None, mutant.module)
        ]

    def not_killed(self, module: str | None = None) -> list[tuple[Mutant, Outcome]]:
        """Survivors, decided or not, that are not known to conform."""
        alive = self.ended(*_ALIVE, module=module)
        return [(mutant, outcome) for mutant, outcome in alive if mutant.id not in self.equivalent]

    def conforming(self, module: str | None = None) -> int:
        """How many survivors are known to conform."""
        return len(self.ended(*_ALIVE, module=module)) - len(self.not_killed(module))


def page(campaign: Campaign, command: str) -> str:
    """The page, in Markdown."""
    return "\n".join([*_head(campaign), *_modules(campaign), *_survivors(campaign),
                      f"Made by `{command}`.", ""])  # fmt: skip


def _head(campaign: Campaign) -> Iterator[str]:
    killed = campaign.ended(Ended.KILLED)
    total = len(killed) + len(campaign.not_killed())
    low, high = interval(len(killed), total)
    yield _INTRODUCTION
    share = _share(len(killed), total)
    yield f"**{len(killed)} of {total} mutants that do not conform are killed: {share}.**"
    if campaign.closed:
        first = _share(len(killed) - len(campaign.closed), total)
        yield f"{len(campaign.closed)} of them showed holes that were closed since:"
        yield f"at first sight {first} were killed."
    if len(campaign.judged) < campaign.made:
        yield "They are a random sample of all that were made, for which the 95 % interval of this"
        yield f"share is {_percent(low)} to {_percent(high)}."
    by = Counter((outcome.stage, bool(outcome.shall)) for _, outcome in killed)
    alive = Counter(outcome.ended for _, outcome in campaign.not_killed())
    rows = {
        "made": campaign.made,
        "judged, in a random order": len(campaign.judged),
        "stillborn: the network did not start": len(campaign.ended(Ended.STILLBORN)),
        "hung: the run did not end": len(campaign.ended(Ended.HUNG)),
        "killed at `quick`, by a shall": by["quick", True],
        "killed at `quick`, by a should alone": by["quick", False],
        "killed at `standard`, by a shall": by["standard", True],
        "killed at `standard`, by a should alone": by["standard", False],
        "killed only beside variants": by["variants", True] + by["variants", False],
        "not killed, and conforms": campaign.conforming(),
        "survived, and does not conform": alive[Ended.SURVIVED],
        "left undecided": alive[Ended.UNDECIDED],
        "broke the suite": len(campaign.ended(Ended.SUITE_ERROR)),
    }
    yield ""
    yield "| mutants | |"
    yield "| --- | ---: |"
    yield from (f"| {name} | {count} |" for name, count in rows.items())
    yield ""


def _modules(campaign: Campaign) -> Iterator[str]:
    yield "| module | judged | not born | killed | conform | not killed | score |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for module in sorted({mutant.module for mutant, _ in campaign.judged}):
        judged = sum(mutant.module == module for mutant, _ in campaign.judged)
        unborn = len(campaign.ended(Ended.STILLBORN, Ended.HUNG, module=module))
        killed = len(campaign.ended(Ended.KILLED, module=module))
        conform, alive = campaign.conforming(module), len(campaign.not_killed(module))
        score = _share(killed, killed + alive)
        yield f"| `{module}` | {judged} | {unborn} | {killed} | {conform} | {alive} | {score} |"
    yield ""


def _survivors(campaign: Campaign) -> Iterator[str]:
    judged = {mutant.id: (mutant, outcome) for mutant, outcome in campaign.judged}
    alive = {mutant.id for mutant, _ in campaign.ended(*_ALIVE)}
    explained = {id_ for one in campaign.explanations for id_ in one.mutants}
    open_holes = [one for one in campaign.explanations if not (one.equivalent or one.closed_by)]
    closed = [one for one in campaign.explanations if one.closed_by]
    conform = [one for one in campaign.explanations if one.equivalent]
    groups = (
        ("Not looked at yet", [Explanation("", False, tuple(sorted(alive - explained)))]),
        ("Holes", open_holes),
        ("Holes that were closed", closed),
        ("Survivors that conform", conform),
    )
    for title, explanations in groups:
        shown = [one for one in explanations if judged.keys() & set(one.mutants)]
        if not shown:
            continue
        yield f"## {title}"
        yield ""
        for one in shown:
            if one.because:
                yield one.because
            if one.closed_by:
                yield f"Seen by {one.closed_by}."
            yield from _diffs([judged[id_] for id_ in one.mutants if id_ in judged])


def _diffs(judged: Iterable[tuple[Mutant, Outcome]]) -> Iterator[str]:
    yield ""
    yield "```diff"
    for mutant, outcome in judged:
        undecided = " (undecided)" if outcome.ended is Ended.UNDECIDED else ""
        yield f"@@ {mutant.id}{undecided}"
        yield from (f"- {line.strip()}" for line in mutant.was)
        yield from (f"+ {line.strip()}" for line in mutant.now)
    yield "```"
    yield ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _share(part: int, total: int) -> str:
    return _percent(part / total) if total else "-"


def interval(hits: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a share of which a random sample had `hits` in `total`."""
    if not total:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, scale = hits / total, 1 + z * z / total
    middle = (share + z * z / (2 * total)) / scale
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / scale
    return middle - spread, middle + spread
