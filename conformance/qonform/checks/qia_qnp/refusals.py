"""What is refused on arrival, each beside the same request without its fault."""

from __future__ import annotations

import math
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from qonform.checks.qia_qnp.served import is_refused_as, number_of, served
from qonform.judging import judges
from qonform.ports.entanglement import Bell, LinkError, PairType
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.judging import Judge, PathBench
    from qonform.ports.paths import PathRequest

_NO_CIRCUIT = (LinkError.MALFORMED,)
_NO_MEANING = (LinkError.MALFORMED, LinkError.UNSUPPORTED)
_UNSUPPORTED = (LinkError.UNSUPPORTED,)
_UNOPENED = 4_321


@judges("QIA-QNP-VC-01", pairs=1)
def a_circuit_that_is_not_there(paths: PathBench, judge: Judge) -> None:
    """A request for, a look at, and the opening of a circuit that nobody has installed."""
    control = served(paths)
    nowhere = f"{paths.path.circuit}-that-is-not-there"
    user = paths.creator
    known = user.path.get_path(paths.path.circuit)
    opened = user.path.open(paths.path.circuit, control.request.purpose)
    for came, beside in (
        (user.path.request(paths.request(circuit=nowhere)), control.answer),
        (user.path.get_path(nowhere), known),
        (user.path.open(nowhere, control.request.purpose), opened),
    ):
        due = "MALFORMED: there is no such circuit"
        refused = is_refused_as(came, _NO_CIRCUIT)
        judge.refusal("QIA-QNP-VC-01", came, refused, due=due, control=beside)


@judges("QIA-QNP-REQ-03", pairs=1)
def a_value_without_meaning(paths: PathBench, judge: Judge) -> None:
    """No pairs, no time, fidelities that are none, and what a type of request does not have."""
    control = served(paths)
    for what, request in _malformed(paths, paths.request()):
        came = paths.creator.path.request(request)
        due = f"a refusal on arrival of {what}"
        refused = is_refused_as(came, _NO_MEANING)
        judge.refusal("QIA-QNP-REQ-03", came, refused, due=due, control=control.answer)


def _malformed(paths: PathBench, good: PathRequest) -> Iterator[tuple[str, PathRequest]]:
    yield "no pairs", replace(good, number=0)
    yield "no time", replace(good, max_time_s=0.0)
    yield "a time below 0", replace(good, max_time_s=-1.0)
    yield "no type", replace(good, type=None)
    yield "a purpose of 65536", replace(good, purpose=65_536)
    for fidelity in (1.000001, -0.1, math.nan, math.inf):
        yield f"a least fidelity of {fidelity}", replace(good, min_fidelity=fidelity)
    if PairType.KEEP in paths.path.types:
        yield "no window", replace(good, type=PairType.KEEP, window_s=0.0)
    if PairType.MEASURE in paths.path.types:
        measured = replace(good, type=PairType.MEASURE)
        yield "a window for pairs that are measured", replace(measured, window_s=1.0)
        yield "a final state of measured pairs", replace(measured, final_state=Bell.PHI_PLUS)


@judges("QIA-QNP-REQ-04", pairs=1)
def more_than_there_is(paths: PathBench, judge: Judge) -> None:
    """More fidelity than the circuit tells, more pairs, and a type that it does not name."""
    path, beyond = paths.path, {}
    most = (LinkError.UNSUPPORTED, LinkError.MALFORMED, LinkError.NO_RESOURCES)
    control = served(paths, min_fidelity=path.max_min_fidelity)
    if path.max_min_fidelity < 1:
        step = 0.1 * (1 - path.max_min_fidelity)
        beyond["more fidelity"] = paths.request(min_fidelity=path.max_min_fidelity + step)
        beyond["a fidelity of 1"] = paths.request(min_fidelity=1.0)
    if path.max_number < 2**32 - 1:
        many = path.max_number + 1
        beyond["more pairs"] = paths.request(number=many, max_time_s=None)
    for kind in PairType:
        if kind not in path.types:
            beyond[f"pairs to {kind.value}"] = paths.request(type=kind)
    for what, request in beyond.items():
        came = paths.creator.path.request(request)
        errors = _UNSUPPORTED if "fidelity" in what else most
        due = f"{' or '.join(each.value for each in errors)}: the circuit does not offer {what}"
        refused = is_refused_as(came, errors)
        judge.refusal("QIA-QNP-REQ-04", came, refused, due=due, control=control.answer)


@judges("QIA-QNP-REQ-02", pairs=24)
def more_in_a_time_than_the_circuit_makes(paths: PathBench, judge: Judge) -> None:
    """Twice as many pairs in a time as the circuit makes by the rate that it tells."""
    rate, number = paths.path.pairs_per_second, min(20, paths.path.max_number)
    if rate is None:
        judge.not_applicable("QIA-QNP-REQ-02", "the circuit tells no rate")
        return
    if paths.usual_type is PairType.KEEP:
        number = min(number, paths.memory)
    hurry_s = number / rate / 2
    if hurry_s < (paths.path.shortest_time_s or 0.0):
        judge.not_applicable("QIA-QNP-REQ-02", "so few pairs are refused for their short time")
        return
    control = served(paths, number=number)
    hasty = paths.make(number=number, max_time_s=hurry_s)
    refused = is_refused_as(hasty.answer, (LinkError.UNSUPPORTED, LinkError.NO_TIME))
    judge.refusal(
        "QIA-QNP-REQ-02",
        hasty.answer,
        refused or hasty.is_done,
        due=f"UNSUPPORTED or NO_TIME, or {number} pairs in {hurry_s:g} s",
        control=control.answer,
    )


@judges("QIA-QNP-REQ-05", pairs=1)
def a_request_at_the_tail_end(paths: PathBench, judge: Judge) -> None:
    """The request that the head-end serves, made at the other end of the same circuit."""
    control = served(paths)
    came = paths.peer.path.request(paths.request())
    due = "UNSUPPORTED: requests are made at the head-end"
    refused = is_refused_as(came, _UNSUPPORTED)
    judge.refusal("QIA-QNP-REQ-05", came, refused, due=due, control=control.answer)


@judges("QIA-QNP-VC-03", pairs=1)
def a_circuit_that_is_not_opened(paths: PathBench, judge: Judge) -> None:
    """A request under a purpose that nobody has opened, and under one that one end alone has."""
    control = served(paths)
    creator, peer = paths.creator, paths.peer
    for opened_by in (None, creator, peer):
        if opened_by is not None:
            paths.open(opened_by, _UNOPENED)
        came = creator.path.request(paths.request(purpose=_UNOPENED))
        if opened_by is not None:
            paths.close_circuit(opened_by, _UNOPENED)
        due = f"REJECTED: the purpose is opened by {opened_by or 'nobody'} alone"
        refused = is_refused_as(came, (LinkError.REJECTED,))
        judge.refusal("QIA-QNP-VC-03", came, refused, due=due, control=control.answer)


@judges(deepens=("QIA-QNP-REQ-07",), pairs=2)
def a_call_that_is_made_twice(paths: PathBench, judge: Judge) -> None:
    """Two calls with one request_id, which are one request, and one with another."""
    first = served(paths, request_id=uuid.uuid4().hex)
    again = paths.creator.path.request(first.request)
    same = isinstance(again, Delivered) and again.value == number_of(first)
    due = f"the number of {first.key} again"
    judge.that("QIA-QNP-REQ-07", same, due=due, came=again)
    other = served(paths, request_id=uuid.uuid4().hex)
    due, came = "another number for another request_id", f"{other.key}"
    judge.that("QIA-QNP-REQ-07", other.key != first.key, due=due, came=came)
