"""Statistics over all pairs of the run that were measured at both ends, whoever asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.judging import Effort, Finding, Judge, PairEvidence
from qonform.monitors.monitor import Monitor
from qonform.ports.entanglement import Axis, PairType
from qonform.statistics.links.correlation import PAULI_AXES, breaks
from qonform.statistics.links.fidelity import Fidelity
from qonform.statistics.links.labels import Labels
from qonform.statistics.links.marginals import Bias, End
from qonform.statistics.links.physical import Physical
from qonform.statistics.links.result import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qonform.exchanges import Exchange
    from qonform.judging import Sampled

_PROFILE = "qinet-links"
LEAST_TOLD = 0.5
"""Below this fidelity no Bell state need be the nearest, so that nothing is said of labels."""
STEP = {Effort.QUICK: 0.15, Effort.STANDARD: 0.05, Effort.THOROUGH: 0.02}
"""How far below what a link is expected to reach its fidelity is to be certified."""
_ROUNDING = 1e-6
_CITED = 3
"""Pairs of a sample that a finding cites."""
_ENOUGH = 150
"""Pairs from which silence about a bias means something: 0.3 from fair would have been found."""


@dataclass(frozen=True)
class Common:
    """A pair whose ends were measured at one Pauli axis."""

    pair: Sampled
    axis: Axis
    one: int
    other: int

    @property
    def min_fidelity(self) -> float:
        """What was asked for; 0 where nobody knows."""
        return self.pair.request.min_fidelity if self.pair.request else 0.0

    @property
    def breaks(self) -> bool:
        """Whether it breaks the relation of the state that was reported."""
        return breaks(self.pair.bell_state, self.axis, self.one, self.other)


def at_common_axes(sample: Iterable[Sampled]) -> list[Common]:
    """Those pairs of a sample, in its order."""
    found = []
    for pair in sample:
        one, other = pair.outcomes
        axis = one.basis
        readable = {one.outcome, other.outcome} <= {0, 1}
        if axis in PAULI_AXES and one.basis == other.basis and readable:
            assert isinstance(axis, Axis)  # noqa: S101 - as it is among them
            found.append(Common(pair, axis, one.outcome, other.outcome))
    return found


def asked_for(common: Iterable[Common], kind: PairType, least: float) -> list[Common]:
    """Those of a type, of requests for at least that fidelity."""
    return [
        each for each in common if each.pair.origin.made.type is kind and each.min_fidelity >= least
    ]


def fidelity(common: Iterable[Common], least: float) -> Result:
    """Whether their fidelity is at least so much, as the mean."""
    test = Fidelity(least)
    for each in common:
        test.see(each.axis, each.breaks)
    return test.result()


def labels(common: Iterable[Common]) -> list[Result]:
    """Whether the reported states are the true ones, of pairs with a fidelity of 1/2 or more."""
    test = Labels(at_least=LEAST_TOLD)
    for each in common:
        test.see(each.pair.bell_state, each.axis, each.one, each.other)
    return test.results()


class PairStatistics(Monitor):
    """Tests all measured pairs: physical relations, fair outcomes, and goodness that is no boast.

    E-processes, which may be read at any moment without losing their error bound of 1e-6 each.
    Pairs that were declared void have left the sample.
    """

    requirements = ("QIA-EGP-MSR-06", "QIA-EGP-MSR-08", "QIA-EGP-FID-03")
    profiles = (_PROFILE,)

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        super().__init__(known)
        self.evidence = PairEvidence()

    def see(self, exchange: Exchange) -> None:
        """Takes in what becomes of pairs."""
        if exchange.profile == _PROFILE:
            self.evidence.see(exchange)

    def findings(self, profile: str) -> list[Finding]:
        """One finding for each requirement of which there were pairs."""
        common = at_common_axes(self.evidence.sample()) if profile == _PROFILE else []
        if not common:
            return []
        judge = Judge(sorted(self._known.get(profile, ())), tuple)
        for requirement, results in (
            ("QIA-EGP-MSR-06", _bias(common)),
            ("QIA-EGP-MSR-08", [_physical(common)]),
        ):
            if requirement in self._known[profile]:
                enough = len(common) >= _ENOUGH
                say(judge, requirement, results, silence_counts=enough, evidence=last(common))
        if "QIA-EGP-FID-03" in self._known[profile]:
            _goodness(judge, common)
        return judge.judged()


def _bias(common: Iterable[Common]) -> list[Result]:
    test = Bias()
    for each in common:
        test.see(End.CREATOR, each.axis, each.one)
        test.see(End.PEER, each.axis, each.other)
    return test.results()


def _physical(common: Iterable[Common]) -> Result:
    test = Physical()
    for each in common:
        test.see(each.pair.bell_state, each.axis, each.one, each.other)
    return test.result()


def _goodness(judge: Judge, common: list[Common]) -> None:
    """The mean of goodness is not certainly above the fidelity, of pairs measured at once."""
    common = asked_for(common, PairType.MEASURE, 0.0)
    if not common:
        return
    result = fidelity(common, LEAST_TOLD)
    mean = sum(each.pair.goodness for each in common) / len(common)
    came = f"goodness {mean:.4f} on average; {told(result)}"
    if result.pairs < _ENOUGH:
        judge.undecided("QIA-EGP-FID-03", f"too few pairs: {came}", evidence=last(common))
        return
    due = "goodness that is, on average, within what the pairs show"
    judge.that(
        "QIA-EGP-FID-03",
        mean <= result.interval[1] + _ROUNDING,
        due=due,
        came=came,
        evidence=last(common),
    )


def say(
    judge: Judge,
    requirement: str,
    results: Iterable[Result],
    *,
    silence_counts: bool = False,
    evidence: tuple[int, ...] = (),
) -> None:
    """Judges by results of tests: each a case.

    Args:
        silence_counts: whether a test that has found nothing against the claim, of enough pairs,
            lets it pass.
        evidence: exchanges that told of some of the pairs.
    """
    for result in results:
        verdict = result.verdict
        if verdict is Verdict.UNDECIDED and not silence_counts:
            more = f"; about {result.more} more pairs could decide" if result.more else ""
            judge.undecided(requirement, f"{result.name}: {told(result)}{more}", evidence=evidence)
        else:
            due = f"{result.name}"
            holds = verdict is not Verdict.BROKEN
            judge.that(requirement, holds, due=due, came=told(result), evidence=evidence)


def last(common: Iterable[Common]) -> tuple[int, ...]:
    """The exchanges that told of the last few pairs: of very many, any few must do."""
    latest = list(common)[-_CITED:]
    return tuple(number for each in latest for number in each.pair.exchanges)


def told(result: Result) -> str:
    """An estimate with its interval and the strength of what speaks against the claim."""
    low, high = result.interval
    at = "" if result.estimate is None else f"{result.estimate:.3f}, "
    strength = max(0.0, result.broken.log_e) / 2.302585
    found = f"; {result.found}" if result.found else ""
    return (
        f"{result.quantity} {at}between {low:.3f} and {high:.3f} by {result.pairs} pairs; "
        f"e-value against it 10^{strength:.1f} (limit 10^{result.broken.threshold / 2.302585:.1f})"
        f"{found}"
    )
