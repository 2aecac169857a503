"""Get key: what comes, and how many (014 clauses 5.3 and 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.etsi014.delivery import judge_still_there, same
from qonform.judging import Bench, Effort, Judge, Offer, Undecidable, judges
from qonform.ports.key_delivery import Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence


@judges("ETSI-014-5.3-01", "ETSI-014-5.4-01", "ETSI-014-6.2-04", keys=1, first=True)
def a_key_reaches_both_ends(bench: Bench, judge: Judge) -> None:
    """The master gets a key of default size, and the slave fetches its copy."""
    got = bench.get_key(KeyRequest(1))
    stated = False
    if isinstance(got, Refused) and got.kind is RefusalKind.BAD_REQUEST:
        got, stated = bench.get_key(KeyRequest(1, bench.key_size)), True
    if isinstance(got, Refused) and got.kind is RefusalKind.UNAUTHORISED:
        raise Undecidable(f"the KME does not let the master ask for keys with the slave: {got}")
    if not judge.that(
        "ETSI-014-5.3-01", isinstance(got, Delivered), due="a Key container", came=got
    ):
        raise Undecidable(f"no key to judge: {got}")
    assert isinstance(got, Delivered)  # noqa: S101 - for the type checker
    keys = got.value.keys
    if not keys:
        raise Undecidable("Get key delivered no key")
    key = keys[0]
    if stated:
        judge.undecided("ETSI-014-6.2-04", "no key without a size is served: see ETSI-014-6.2-06")
    else:
        _judge_default(bench, judge, key)
    fetched = bench.fetch(bench.slave, [key.id], judged=True)
    alike = same([key], fetched)
    judge.that(
        "ETSI-014-5.4-01",
        alike,
        due=f"the master's key {key} at the slave's KME, within the "
        f"{bench.delay_s:g} s of claims.etsi-014.delivery_delay_s or limits.timeout_s",
        came=fetched,
    )


def _judge_default(bench: Bench, judge: Judge, key: Key) -> None:
    judge.that(
        "ETSI-014-6.2-04",
        key.material.bits == 8 * -(-bench.key_size // 8),
        due=f"a key of {bench.key_size} bit, the key_size of Status",
        came=f"a key of {key.material.bits} bit",
    )


@judges("ETSI-014-6.2-06", keys=1)
def a_key_request_may_state_nothing(bench: Bench, judge: Judge) -> None:
    """Get key that names the slave and nothing else; over HTTP, a POST of `{}`."""
    outcome = bench.get_key(KeyRequest())
    if isinstance(outcome, Refused):
        control = bench.get_key(KeyRequest(1, bench.key_size))
        if not isinstance(control, Delivered):
            raise Undecidable(f"{outcome}; nor is a request served that states all: {control}")
    served = isinstance(outcome, Delivered) and bool(outcome.value.keys)
    judge.that("ETSI-014-6.2-06", served, due="a key", came=outcome)


@judges("ETSI-014-6.2-02", keys=1)
def an_absent_number_is_one(bench: Bench, judge: Judge) -> None:
    """Get key with a size and no number."""
    outcome = bench.get_key(KeyRequest(size=bench.key_size))
    if not isinstance(outcome, Delivered):
        raise Undecidable(f"Get key without number was not served: {outcome}")
    came = len(outcome.value.keys)
    judge.that("ETSI-014-6.2-02", came == 1, due="1 key", came=f"{came} keys")


def _one_two_many(offer: Offer, effort: Effort) -> float:
    size = offer.smallest
    many = max(size, min(offer.max_key_per_request * size, _most(effort)))
    return offer.keys(3 * size + many)


def _most(effort: Effort) -> int:
    """Bits that one request for many keys may take."""
    return effort.of(4_096, 131_072, 1_048_576)


@judges("ETSI-014-6.2-01", deepens=("ETSI-014-5.4-01", "ETSI-014-6.1-15"), keys=_one_two_many)
def a_number_of_keys_is_that_many(bench: Bench, judge: Judge) -> None:
    """Get key for 1, 2 and as many keys as one request may have; the slave fetches the most."""
    size = bench.cheapest
    most: tuple[Key, ...] = ()
    for number in dict.fromkeys((1, 2, _many(bench, size))):
        if number <= bench.max_number:
            outcome = bench.get_key(KeyRequest(number, size))
            _judge_count(judge, number, outcome)
            _judge_promise(bench, judge, number, outcome)
            most = outcome.value.keys if isinstance(outcome, Delivered) else most
    if not most:
        raise Undecidable("no key came that the slave could fetch")
    _judge_all_fetched(bench, judge, most)


def _much(effort: Effort) -> int:
    """Bits that the largest reply may have."""
    return effort.of(4_096, 32_768, 1_048_576)


def _as_much(offer: Offer, effort: Effort) -> float:
    return offer.keys(max(3 * offer.key_size, _much(effort)))


@judges(deepens=("ETSI-014-6.2-01", "ETSI-014-6.2-03", "ETSI-014-5.4-01"), keys=_as_much)
def much_key_in_one_request(bench: Bench, judge: Judge) -> None:
    """Get key for as many keys as one request may have, and long ones; the slave fetches them."""
    much, longest = _much(bench.effort), bench.sizes[1]
    number = max(min(3, bench.max_number), min(bench.max_number, much // bench.key_size))
    size = min(max(much // number, bench.key_size), longest) // 8 * 8
    if number < 3:
        for requirement in ("ETSI-014-6.2-01", "ETSI-014-6.2-03", "ETSI-014-5.4-01"):
            judge.not_applicable(requirement, "one request has no more than two keys")
        return
    outcome = bench.get_key(KeyRequest(number, size))
    _judge_count(judge, number, outcome)
    if isinstance(outcome, Delivered) and outcome.value.keys:
        lengths = {key.material.bits for key in outcome.value.keys}
        judge.that("ETSI-014-6.2-03", lengths == {size}, due=f"keys of {size} bit", came=outcome)
        _judge_all_fetched(bench, judge, outcome.value.keys)


def _judge_all_fetched(bench: Bench, judge: Judge, keys: Sequence[Key]) -> None:
    """The slave gets all of them in one request, or is refused so many at once.

    Where it is, it gets the first, the last and the one between them alone, if any of them.
    """
    fetched = bench.fetch(bench.slave, [key.id for key in keys])
    if isinstance(fetched, Delivered):
        due = f"the master's {len(keys)} keys"
        judge.that("ETSI-014-5.4-01", same(keys, fetched), due=due, came=fetched)
        return
    judge.not_applicable("ETSI-014-5.4-01", f"{len(keys)} key IDs at once are not served")
    some = [keys[i] for i in sorted({0, len(keys) // 2, len(keys) - 1})]
    alone = [bench.fetch(bench.slave, [key.id], judged=True) for key in some]
    if any(isinstance(outcome, Delivered) for outcome in alone):
        for key, outcome in zip(some, alone, strict=True):
            due = f"the master's key {key}, one of {len(keys)} of one request"
            judge_still_there(bench, judge, "ETSI-014-5.4-01", [key], outcome, due=due, alike=True)


def _many(bench: Bench, size: int) -> int:
    """The largest number that Status allows, within what this effort spends on one request."""
    return max(1, min(bench.max_number, _most(bench.effort) // size))


def _judge_count(judge: Judge, number: int, outcome: Outcome[KeyContainer]) -> None:
    if isinstance(outcome, Delivered):
        came = len(outcome.value.keys)
        judge.that(
            "ETSI-014-6.2-01",
            came == number,
            due=f"{number} keys, or an error",
            came=f"{came} keys for number = {number}",
            evidence=[outcome],
        )
    elif isinstance(outcome, Refused) and number > 1:
        judge.that(
            "ETSI-014-6.2-01",
            True,
            due=f"{number} keys, or an error",
            came=outcome,
            evidence=[outcome],
        )
    else:
        judge.undecided("ETSI-014-6.2-01", f"{outcome}", evidence=[outcome])


def _judge_promise(bench: Bench, judge: Judge, number: int, outcome: Outcome[KeyContainer]) -> None:
    """What Status says that one request may ask for is not a bad request; too little key may be."""
    bad = isinstance(outcome, Refused) and outcome.kind is RefusalKind.BAD_REQUEST
    judge.refusal(
        "ETSI-014-6.1-15",
        outcome,
        not bad or number == 1,
        due=f"{number} keys: Status allows {bench.max_number} in a request",
        control=bench.get_key(KeyRequest(1, bench.cheapest)) if bad else outcome,
    )


def _one_more_than_the_most(offer: Offer, _effort: Effort) -> float:
    return offer.keys((offer.max_key_per_request + 2) * offer.smallest)


@judges("ETSI-014-6.2-09", keys=_one_more_than_the_most)
def more_keys_than_a_request_may_have(bench: Bench, judge: Judge) -> None:
    """Get key for one key more than Status allows in a request."""
    most = bench.advertised.max_key_per_request
    if not most or most < 1:
        raise Undecidable("Status names no max_key_per_request that could be kept to")
    size, number = bench.cheapest, most + 1
    outcome = bench.get_key(KeyRequest(number, size))
    control = bench.get_key(KeyRequest(1, size))
    judge.refusal(
        "ETSI-014-6.2-09",
        outcome,
        isinstance(outcome, Refused) or _few(outcome, most),
        due=f"no more than max_key_per_request, {most}, for number = {number}",
        control=control,
    )


def _few(outcome: Outcome[KeyContainer], most: int) -> bool:
    """Whether no more keys came than a request may have, whatever else is wrong with them."""
    return isinstance(outcome, Delivered) and len(outcome.value.keys) <= most


def _all_and_more(offer: Offer, _effort: Effort) -> float:
    most = offer.max_key_per_request
    return most if 0 < offer.stored_key_count < most else 0


@judges(deepens=("ETSI-014-6.2-01",), keys=_all_and_more)
def more_keys_than_are_stored(bench: Bench, judge: Judge) -> None:
    """Get key for more keys than the store has: all of them come, or none."""
    status = bench.master.keys.get_status(bench.slave_id)
    stored = status.value.stored_key_count if isinstance(status, Delivered) else None
    if stored is None or not 0 < stored < bench.max_number:
        judge.not_applicable("ETSI-014-6.2-01", "more keys are stored than one request may have")
        return
    number = min(bench.max_number, 2 * stored, bench.allowance_bits // bench.key_size)
    if number <= stored:
        raise Undecidable("the store has shrunk too far to be asked for more than it has")
    bench.afford(number * bench.key_size)
    _judge_count(judge, number, bench.master.keys.get_key(bench.slave_id, KeyRequest(number)))
