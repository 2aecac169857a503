"""Get key: the size of a key (014 clause 6.2 and table 9)."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from qonform.checks.etsi014.delivery import judge_arrival
from qonform.judging import Bench, Effort, Judge, Offer, Undecidable, judges
from qonform.ports.key_delivery import Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOT_MULTIPLE_OF_8 = "size shall be a multiple of 8"


def _smallest(offer: Offer, _effort: Effort) -> float:
    return offer.keys(offer.smallest)


@judges("ETSI-014-6.2-03", "ETSI-014-6.2-05", deepens=("ETSI-014-5.4-01",), keys=_smallest)
def the_smallest_size_is_served(bench: Bench, judge: Judge) -> None:
    """Get key at the smallest size that Status allows; the slave fetches it."""
    if not _judge_limit(bench, judge, bench.smallest):
        size = bench.key_size
        _judge_size(judge, size, bench.get_key(KeyRequest(1, size)))


def _largest(offer: Offer, _effort: Effort) -> float:
    return offer.keys(offer.max_key_size)


@judges("ETSI-014-6.2-05", deepens=("ETSI-014-5.4-01", "ETSI-014-6.2-03"), keys=_largest)
def the_largest_size_is_served(bench: Bench, judge: Judge) -> None:
    """Get key at the largest size that Status allows; the slave fetches it."""
    size = bench.sizes[1] // 8 * 8
    if size * 4 > bench.driver.meter.key_budget_bits:
        raise Undecidable(f"one key of {size} bit would take a quarter of the key budget")
    _judge_limit(bench, judge, size)


def _judge_limit(bench: Bench, judge: Judge, size: int) -> bool:
    """Whether a key of that size came, which the slave then fetches."""
    outcome = bench.get_key(KeyRequest(1, size))
    control = outcome
    if isinstance(outcome, Refused) and size != bench.key_size:
        control = bench.get_key(KeyRequest(1, bench.key_size))
    served = judge.refusal(
        "ETSI-014-6.2-05",
        outcome,
        isinstance(outcome, Delivered),
        due=f"a key of {size} bit, a size that Status says can be delivered",
        control=control,
        evidence=[outcome],
    )
    for key in _judge_size(judge, size, outcome):
        judge_arrival(bench, judge, key)
    return served


_SOME = {Effort.QUICK: 2, Effort.STANDARD: 6, Effort.THOROUGH: 24}
"""How many sizes between the limits are tried."""


def _between(offer: Offer, effort: Effort) -> float:
    return offer.keys(_SOME[effort] * _ceiling(offer.smallest, offer.max_key_size, effort))


def _ceiling(low: int, high: int, effort: Effort) -> int:
    """The largest size to be tried, in bit: not too large to pay for."""
    return min(high, low + effort.of(512, 4_096, 65_536))


@judges(deepens=("ETSI-014-5.4-01", "ETSI-014-6.2-03"), keys=_between, chance=True)
def sizes_between_the_limits(bench: Bench, judge: Judge) -> None:
    """Get key at multiples of 8 between the smallest and the largest; the slave fetches each."""
    low, high = bench.smallest, bench.sizes[1] // 8 * 8
    choices = range(low + 8, _ceiling(low, high, bench.effort), 8)
    number = min(len(choices), bench.cases(*_SOME.values()))
    for size in bench.chance("sizes").sample(choices, number):
        outcome = bench.get_key(KeyRequest(1, size))
        for key in _judge_size(judge, size, outcome):
            judge_arrival(bench, judge, key)


def _judge_size(judge: Judge, size: int, outcome: Outcome[KeyContainer]) -> tuple[Key, ...]:
    """Judges the length of what came; gives the keys."""
    if isinstance(outcome, Delivered):
        lengths = sorted({key.material.bits for key in outcome.value.keys})
        judge.that(
            "ETSI-014-6.2-03",
            lengths == [size],
            due=f"keys of {size} bit",
            came=f"keys of {' and '.join(map(str, lengths)) or 'no'} bit",
            evidence=[outcome],
        )
        return outcome.value.keys
    return ()


def _two_of_the_smallest(offer: Offer, _effort: Effort) -> float:
    return offer.keys(2 * offer.smallest)


@judges("ETSI-014-6.2-10", keys=_two_of_the_smallest)
def sizes_outside_the_limits(bench: Bench, judge: Judge) -> None:
    """Get key for the next multiple of 8 below the smallest size, and above the largest."""
    low, high = bench.limits
    below, above = (low - 1) // 8 * 8, high // 8 * 8 + 8
    for size in (below, above):
        if size <= 0:
            continue
        outcome = bench.get_key(KeyRequest(1, size))
        control = bench.get_key(KeyRequest(1, bench.cheapest))
        judge.refusal(
            "ETSI-014-6.2-10",
            outcome,
            isinstance(outcome, Refused),
            due=f"no key for size = {size}: Status names {low} to {high} bit",
            control=control,
            evidence=[outcome],
        )


@judges("ETSI-014-6.2-11", "ETSI-014-6.2-12", keys=2)
def a_size_that_is_no_multiple_of_8(bench: Bench, judge: Judge) -> None:
    """Get key for sizes between the limits that are no multiples of 8."""
    judge_odd_sizes(
        judge,
        odd_sizes(bench),
        lambda size: bench.get_key(KeyRequest(1, size)),
        lambda: bench.get_key(KeyRequest(1, bench.smallest)),
    )


def judge_odd_sizes(
    judge: Judge,
    sizes: Sequence[int],
    ask: Callable[[int], Outcome[KeyContainer]],
    control: Callable[[], Outcome[KeyContainer]],
) -> None:
    """Each is refused, and each in the words of the standard; or one is served.

    A KME that serves one does not "support only multiples of 8", and may refuse others for any
    reason of its own.
    """
    outcomes: dict[int, Outcome[KeyContainer]] = {}
    for size in sizes:
        outcomes[size] = ask(size)
        if isinstance(outcomes[size], Delivered):
            _judge_odd_size(judge, size, outcomes[size], outcomes[size])
            return
    if not outcomes:
        why = "no size between the limits of Status is anything but a multiple of 8"
        judge.not_applicable("ETSI-014-6.2-11", why)
        judge.not_applicable("ETSI-014-6.2-12", why)
        return
    beside = control()
    for size, outcome in outcomes.items():
        _judge_odd_size(judge, size, outcome, beside)


def _judge_odd_size(
    judge: Judge, size: int, outcome: Outcome[KeyContainer], control: Outcome[KeyContainer]
) -> None:
    """Served at that size, or refused as a bad request in the words of the standard."""
    if isinstance(outcome, Delivered):
        lengths = {key.material.bits for key in outcome.value.keys}
        whole = lengths == {8 * -(-size // 8)}
        due = f"{size} bit in {-(-size // 8)} bytes, or 400"
        judge.that("ETSI-014-6.2-11", whole, due=due, came=outcome)
        judge.not_applicable("ETSI-014-6.2-12", "such sizes are served")
        return
    bad = isinstance(outcome, Refused) and outcome.kind is RefusalKind.BAD_REQUEST
    judge.refusal(
        "ETSI-014-6.2-11", outcome, bad, due="a key of that size, or 400", control=control
    )
    said = isinstance(outcome, Refused) and outcome.message == NOT_MULTIPLE_OF_8
    judge.refusal(
        "ETSI-014-6.2-12",
        outcome,
        said,
        due=f"an error whose message is {NOT_MULTIPLE_OF_8!r}",
        control=control,
    )


def odd_sizes(bench: Bench) -> list[int]:
    """Sizes between the limits that are no multiple of 8: near the default, the least, the most."""
    low, high = bench.sizes
    around = (bench.key_size + 1, bench.key_size - 1, low + 1, high - 1)
    fit = [size for size in dict.fromkeys(around) if low <= size <= high and size % 8]
    return [size for size in fit if size != bench.key_size - 1 or size == fit[0]]


_ENOUGH = 40
"""So many keys that a random bit is the same in all of them once in 10^11."""


def _odd_keys(offer: Offer, _effort: Effort) -> float:
    return offer.keys((_ENOUGH + 1) * (offer.min_key_size + 8))


@judges(deepens=("ETSI-014-3.1-02",), keys=_odd_keys)
def a_key_of_an_odd_size_has_that_many_bits(bench: Bench, judge: Judge) -> None:
    """Get key for many keys of a size that is no multiple of 8: so many of their bits vary.

    Where in its bytes such a key has its bits, the text does not say: any places will do.
    """
    low, high = bench.sizes
    size = next((s for s in range(low + 7, low - 1, -1) if s % 8 and s <= high), None)
    if size is None or not isinstance(bench.get_key(KeyRequest(1, size)), Delivered):
        judge.not_applicable("ETSI-014-3.1-02", "no size but multiples of 8 is served")
        return
    keys = bench.draw(_ENOUGH, size=size)
    if any(key.material.bits < size for key in keys):
        why = f"keys of {size} bit come with less: see ETSI-014-6.2-03"
        judge.not_applicable("ETSI-014-3.1-02", why)
        return
    values = [int.from_bytes(key.material.reveal()) for key in keys]
    varied = (reduce(or_, values) ^ reduce(and_, values)).bit_count()
    judge.that(
        "ETSI-014-3.1-02",
        varied >= size,
        due=f"{size} bits that differ among {_ENOUGH} keys of {size} bit",
        came=f"{varied} bits that differ",
    )
