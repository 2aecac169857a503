"""Lies in what is answered to requests, and in what is served for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.links.domain.model import PairType
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal
from qinet_reference.paths.domain.fidelity import least_fidelity
from qinet_reference.paths.domain.model import Confirmed, Delivered
from qinet_reference.paths.faults.fault import PathFault, PathServiceFault, pair_of, with_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.physics.bell import Bell
    from qinet_reference.paths.domain.model import PathNotice, PathRequest
    from qinet_reference.paths.domain.service import NetworkLayer
    from qinet_reference.paths.domain.terms import CircuitTerms, PathView
    from qinet_reference.paths.plan import PathPlan


class TakenAllTheSame(PathServiceFault):
    """A request that is to be refused gets a number, and nothing comes of it."""

    errors: ClassVar[tuple[LinkError, ...]]

    def __init__(self) -> None:
        self._numbers = count(1_000_000)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        try:
            return super().request(inner, node, caller, request)
        except LinkRefusal as refusal:
            if refusal.error not in self.errors:
                raise
            return next(self._numbers)


class MalformedTaken(TakenAllTheSame):
    """What has no meaning is taken: unknown circuits, no pairs, no time."""

    name = "malformed-taken"
    requirements = ("QIA-QNP-VC-01", "QIA-QNP-REQ-03")
    errors = (LinkError.MALFORMED,)


class UnsupportedTaken(TakenAllTheSame):
    """What the circuit cannot do is taken, by whichever end is asked."""

    name = "unsupported-taken"
    requirements = ("QIA-QNP-REQ-02", "QIA-QNP-REQ-04", "QIA-QNP-REQ-05")
    errors = (LinkError.UNSUPPORTED, LinkError.NO_TIME)


class UnopenedTaken(TakenAllTheSame):
    """Requests under purposes that nobody has opened are taken."""

    name = "unopened-taken"
    requirements = ("QIA-QNP-VC-03", "QIA-QNP-VC-02")
    errors = (LinkError.REJECTED,)


class RepeatedCallsServed(PathServiceFault):
    """A call that is made twice makes two requests."""

    name = "request-id-ignored"
    requirements = ("QIA-QNP-REQ-07",)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        return inner.request(caller, replace(request, request_id=""))


class NoFidelityServed(PathServiceFault):
    """The greatest least fidelity that is told is refused."""

    name = "fidelity-refused"
    requirements = ("QIA-QNP-REQ-01",)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        if request.min_fidelity > 0.5:
            raise LinkRefusal(LinkError.UNSUPPORTED, "the circuit reaches 0.5")
        return inner.request(caller, request)


class FinalStateOnlySaid(PathServiceFault):
    """Pairs are told to be in the state that was asked for, and nobody turns them."""

    name = "final-state-only-said"
    requirements = ("QIA-QNP-BEL-04",)

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, int], Bell] = {}

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        if request.final_state is None or request.type is not PairType.KEEP:
            return inner.request(caller, request)
        number = inner.request(caller, replace(request, final_state=None))
        self._wanted[request.circuit, number] = request.final_state
        return number

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        wanted, pair = self._wanted.get((notice.circuit, notice.request)), pair_of(notice)
        if wanted is not None and pair is not None:
            notice = with_pair(notice, replace(pair, bell=wanted))
        yield notice


class FinalStateIgnored(PathServiceFault):
    """Nobody looks at the state that was asked for."""

    name = "final-state-ignored"
    requirements = ("QIA-QNP-BEL-04",)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        if request.type is PairType.KEEP:
            request = replace(request, final_state=None)
        return inner.request(caller, request)


class FidelityOfOneLink(PathServiceFault):
    """The links are far worse than what the circuit tells and promises."""

    name = "links-worse-than-told"
    requirements = ("QIA-QNP-FID-01",)

    def __init__(self) -> None:
        self._told: dict[str, CircuitTerms] = {}

    def plan(self, plan: PathPlan) -> PathPlan:
        self._told = {one.id: one for one in plan.circuits}
        circuits = tuple(
            replace(one, links=tuple(replace(link, fidelity=0.75) for link in one.links))
            for one in plan.circuits
        )
        return replace(plan, circuits=circuits)

    def viewed(self, view: PathView) -> PathView:
        return replace(view, terms=self._told[view.terms.id])

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        del node
        told = self._told.get(request.circuit)
        if told and 0 <= request.min_fidelity <= least_fidelity(told):
            request = replace(request, min_fidelity=0.0)
        return inner.request(caller, request)


class ConfirmedAtOnce(PathFault):
    """Halves are told early though they were asked for confirmed."""

    name = "confirmed-told-later"
    requirements = ("QIA-QNP-REQ-06",)

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        what = notice.what
        if isinstance(what, Delivered) and what.pair is not None:
            yield replace(notice, what=replace(what, pair=None))
            yield replace(notice, what=Confirmed(what.half_id, what.pair))
        else:
            yield notice
