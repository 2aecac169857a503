"""What outcomes say of pairs: their state, and their fidelity from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Effort, Undecidable, by_effort, judges
from qonform.monitors.pair_statistics import LEAST_TOLD, say, told
from qonform.ports.entanglement import Axis, Bell, PairType
from qonform.statistics.links.correlation import PAULI_AXES, breaks
from qonform.statistics.links.fidelity import Fidelity
from qonform.statistics.links.labels import Labels
from qonform.statistics.links.result import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.judging import Judge, PathBench, SampledPath

_PAIRS = by_effort(600, 4_000, 30_000)
_BATCH = 20
"""Pairs of one axis that are asked for at once."""
_STEP = {Effort.QUICK: 0.15, Effort.STANDARD: 0.05, Effort.THOROUGH: 0.02}
"""How far below what a circuit is expected to reach its fidelity is to be certified."""
_ENOUGH_LABELS = 80
"""Pairs of which not all are in one state but for a chance below 1e-9, if others are not rare."""
_OF_STATES = ("QIA-QNP-BEL-02", "QIA-QNP-BEL-03", "QIA-QNP-FID-01")


@judges(*_OF_STATES, pairs=_PAIRS)
def pairs_are_what_they_are_said_to_be(paths: PathBench, judge: Judge) -> None:
    """Pairs of the greatest fidelity on offer, measured at X, Y or Z, until all is decided.

    Both ends have one axis, in small requests whose order is random. The fidelity fails by what
    was asked for, and is certified a step below what the circuit is expected to reach.
    """
    if PairType.MEASURE not in paths.path.types:
        for requirement in _OF_STATES:
            judge.not_applicable(requirement, "the circuit measures no pairs")
        return
    least = paths.path.max_min_fidelity
    expected = paths.path.expected_fidelity or least
    certified = max(0.0, min(least, expected - _STEP[paths.effort]))
    chance, drawn = paths.chance("axes"), 0
    while drawn < paths.allowance and not _decided(_sample(paths, least), certified, least):
        axes = list(PAULI_AXES)
        chance.shuffle(axes)
        for axis in axes:
            number = max(1, min(_BATCH, paths.path.max_number, (paths.allowance - drawn) // 3))
            members = {"local_basis": axis, "remote_basis": axis, "min_fidelity": least}
            episode = paths.make(type=PairType.MEASURE, number=number, **members)
            drawn += number
            if not episode.is_done:
                raise Undecidable(f"pairs to measure were not made: {episode}")
    sample = _sample(paths, least)
    broken, sure = _fidelity(sample, least), _fidelity(sample, certified)
    if broken.verdict is Verdict.BROKEN:
        due = f"pairs of a fidelity of {least:g} or more, as asked for"
        judge.that("QIA-QNP-FID-01", False, due=due, came=told(broken), evidence=())
    else:
        say(judge, "QIA-QNP-FID-01", [sure])
    _judge_states(judge, sample, least)
    _judge_variety(paths, judge, sample)


def _sample(paths: PathBench, least: float) -> list[SampledPath]:
    """Pairs of the run that were measured by the network, asked for with so much fidelity."""
    return [
        each
        for each in paths.evidence.sample()
        if each.request
        and each.request.type is PairType.MEASURE
        and each.request.min_fidelity >= least
    ]


def _decided(sample: list[SampledPath], certified: float, least: float) -> bool:
    if len(sample) < _ENOUGH_LABELS or _fidelity(sample, certified).verdict is Verdict.UNDECIDED:
        return False
    return least < LEAST_TOLD or all(r.verdict is not Verdict.UNDECIDED for r in _labels(sample))


def _fidelity(sample: Iterable[SampledPath], least: float) -> Result:
    test = Fidelity(least)
    for bell, axis, one, other in _at_common_axes(sample):
        test.see(axis, breaks(bell, axis, one, other))
    return test.result()


def _labels(sample: Iterable[SampledPath]) -> list[Result]:
    test = Labels(at_least=LEAST_TOLD)
    for each in _at_common_axes(sample):
        test.see(*each)
    return test.results()


def _at_common_axes(sample: Iterable[SampledPath]) -> Iterable[tuple[Bell, Axis, int, int]]:
    """State, axis and outcomes of those that both ends measured at one of X, Y and Z."""
    for each in sample:
        one, other = each.outcomes
        axis = one.basis
        readable = {one.outcome, other.outcome} <= {0, 1}
        if isinstance(axis, Axis) and axis in PAULI_AXES and other.basis == axis and readable:
            yield each.bell_state, axis, one.outcome, other.outcome


def _judge_states(judge: Judge, sample: list[SampledPath], least: float) -> None:
    """Each state that is told fits; and so do all together, which one wrong in turn would not."""
    if least < LEAST_TOLD:
        why = f"at a fidelity of {least:g} no state need be the nearest"
        judge.not_applicable("QIA-QNP-BEL-02", why)
        return
    together = _fidelity(sample, LEAST_TOLD)
    if together.verdict is Verdict.BROKEN:
        due = "outcomes that fit the states that are told, more than half of the way"
        judge.that("QIA-QNP-BEL-02", False, due=due, came=told(together), evidence=())
    say(judge, "QIA-QNP-BEL-02", _labels(sample))


def _judge_variety(paths: PathBench, judge: Judge, sample: list[SampledPath]) -> None:
    """More than one state occurs where nodes swap; which ones do is a matter of how they swap.

    One alone, which outcomes show to be the true one, is the work of somebody who corrects.
    """
    if not paths.path.between:
        judge.not_applicable("QIA-QNP-BEL-03", "no node between the ends swaps")
        return
    states = {each.bell_state for each in sample}
    if len(sample) < _ENOUGH_LABELS:
        judge.undecided("QIA-QNP-BEL-03", f"only {len(sample)} pairs")
        return
    came = ", ".join(sorted(state.name for state in states))
    if len(states) == 1:
        verdicts = {result.verdict for result in _labels(sample)}
        if verdicts == {Verdict.HOLDS}:
            judge.not_applicable("QIA-QNP-BEL-03", f"all pairs are {came}, and truly so")
            return
        if Verdict.BROKEN not in verdicts:
            judge.undecided("QIA-QNP-BEL-03", f"all pairs are said to be {came}", evidence=())
            return
    several = len(states) > 1
    judge.that("QIA-QNP-BEL-03", several, due="several states", came=came, evidence=())


@judges("QIA-QNP-BEL-04", pairs=by_effort(480, 900, 1_800))
def a_final_state_is_had(paths: PathBench, judge: Judge) -> None:
    """Qubits for which one state is asked in turn, measured at once; and such for which none is.

    The latter are the control: how far qubits decay until they are measured is not told.
    """
    if PairType.KEEP not in paths.path.types:
        judge.not_applicable("QIA-QNP-BEL-04", "the circuit delivers no qubits")
        return
    control: list[SampledPath] = []
    final: list[SampledPath] = []
    drawn = turn = 0
    while drawn + 2 <= paths.allowance:
        control, final = _kept(paths, wanted=False), _kept(paths, wanted=True)
        tests = [_fidelity(sample, LEAST_TOLD).verdict for sample in (control, final)]
        if Verdict.UNDECIDED not in tests:
            break
        axis = PAULI_AXES[turn % 3]
        wanted = list(Bell)[turn // 3 % 4]
        for state in (wanted, *([None] if tests[0] is Verdict.UNDECIDED else [])):
            drawn += 1
            _measure_at_once(paths, axis, state)
        turn += 1
    result = _fidelity(final, LEAST_TOLD)
    if _fidelity(control, LEAST_TOLD).verdict is not Verdict.HOLDS:
        why = "qubits for which no state was asked are not certainly in theirs when measured"
        judge.undecided("QIA-QNP-BEL-04", f"{why}: {told(_fidelity(control, LEAST_TOLD))}")
        return
    say(judge, "QIA-QNP-BEL-04", [result])


def _kept(paths: PathBench, *, wanted: bool) -> list[SampledPath]:
    return [
        each
        for each in paths.evidence.sample()
        if each.request
        and each.request.type is PairType.KEEP
        and (each.request.final_state is not None) is wanted
    ]


def _measure_at_once(paths: PathBench, axis: Axis, state: Bell | None) -> None:
    episode = paths.make(type=PairType.KEEP, final_state=state)
    if not episode.is_done:
        raise Undecidable(f"a pair to keep was not made: {episode}")
    for user, qubit in episode.held():
        user.path.measure(qubit, axis)
