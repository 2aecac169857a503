"""The GET forms of Get key, and of Get key with key IDs (014 clauses 6.2 and 6.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from qonform.checks.etsi014.delivery import (
    ONE_KEY_A_REQUEST,
    asked_again,
    asked_by_a_stranger,
    is_unauthorised,
    judge_arrival,
    judge_gone,
    judge_nothing_consumed,
    judge_once,
    judge_still_there,
    same,
)
from qonform.checks.etsi014.key_sizes import judge_odd_sizes, odd_sizes
from qonform.checks.wires import simple_call
from qonform.drivers.etsi014_wire import segment
from qonform.judging import Effort, Undecidable, judges
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Application, Bench, Judge, Offer
    from qonform.ports.key_delivery import Key


@judges("ETSI-014-6.2-07", keys=1)
def get_without_parameters_is_served(rest: RestBench, judge: Judge) -> None:
    """Get key by GET, without a query."""
    _judge_get(rest, judge, "ETSI-014-6.2-07", KeyRequest(), KeyRequest(1))


@judges(deepens=("ETSI-014-6.2-19",), keys=1)
def a_shared_key_outlives_a_fetch_by_get(rest: RestBench, judge: Judge) -> None:
    """A key for two slaves: the one fetches it by GET, and then the other."""
    bench = rest.bench
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-19", "no additional slaves are offered")
        return
    (key,) = bench.draw(additional=[bench.third])
    first = bench.fetch(by_get(rest, bench.slave), [key.id])
    second = bench.fetch(bench.third, [key.id])
    if isinstance(first, Delivered):
        due = f"the key for {bench.third.sae_id}, after {bench.slave_id} has had it by GET"
        judge_still_there(bench, judge, "ETSI-014-6.2-19", [key], second, due=due)
    else:
        judge.not_applicable("ETSI-014-6.2-19", f"by GET the slave gets no key: {first}")


def _two_and_another_size(offer: Offer, _effort: Effort) -> float:
    bounds = (offer.smallest, min(4_096, offer.max_key_size))
    return 2 + 3 * offer.keys(next((s for s in bounds if s != offer.key_size), offer.key_size))


def _at_the_limits(offer: Offer, effort: Effort) -> float:
    most = effort.of(*_MOST)
    many = min(most, offer.max_key_per_request * offer.smallest)
    return offer.keys(2 * many) + 2 * offer.keys(min(most, offer.max_key_size))


_MOST = (4_096, 32_768, 262_144)
"""Bits that one GET may take, by effort."""


@judges(deepens=("ETSI-014-6.2-08",), keys=_at_the_limits)
def get_at_the_limits_is_served(rest: RestBench, judge: Judge) -> None:
    """Get key by GET for as many keys as a request may have, and for one as long as there is."""
    bench, most = rest.bench, rest.bench.by_effort(*_MOST)
    many, longest = bench.max_number, bench.sizes[1] // 8 * 8
    if many > 2 and many * bench.cheapest <= most:
        request = KeyRequest(many, bench.cheapest)
        _judge_get(rest, judge, "ETSI-014-6.2-08", request, request)
    if longest <= most:
        request = KeyRequest(size=longest)
        _judge_get(rest, judge, "ETSI-014-6.2-08", request, request)


@judges("ETSI-014-6.2-08", deepens=("ETSI-014-5.4-01",), keys=_two_and_another_size)
def get_with_number_and_size_is_served(rest: RestBench, judge: Judge) -> None:
    """Get key by GET with `number`, with `size`, and with both; the slave fetches what came."""
    size, number = _another_size(rest.bench), min(2, rest.bench.max_number)
    for request in (KeyRequest(number), KeyRequest(size=size), KeyRequest(number, size)):
        for key in _judge_get(rest, judge, "ETSI-014-6.2-08", request, request):
            judge_arrival(rest.bench, judge, key)


@judges(deepens=("ETSI-014-6.2-01",), keys=8)
def what_is_unknown_hides_nothing(rest: RestBench, judge: Judge) -> None:
    """Get key for two keys, by GET and by POST, as it is and beside an unknown parameter."""
    bench = rest.bench
    if bench.max_number < 2:
        judge.not_applicable("ETSI-014-6.2-01", ONE_KEY_A_REQUEST)
        return
    bench.afford(8 * bench.key_size)
    call = simple_call(bench.master, bench.slave_id, number=2)
    for ask in (rest.get_key, rest.post_key):
        plain = ask(bench.master, bench.slave_id, {"number": 2}, call=call)
        beside = ask(bench.master, bench.slave_id, {"qonform_unknown": 1, "number": 2}, call=call)
        if _keys_in(plain) == 2 and isinstance(beside.outcome, Delivered):
            judge.that("ETSI-014-6.2-01", _keys_in(beside) == 2, due="2 keys, or an error",
                       came=f"beside an unknown parameter, {_keys_in(beside)} keys",
                       evidence=[plain, beside])  # fmt: skip


def _keys_in(answer: Answer) -> int:
    return len(answer.outcome.value.keys) if isinstance(answer.outcome, Delivered) else 0


def _another_size(bench: Bench) -> int:
    """A size that Status says can be delivered; not the default one, where there is a choice."""
    if bench.cheapest != bench.smallest:
        return bench.key_size  # what Status says is not so: a matter of 6.2-05
    bounds = (s for s in bench.sizes if s % 8 == 0 and 0 < s <= 4_096)
    return next((s for s in bounds if s != bench.key_size), bench.key_size)


def _judge_get(
    rest: RestBench, judge: Judge, requirement: str, request: KeyRequest, stated: KeyRequest
) -> tuple[Key, ...]:
    """The keys came that were asked for, or at least what the same request by POST yields.

    Args:
        stated: the request as it is sure to be understood: a refusal counts if that is served.

    Returns:
        What came.
    """
    bench = rest.bench
    outcome = bench.get_key(request, by=by_get(rest, bench.master))
    due = _amount([8 * -(-(request.size or bench.key_size) // 8)] * (request.number or 1))
    came = _came(outcome)
    if came != due:
        control = bench.get_key(stated if isinstance(outcome, Refused) else request)
        if isinstance(outcome, Failed) or not isinstance(control, Delivered):
            judge.undecided(requirement, f"{came}; the same by POST: {_came(control)}")
            return ()
        due = _came(control)
    judge.that(requirement, came == due, due=f"{due}, as by POST", came=came)
    return outcome.value.keys if isinstance(outcome, Delivered) else ()


def _came(outcome: Outcome[KeyContainer]) -> str:
    if isinstance(outcome, Delivered):
        return _amount([key.material.bits for key in outcome.value.keys])
    return f"{outcome}"


def _amount(lengths: list[int]) -> str:
    """How many keys, and how long."""
    sizes = " and ".join(map(str, sorted(set(lengths)))) or "no"
    return f"{len(lengths)} key{'' if len(lengths) == 1 else 's'} of {sizes} bit"


@judges("ETSI-014-6.2-11", "ETSI-014-6.2-12", keys=2)
def a_size_by_get_that_is_no_multiple_of_8(rest: RestBench, judge: Judge) -> None:
    """Get key by GET for sizes between the limits that are no multiples of 8."""
    bench = rest.bench
    asker = by_get(rest, bench.master)
    control = bench.get_key(KeyRequest(size=bench.smallest), by=asker)
    if not isinstance(control, Delivered):
        raise Undecidable(f"GET is not served at a multiple of 8 either: {control}")

    def ask(size: int) -> Outcome[KeyContainer]:
        bench.afford(size)
        request = KeyRequest(size=size)
        return bench.patiently(asker, partial(asker.keys.get_key, bench.slave_id, request))

    judge_odd_sizes(judge, odd_sizes(bench), ask, lambda: control)


@judges("ETSI-014-5.4-02", "ETSI-014-5.4-05", keys=1)
def a_third_party_is_refused_by_get(rest: RestBench, judge: Judge) -> None:
    """By GET, a key is asked for by a third party, then by its slave."""
    bench = rest.bench
    third, slave = by_get(rest, bench.third), by_get(rest, bench.slave)
    (key,) = bench.draw()
    refused = asked_by_a_stranger(bench, third, [key.id])
    fetched = bench.fetch(slave, [key.id])
    if not isinstance(refused, Delivered) and not isinstance(fetched, Delivered):
        _not_by_get(judge, fetched, "ETSI-014-5.4-02", "ETSI-014-5.4-05")
        return
    judge.refusal(
        "ETSI-014-5.4-02",
        refused,
        is_unauthorised(refused),
        due=f"401 for {third.sae_id}",
        control=fetched,
    )
    judge_nothing_consumed(bench, judge, refused, key, fetched)


@judges("ETSI-014-5.4-06", "ETSI-014-6.4-04", "ETSI-014-6.4-05", keys=1)
def a_key_is_delivered_once_by_get(rest: RestBench, judge: Judge) -> None:
    """By GET, a key is asked for by its slave, and by its slave once more."""
    bench = rest.bench
    slave = by_get(rest, bench.slave)
    key = bench.spare()
    fetched = bench.fetch(slave, [key.id])
    if not isinstance(fetched, Delivered):
        _not_by_get(judge, fetched, "ETSI-014-5.4-06", "ETSI-014-6.4-04", "ETSI-014-6.4-05")
        return
    judge_once(judge, fetched, asked_again(bench, slave, key))


@judges(deepens=("ETSI-014-5.4-06",), keys=2)
def a_key_is_delivered_once_by_either_method(rest: RestBench, judge: Judge) -> None:
    """A key that the slave has had by POST is asked for by GET, and one that it had by GET by POST.

    Where GET is not served, it refuses what it is asked for, and that is well, too.
    """
    bench = rest.bench
    by_post, by_query = bench.slave, by_get(rest, bench.slave)
    for first, then in ((by_post, by_query), (by_query, by_post)):
        key = bench.spare()
        fetched = bench.fetch(first, [key.id])
        again = then.keys.get_key_with_ids(bench.master.sae_id, [key.id])
        if isinstance(fetched, Delivered):
            judge_gone(judge, fetched, again)


def _not_by_get(judge: Judge, fetched: Outcome[KeyContainer], *requirements: str) -> None:
    """What GET would show where it is served, POST shows where it is not."""
    for requirement in requirements:
        judge.not_applicable(requirement, f"by GET the slave gets no key: {fetched}")


@judges("ETSI-014-6.4-02", keys=1)
def a_key_is_fetched_by_get(rest: RestBench, judge: Judge) -> None:
    """Get key with key IDs by GET, for one key."""
    bench = rest.bench
    key = bench.spare()
    outcome = bench.fetch(by_get(rest, bench.slave), [key.id], judged=True)
    if isinstance(outcome, Refused) and not isinstance(
        by_post := bench.fetch(bench.slave, [key.id]), Delivered
    ):
        raise Undecidable(f"the key is not there by POST either: {by_post}")
    judge.that("ETSI-014-6.4-02", same([key], outcome), due=f"the key {key}", came=outcome)


@dataclass(frozen=True)
class GetForms:
    """Key delivery by GET alone (014 clauses 6.2 and 6.4), for one SAE."""

    rest: RestBench
    application: Application

    def get_status(self, slave: str) -> Outcome[Status]:
        """As ever."""
        return self.application.keys.get_status(slave)

    def get_key(self, slave: str, request: KeyRequest) -> Outcome[KeyContainer]:
        """GET enc_keys with `number` and `size`, the only members that it has."""
        members = {"number": request.number, "size": request.size}
        query = {name: value for name, value in members.items() if value is not None}
        call = GetKey(self.application.sae_id, slave, request)
        return self.rest.get_key(self.application, slave, query, call=call).outcome

    def get_key_with_ids(self, master: str, key_ids: Sequence[str]) -> Outcome[KeyContainer]:
        """GET dec_keys for a single key."""
        (key_id,) = key_ids
        call = GetKeyWithIds(self.application.sae_id, master, (key_id,))
        query = f"key_ID={segment(key_id)}"
        return self.rest.get_key_ids(self.application, master, query, call=call).outcome


def by_get(rest: RestBench, application: Application) -> Application:
    """The same SAE, asking by GET."""
    return replace(application, keys=GetForms(rest, application))
