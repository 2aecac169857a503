"""Whether a request for more fidelity is served with less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Effort, Undecidable, by_effort, judges
from qonform.monitors.pair_statistics import LEAST_TOLD, at_common_axes, say
from qonform.ports.entanglement import PairType
from qonform.statistics.links.comparison import NoLess
from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.result import Verdict

if TYPE_CHECKING:
    from qonform.judging import Judge, LinkBench

_AT_AN_AXIS = 10
"""Pairs of a request: what is compared is made within a moment, so that drift plays no part."""
_SOME = 240
"""Pairs of both groups from which silence means something: losses of 0.5 would have been found."""


@judges("QIA-EGP-FID-04", pairs=by_effort(0, 480, 6_000))
def asking_for_more_gives_no_less(links: LinkBench, judge: Judge) -> None:
    """Pairs of the greatest min_fidelity on offer and of none, side by side at X, Y and Z."""
    greatest = links.link.max_min_fidelity
    why = ""
    if links.effort is Effort.QUICK:
        why = "too dear for quick"
    elif PairType.MEASURE not in links.link.types:
        why = "the link offers no pairs that it measures"
    elif greatest < LEAST_TOLD:
        why = f"at a fidelity of {greatest:g} no state need be the nearest"
    if why:
        judge.not_applicable("QIA-EGP-FID-04", why)
        return
    chance, test = links.chance("more"), NoLess(name="asking for more fidelity gives no less")
    number = min(_AT_AN_AXIS, links.link.max_number)
    left = links.allowance
    while left >= 6 * number and test.verdict is Verdict.UNDECIDED:
        plan = [(axis, more) for axis in PAULI_AXES for more in (True, False)]
        chance.shuffle(plan)
        groups = {}
        for axis, more in plan:
            least = greatest if more else 0.0
            episode = links.make(
                number=number, min_fidelity=least, local_basis=axis, remote_basis=axis
            )
            if episode.key is None or not episode.pairs():
                raise Undecidable(f"pairs to measure were not made: {episode}")
            groups[episode.key] = more
        left -= 6 * number
        for each in at_common_axes(links.evidence.sample()):
            if each.pair.key in groups:
                more = groups[each.pair.key]
                test.see(more, each.axis, each.breaks, each.pair.bell_state)
    result = test.result()
    say(judge, "QIA-EGP-FID-04", [result], silence_counts=result.pairs >= _SOME)
