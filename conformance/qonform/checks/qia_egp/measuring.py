"""What outcomes say of pairs: their state, their fidelity, and how they were measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qonform.checks.qia_egp.served import is_refused_as, served
from qonform.judging import Undecidable, by_effort, judges
from qonform.monitors.pair_statistics import (
    LEAST_TOLD,
    STEP,
    Common,
    asked_for,
    at_common_axes,
    fidelity,
    labels,
    last,
    say,
    told,
)
from qonform.ports.entanglement import (
    Axis,
    BasisSet,
    LinkError,
    PairType,
    PauliFrame,
    RandomBasis,
    Rotation,
)
from qonform.statistics.links.bets import log_e_above
from qonform.statistics.links.claim import ALPHA_FAIL
from qonform.statistics.links.correlation import PAULI_AXES, breaks
from qonform.statistics.links.marginals import End as Side
from qonform.statistics.links.marginals import Frequencies, Independence
from qonform.statistics.links.result import Result, Verdict

if TYPE_CHECKING:
    from qonform.judging import Episode, Judge, LinkBench, Sampled
    from qonform.judging.pair_evidence import End

_PAIRS = by_effort(600, 4_000, 30_000)
_BATCH = 60
_SOME = 90
"""Pairs of a type: from 80 on, such as have lost everything are found."""


@judges("QIA-EGP-BEL-02", "QIA-EGP-BEL-03", "QIA-EGP-FID-01", pairs=_PAIRS)
def pairs_are_what_they_are_said_to_be(links: LinkBench, judge: Judge) -> None:
    """Pairs of the greatest fidelity on offer, measured at X, Y or Z, until all is decided.

    Both ends have one axis, in small requests whose order is random. The fidelity fails by what
    was asked for, and is certified a step below what the link is expected to reach.
    """
    if PairType.MEASURE not in links.link.types:
        for requirement in ("QIA-EGP-BEL-02", "QIA-EGP-BEL-03", "QIA-EGP-FID-01"):
            judge.not_applicable(requirement, "the link offers no pairs that it measures")
        return
    least = links.link.max_min_fidelity
    expected = links.link.expected_fidelity or least
    certified = max(0.0, min(least, expected - STEP[links.effort]))
    chance, drawn = links.chance("axes"), 0
    while drawn < links.allowance and not _decided(links, least, certified):
        batch = min(_BATCH, links.link.max_number, max(1, links.allowance - drawn))
        axes = list(PAULI_AXES)
        chance.shuffle(axes)
        for axis in axes:
            number = max(1, batch // 3)
            episode = links.make(
                number=number, min_fidelity=least, local_basis=axis, remote_basis=axis
            )
            drawn += number
            if not episode.pairs():
                raise Undecidable(f"pairs to measure were not made: {episode}")
    common = _promised(links, least)
    _judge_states(links, judge, common, least)
    broken, sure = fidelity(common, least), fidelity(common, certified)
    if broken.verdict is Verdict.BROKEN:
        due = f"pairs of a fidelity of {least:g} or more, as asked for"
        judge.that("QIA-EGP-FID-01", False, due=due, came=told(broken), evidence=last(common))
    else:
        say(judge, "QIA-EGP-FID-01", [sure], evidence=last(common))


def _promised(links: LinkBench, least: float) -> list[Common]:
    return asked_for(at_common_axes(links.evidence.sample()), PairType.MEASURE, least)


def _decided(links: LinkBench, least: float, certified: float) -> bool:
    common = _promised(links, least)
    if not common or fidelity(common, certified).verdict is Verdict.UNDECIDED:
        return False
    states = labels(common) if least >= LEAST_TOLD else []
    return all(result.verdict is not Verdict.UNDECIDED for result in states)


def _judge_states(links: LinkBench, judge: Judge, common: list[Common], least: float) -> None:
    """The reported state is the true one; and the promised one, if one is promised."""
    if least < LEAST_TOLD:
        why = f"at a fidelity of {least:g} no state need be the nearest"
        judge.not_applicable("QIA-EGP-BEL-02", why)
    else:
        say(judge, "QIA-EGP-BEL-02", labels(common), evidence=last(common))
    state = links.link.promised_state
    if links.link.pauli_frame is not PauliFrame.CORRECTED or state is None:
        judge.not_applicable("QIA-EGP-BEL-03", "no state is promised")
        return
    others = [each for each in common if each.pair.bell_state is not state]
    came = f"{len(others)} of {len(common)} pairs are said to be in another state"
    judge.that(
        "QIA-EGP-BEL-03",
        not others,
        due=f"{state.name}",
        came=came,
        evidence=last(others or common),
    )
    if least >= LEAST_TOLD:
        say(judge, "QIA-EGP-BEL-03", labels(common), evidence=last(common))


@judges("QIA-EGP-KEP-04", "QIA-EGP-RSP-01", pairs=by_effort(180, 360, 900))
def qubits_are_what_they_are_said_to_be(links: LinkBench, judge: Judge) -> None:
    """Pairs that are kept, and such as prepare a qubit: each is measured as soon as it is there."""
    for requirement, kind in (
        ("QIA-EGP-KEP-04", PairType.KEEP),
        ("QIA-EGP-RSP-01", PairType.PREPARE),
    ):
        if kind not in links.link.types:
            judge.not_applicable(requirement, f"the link offers no pairs to {kind.value}")
            continue
        least = links.link.max_min_fidelity
        if least < LEAST_TOLD:
            judge.not_applicable(requirement, f"the link reaches a fidelity of {least:g}")
            continue
        number = links.by_effort(_SOME, 2 * _SOME, 5 * _SOME)
        for turn in range(number):
            axis = PAULI_AXES[turn % 3]
            _measure_at_once(links, kind, axis, least)
        common = asked_for(at_common_axes(links.evidence.sample()), kind, least)
        fresh = [each for each in common if _is_fresh(links, each)]
        if len(fresh) < number // 2:
            why = f"only {len(fresh)} of {len(common)} pairs were surely measured in time"
            judge.undecided(requirement, why)
            continue
        say(judge, requirement, [_relations(fresh)], evidence=last(fresh))


def _measure_at_once(links: LinkBench, kind: PairType, axis: Axis, least: float) -> None:
    local = axis if kind is PairType.PREPARE else None
    episode = links.make(type=kind, min_fidelity=least, local_basis=local)
    if not episode.pairs():
        raise Undecidable(f"a pair to {kind.value} was not made: {episode}")
    for user, qubit in episode.held():
        links.measure(user, qubit, axis)


def _is_fresh(links: LinkBench, each: Common) -> bool:
    """Whether each half that was held was measured in a tenth of the time in which it decays."""
    lasts_s = links.link.coherence_time_s
    if lasts_s is None:
        return True  # qubits are not known to decay
    ages = [_age_s(end) for end in (each.pair.origin, each.pair.peer) if end.made.qubit is not None]
    return all(age is not None and age <= lasts_s / 10 for age in ages)


def _age_s(end: End) -> float | None:
    """How old a qubit was when it was measured, by the node's clock; None if that is not told."""
    made, measured = end.made.goodness_time_s, end.measured
    if made is None or measured is None or measured.time_s is None:
        return None
    return measured.time_s - made


