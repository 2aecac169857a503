"""Bases that nodes draw, over many pairs: whether those were used, and came as often as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.qia_egp.served import is_refused_as
from qonform.judging import Effort, Undecidable, by_effort, judges
from qonform.monitors.pair_statistics import (
    LEAST_TOLD,
    asked_for,
    at_common_axes,
    fidelity,
    say,
    told,
)
from qonform.ports.entanglement import Axis, BasisSet, LinkError, PairType, RandomBasis
from qonform.statistics.links.chsh import Chsh, TurnedAxes
from qonform.statistics.links.claim import ALPHA_FAIL, ALPHA_PASS
from qonform.statistics.links.marginals import End as Side
from qonform.statistics.links.result import Verdict
from qonform.statistics.links.share import Share

if TYPE_CHECKING:
    from qonform.judging import Judge, LinkBench, Sampled

_BATCH = 60
_TURNED, _STRAIGHT = RandomBasis(BasisSet.CHSH), RandomBasis(BasisSet.XZ)
_UNSUPPORTED = (LinkError.UNSUPPORTED,)


@judges(deepens=("QIA-EGP-MSR-01",), pairs=by_effort(0, 480, 4_000))
def axes_between_z_and_x_are_used(links: LinkBench, judge: Judge) -> None:
    """The CHSH game: either end at (Z+X)/sqrt2 or (Z-X)/sqrt2 in turn, and the other at X or Z.

    Pairs of the fidelity that was asked for win it more often than such as are measured at other
    axes than is told. That they violate the inequality is not asked for.
    """
    least = links.link.max_min_fidelity
    if why := _no_game(links, least):
        judge.not_applicable("QIA-EGP-MSR-01", why)
        return
    value = Chsh(ALPHA_FAIL / 3)
    for side in Side:
        turned = TurnedAxes(least, ALPHA_FAIL / 3, ALPHA_PASS / 2, side.value)
        if not _play(links, turned, value, least, side):
            why = f"{side.value} measures at no axes between Z and X"
            judge.not_applicable("QIA-EGP-MSR-01", why)
        elif turned.verdict is Verdict.BROKEN and _is_poor(links, least):
            why = f"the pairs have less fidelity than was asked for; {told(turned.result())}"
            judge.undecided("QIA-EGP-MSR-01", why, evidence=())
        else:
            say(judge, "QIA-EGP-MSR-01", [turned.result()], silence_counts=True)
    if value.verdict is Verdict.BROKEN:
        due, came = "outcomes as some state gives them", told(value.result())
        judge.that("QIA-EGP-MSR-01", False, due=due, came=came, evidence=())


def _no_game(links: LinkBench, least: float) -> str:
    """Why the game says nothing here; empty if it does."""
    if links.effort is Effort.QUICK:
        return "too dear for quick"
    if PairType.MEASURE not in links.link.types:
        return "the link offers no pairs that it measures"
    if least <= LEAST_TOLD:
        return f"at a fidelity of {least:g} the game may be lost"
    return ""


def _play(links: LinkBench, turned: TurnedAxes, value: Chsh, least: float, side: Side) -> bool:
    """Plays until all is decided, or pairs run out; whether the link has such axes at that end.

    Raises:
        Undecidable: pairs were not made.
    """
    bases = (_TURNED, _STRAIGHT) if side is Side.CREATOR else (_STRAIGHT, _TURNED)
    left = links.allowance // 2
    tests = (turned, value) if links.effort is Effort.THOROUGH else (turned,)
    while left > 0 and any(test.verdict is Verdict.UNDECIDED for test in tests):
        number = min(_BATCH, links.link.max_number, left)
        episode = links.make(
            number=number, min_fidelity=least, local_basis=bases[0], remote_basis=bases[1]
        )
        if is_refused_as(episode, _UNSUPPORTED):
            return False
        if not episode.pairs():
            raise Undecidable(f"pairs to measure were not made: {episode}")
        left -= number
        for pair in links.evidence.sample():
            if pair.key == episode.key:
                _show(turned, pair)
                _show(value, pair)
    return True


def _show(test: Chsh | TurnedAxes, pair: Sampled) -> None:
    one, other = pair.outcomes
    if isinstance(one.basis, Axis) and isinstance(other.basis, Axis):
        test.see(pair.bell_state, one.basis, other.basis, one.outcome, other.outcome)


def _is_poor(links: LinkBench, least: float) -> bool:
    """Whether pairs at X, Y and Z have shown that the fidelity itself is too low."""
    common = asked_for(at_common_axes(links.evidence.sample()), PairType.MEASURE, least)
    return fidelity(common, least).verdict is Verdict.BROKEN


@judges(deepens=("QIA-EGP-MSR-03",), pairs=by_effort(0, 420, 2_000))
def each_of_two_bases_is_as_likely(links: LinkBench, judge: Judge) -> None:
    """X and Z without odds at both ends, beside all pairs of the run with one of two bases."""
    if links.effort is Effort.QUICK or PairType.MEASURE not in links.link.types:
        why = "too dear for quick, or no pairs are measured"
        judge.not_applicable("QIA-EGP-MSR-03", why)
        return
    left = links.allowance
    while left > 0 and any(test.verdict is Verdict.UNDECIDED for test in _of_two(links)):
        number = min(_BATCH, links.link.max_number, left)
        episode = links.make(number=number, local_basis=_STRAIGHT, remote_basis=_STRAIGHT)
        if not episode.pairs():
            raise Undecidable(f"pairs to measure were not made: {episode}")
        left -= number
    tests = [test.result() for test in _of_two(links)]
    say(judge, "QIA-EGP-MSR-03", tests, silence_counts=True)


def _of_two(links: LinkBench) -> list[Share]:
    """For each end, whether the first of two bases is drawn for half of the pairs."""
    tests = []
    for at, side in enumerate(Side):
        name = f"{side.value} draws each of two bases as often"
        test = Share(name, "share of the first", 0.5, ALPHA_FAIL / 2, ALPHA_PASS / 2)
        for pair in links.evidence.sample():
            request = pair.request
            asked = request and (request.local_basis, request.remote_basis)[at]
            basis = pair.outcomes[at].basis
            if asked in (_TURNED, _STRAIGHT):
                test.see(basis in (Axis.X, Axis.Z_PLUS_X))
        tests.append(test)
    return tests
