"""What becomes of keys and of the store over time (014 clauses 5.2, 5.3)."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise

from qonform.judging import (
    Application,
    Bench,
    Effort,
    Judge,
    Offer,
    Undecidable,
    by_effort,
    judges,
)
from qonform.ports.key_delivery import Key, KeyRequest
from qonform.ports.outcome import Delivered


@judges("ETSI-014-5.2-03", keys=0)
def status_consumes_nothing(bench: Bench, judge: Judge) -> None:
    """Get status many times in a row: the store must not shrink by it."""
    rounds = []
    for _ in range(2):
        began, counts = time.monotonic(), [_stored(bench) for _ in range(9)]
        asked, took = counts[0] - counts[-1], time.monotonic() - began
        if asked <= 0:
            judge.that(
                "ETSI-014-5.2-03",
                True,
                due="a stored_key_count that does not fall",
                came="stored_key_count did not fall",
            )
            return
        before = _stored(bench)
        time.sleep(min(took, bench.target.limits.timeout_s))
        step_by_step = sum(former > later for former, later in pairwise(counts)) >= 7
        rounds.append((asked, before - _stored(bench), step_by_step))
    if not all(asked >= 8 and idle <= asked / 2 and steps for asked, idle, steps in rounds):
        raise Undecidable(
            "stored_key_count changes by itself: somebody else draws from the store, "
            "or it does not count what is stored"
        )
    judge.that(
        "ETSI-014-5.2-03",
        False,
        due="a stored_key_count that does not fall",
        came=f"it fell by {rounds[0][0]} over 8 Get status, and by {rounds[0][1]} in the "
        "same time without",
    )


_ROUNDS = 4
"""How often the store must have failed to shrink: new keys may hide it by chance, once."""


@judges("ETSI-014-5.3-03", keys=by_effort(8, 64, 64))
def the_store_shrinks_by_what_is_delivered(bench: Bench, judge: Judge) -> None:
    """Get status, Get key, Get status: the store has less, by about as much as was delivered.

    What it grew by in the meantime is measured too, over a time that is longer and never the same.
    """
    number = min(bench.by_effort(4, 32, 32), bench.max_number)
    chance = bench.chance("idle")
    hidden = ""
    for _ in range(_ROUNDS):
        began, before = time.monotonic(), _stored(bench)
        bench.draw(number)
        after = _stored(bench)
        took, shrunk = time.monotonic() - began, before - after
        if shrunk > number / 2:
            break
        full = bench.advertised.max_key_count or before + 1
        if after >= full:
            hidden = "the store was full again before it could be seen to shrink"
            continue
        time.sleep(min(chance.uniform(4, 8) * took, bench.target.limits.timeout_s))
        later = _stored(bench)
        grown = max(0, later - after)
        if later >= full:
            hidden = "the store was full again before it could be seen how fast it grows"
        elif grown and not -grown <= shrunk <= number / 2 - grown:
            hidden = "the store grows too fast to be seen shrinking"
    else:
        if hidden:
            raise Undecidable(hidden)
    judge.that(
        "ETSI-014-5.3-03",
        shrunk > number / 2,
        due=f"a stored_key_count of about {before - number}: it was {before}",
        came=f"{after}, after {number} key{'' if number == 1 else 's'} had been delivered",
    )


@judges("ETSI-014-5.3-04", keys=4)
def earlier_keys_outlive_later_requests(bench: Bench, judge: Judge) -> None:
    """Two Get keys for the slave, between them one for another SAE and one by the slave itself.

    Then all that is due to slaves of the master is fetched.
    """
    first = bench.draw()
    other = _other_pair(bench)
    if not bench.target.claims.keys.one_way:
        with suppress(Undecidable):  # whether the slave can be a master is 5.3-05
            bench.draw(by=bench.slave, to=bench.master.sae_id)
    second = bench.draw()
    fetched = [bench.fetch(bench.slave, [key.id for key in keys]) for keys in (second, first)]
    if not isinstance(fetched[0], Delivered):
        raise Undecidable(f"the slave does not get even the last key: {fetched[0]}")
    judge.that(
        "ETSI-014-5.3-04",
        isinstance(fetched[1], Delivered),
        due="the first key, still to be fetched",
        came=fetched[1],
    )
    if other is not None:
        third, keys = other
        late = bench.fetch(third, [key.id for key in keys])
        judge.that(
            "ETSI-014-5.3-04", isinstance(late, Delivered), due="the other pair's key", came=late
        )


def _waiting(effort: Effort) -> int:
    return effort.of(24, 48, 200)


def _cost_of_waiting(offer: Offer, effort: Effort) -> float:
    return offer.keys(_waiting(effort) * offer.smallest)


@judges(deepens=("ETSI-014-5.3-04",), keys=_cost_of_waiting)
def many_keys_wait_for_their_slave(bench: Bench, judge: Judge) -> None:
    """Many small keys are drawn one after the other; then the slave fetches the first."""
    number = _waiting(bench.effort)
    keys = [key for _ in range(number) for key in bench.draw(size=bench.smallest)]
    last, first = (bench.fetch(bench.slave, [key.id]) for key in (keys[-1], keys[0]))
    if not isinstance(last, Delivered):
        raise Undecidable(f"the slave does not get even the last key: {last}")
    judge.that(
        "ETSI-014-5.3-04",
        isinstance(first, Delivered),
        due=f"the first of {number} keys, which were drawn one after the other",
        came=first,
    )


def _other_pair(bench: Bench) -> tuple[Application, list[Key]] | None:
    """A key of the master with a further SAE, where there is one."""
    try:
        return bench.third, bench.draw(to=bench.third.sae_id)
    except Undecidable:
        return None


@judges("ETSI-014-5.3-05", keys=1)
def roles_are_per_key(bench: Bench, judge: Judge) -> None:
    """The slave calls Get key towards the master, who fetches."""
    if bench.target.claims.keys.one_way:
        judge.not_applicable("ETSI-014-5.3-05", "the manifest claims one_way")
        return
    slave, master = bench.slave, bench.master
    got = bench.get_key(KeyRequest(1, bench.key_size), by=slave, to=master.sae_id)
    if not isinstance(got, Delivered) or not got.value.keys:
        judge.that("ETSI-014-5.3-05", False, due="a key for the slave as master", came=got)
        return
    fetched = bench.fetch(master, [key.id for key in got.value.keys], master=slave.sae_id)
    judge.that(
        "ETSI-014-5.3-05", isinstance(fetched, Delivered), due="the slave's key", came=fetched
    )


def _stored(bench: Bench) -> int:
    outcome = bench.master.keys.get_status(bench.slave_id)
    if not isinstance(outcome, Delivered) or outcome.value.stored_key_count is None:
        raise Undecidable(f"Get status gave no stored_key_count: {outcome}")
    return outcome.value.stored_key_count