def _relations(common: list[Common]) -> Result:
    """Whether they are in the reported states at least half of the way: held qubits decay."""
    return fidelity(common, LEAST_TOLD)


@judges(
    "QIA-EGP-MSR-01",
    "QIA-EGP-MSR-02",
    "QIA-EGP-MSR-03",
    "QIA-EGP-MSR-04",
    pairs=by_effort(190, 640, 3_100),
)
def bases_are_drawn_as_asked(links: LinkBench, judge: Judge) -> None:
    """Random bases: at one end only, with the odds 0 and 1, with others, and at both ends."""
    if PairType.MEASURE not in links.link.types:
        for requirement in (f"QIA-EGP-MSR-0{number}" for number in range(1, 5)):
            judge.not_applicable(requirement, "the link offers no pairs that it measures")
        return
    some = min(16, links.link.max_number)
    asked: list[tuple[Axis | RandomBasis, Axis | RandomBasis]] = [
        (RandomBasis(BasisSet.XZ), Axis.Y),
        (Axis.Y, RandomBasis(BasisSet.XZ)),
    ]
    if _has_chsh(links):
        asked.append((RandomBasis(BasisSet.CHSH), Axis.Z))
    for mine, theirs in asked:
        _judge_governed(judge, _measured(links, some, mine, theirs), mine, theirs)
    sure = RandomBasis(BasisSet.XZ, (1.0, 0.0))
    for pair in _measured(links, some, sure, sure):
        axes = [measured.basis for measured in pair.outcomes]
        due, came = "X at both ends, whose odds are 1", f"{axes}"
        judge.that("QIA-EGP-MSR-03", axes == [Axis.X, Axis.X], due=due, came=came)
    odds = (0.2, 0.3, 0.5)
    frequencies = [Frequencies(end, dict(zip(PAULI_AXES, odds, strict=True))) for end in Side]
    even = dict.fromkeys(PAULI_AXES, 1 / 3)
    apart = Independence(even, even)
    number = links.by_effort(60, 250, 1_400)
    skewed, fair = RandomBasis(BasisSet.XYZ, odds), RandomBasis(BasisSet.XYZ)
    for pair in _measured(links, number, skewed, skewed):
        for test, measured in zip(frequencies, pair.outcomes, strict=True):
            if isinstance(measured.basis, Axis):
                test.see(measured.basis)
    for pair in _measured(links, number, fair, fair):
        mine_, theirs_ = (measured.basis for measured in pair.outcomes)
        if isinstance(mine_, Axis) and isinstance(theirs_, Axis):
            apart.see(mine_, theirs_)
    for test in frequencies:
        say(judge, "QIA-EGP-MSR-03", test.results(), silence_counts=True)
    say(judge, "QIA-EGP-MSR-04", [apart.result()], silence_counts=True)


def _has_chsh(links: LinkBench) -> bool:
    """Whether the link measures between Z and X, too: it need not."""
    tried = links.make(local_basis=RandomBasis(BasisSet.CHSH), remote_basis=Axis.Z)
    return not is_refused_as(tried, (LinkError.UNSUPPORTED,))


def _judge_governed(
    judge: Judge,
    pairs: list[Sampled],
    mine: Axis | RandomBasis,
    theirs: Axis | RandomBasis,
) -> None:
    """Each end measures as was asked for that end, and not as for the other."""
    for pair in pairs:
        for end, asked, measured in zip(
            ("origin", "peer"), (mine, theirs), pair.outcomes, strict=True
        ):
            among = asked.among.value if isinstance(asked, RandomBasis) else (asked,)
            due = f"a basis of {', '.join(a.value for a in among)} at the {end}"
            judge.that("QIA-EGP-MSR-02", measured.basis in among, due=due, came=measured)
            if isinstance(asked, RandomBasis):
                judge.that("QIA-EGP-MSR-01", measured.basis in among, due=due, came=measured)


def _measured(
    links: LinkBench,
    number: int,
    mine: Axis | Rotation | RandomBasis,
    theirs: Axis | Rotation | RandomBasis,
) -> list[Sampled]:
    """So many pairs, measured as asked at the origin and the peer. Raises Undecidable."""
    keys = set()
    left = number
    while left > 0:
        now = min(left, links.link.max_number)
        episode = served(links, number=now, local_basis=mine, remote_basis=theirs)
        keys.add(episode.key)
        left -= now
    return [pair for pair in links.evidence.sample() if pair.key in keys]


_TURNS: dict[str, tuple[Rotation, Axis, bool]] = {
    "no turn": (Rotation(0.0, 0.0, 0.0), Axis.Z, False),
    "half a turn about X": (Rotation(math.pi, 0.0, 0.0), Axis.Z, True),
    "a quarter about Y": (Rotation(0.0, math.pi / 2, 0.0), Axis.X, True),
    "a quarter back about Y": (Rotation(0.0, -math.pi / 2, 0.0), Axis.X, False),
    "a quarter about X": (Rotation(0.0, 0.0, math.pi / 2), Axis.Y, False),
}
"""By rotation, along which axis it measures, and whether with opposite outcomes."""


@judges("QIA-EGP-MSR-05", pairs=by_effort(200, 300, 600))
def rotations_turn_the_basis(links: LinkBench, judge: Judge) -> None:
    """The origin measures along turned axes, the peer along the axis that they turn into."""
    if PairType.MEASURE not in links.link.types:
        judge.not_applicable("QIA-EGP-MSR-05", "the link offers no pairs that it measures")
        return
    most_errors = 1 - links.link.max_min_fidelity
    if most_errors > 0.4:
        judge.not_applicable("QIA-EGP-MSR-05", "the link's fidelity is too low to tell axes apart")
        return
    number = links.by_effort(36, 60, 120)
    for name, (rotation, axis, opposite) in _TURNS.items():
        episode = _turned(links, number, rotation, axis)
        errors = [
            breaks(p.bell_state, axis, p.outcomes[0].outcome ^ opposite, p.outcomes[1].outcome)
            for p in links.evidence.sample()
            if p.key == episode.key
        ]
        log_e = log_e_above(len(errors), sum(errors), max(most_errors, 0.05))
        holds = log_e < -math.log(ALPHA_FAIL / len(_TURNS))
        sense = "opposite to " if opposite else ""
        due = f"{name}: outcomes {sense}those along {axis.value}"
        came = f"{sum(errors)} of {len(errors)} pairs are otherwise"
        judge.that("QIA-EGP-MSR-05", holds, due=due, came=came)


def _turned(links: LinkBench, number: int, rotation: Rotation, axis: Axis) -> Episode:
    return served(
        links,
        number=min(number, links.link.max_number),
        min_fidelity=links.link.max_min_fidelity,
        local_basis=rotation,
        remote_basis=axis,
    )
