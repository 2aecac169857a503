"""What becomes of keys and of the store over time (014 clauses 5.2, 5.3)."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise

from qonform.checks.etsi014.delivery import judge_gone, judge_still_there
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
from qonform.ports.outcome import Delivered, Refused


@judges("ETSI-014-5.2-03", keys=0)
def status_consumes_nothing(bench: Bench, judge: Judge) -> None:
    """Get status many times in a row: the store must not shrink by it."""
    rounds = []
    for _ in range(_STATUS_ROUNDS):
        asked, idle, step_by_step = _fallen(bench)
        if asked <= 0:
            judge.that(
                "ETSI-014-5.2-03",
                True,
                due="a stored_key_count that does not fall",
                came="stored_key_count did not fall",
            )
            return
        rounds.append((asked, idle, step_by_step))
    half = _ASKED / 2
    if not all(asked > half and idle <= asked / 2 and steps for asked, idle, steps in rounds):
        raise Undecidable(
            "stored_key_count changes by itself: somebody else draws from the store, "
            "or it does not count what is stored"
        )
    asked, idle, _ = rounds[0]
    judge.that(
        "ETSI-014-5.2-03",
        False,
        due="a stored_key_count that does not fall",
        came=f"it fell by {asked} over {_ASKED} Get status, and by {idle:.0f} in the same time "
        "without",
    )


_ASKED = 8
"""How often Get status is asked in a row, to see the store shrink."""
_STATUS_ROUNDS = 4
"""How often in a row that must be so: others may draw just then, once or twice."""


def _fallen(bench: Bench) -> tuple[int, float, bool]:
    """By how much the store shrinks while Get status is asked, and in as much time without.

    The time without is bounded, and it takes a Get status, too, to see what there is at its end:
    where that takes a share of what fell, it is left out.

    Returns:
        The first, the second, and whether most times Get status found less than the time before.

    Raises:
        Undecidable: Get status takes so long that the time without says too little.
    """
    counts, began = [_stored(bench)], time.monotonic()
    counts += [_stored(bench) for _ in range(_ASKED)]
    took_s = time.monotonic() - began
    time.sleep(min(took_s, bench.target.limits.timeout_s))
    fell = counts[-1] - _stored(bench)
    times = took_s / (time.monotonic() - began - took_s)
    if times > _ASKED / 2:
        raise Undecidable("Get status takes too long to see what the store does without it")
    asked = counts[0] - counts[-1]
    by_asking = (asked - fell * times) / (_ASKED - times)
    steps = sum(former > later for former, later in pairwise(counts))
    return asked, max(0.0, fell - by_asking) * times, steps > _ASKED / 2


_ROUNDS = 4
"""How often the store must have failed to shrink: new keys may hide it by chance, once."""


@judges("ETSI-014-5.3-03", keys=by_effort(16, 64, 64))
def the_store_shrinks_by_what_is_delivered(bench: Bench, judge: Judge) -> None:
    """Get status, Get key, Get status: the store has less, by about as much as was delivered.

    What it grew by in the meantime is measured too, over a time that is longer and never the same.
    """
    number = min(bench.by_effort(4, 16, 16), bench.max_number)
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
    due = "the first key, still to be fetched"
    judge_still_there(bench, judge, "ETSI-014-5.3-04", first, fetched[1], due=due)
    if other is not None:
        third, keys = other
        late = bench.fetch(third, [key.id for key in keys])
        due = "the other pair's key"
        judge_still_there(bench, judge, "ETSI-014-5.3-04", keys, late, due=due)


def _waiting(effort: Effort) -> int:
    return effort.of(24, 48, 200)


def _cost_of_waiting(offer: Offer, effort: Effort) -> float:
    return offer.keys(_waiting(effort) * offer.smallest)


@judges(deepens=("ETSI-014-5.3-04",), keys=_cost_of_waiting)
def many_keys_wait_for_their_slave(bench: Bench, judge: Judge) -> None:
    """Many small keys are drawn one after the other; then the slave fetches the first.

    No more than there is room for: a KME may have one room for all keys that wait.
    """
    number = min(_waiting(bench.effort), bench.advertised.max_key_count or _waiting(bench.effort))
    keys = [key for _ in range(number) for key in bench.draw(size=bench.smallest)]
    ever = bench.has_arrivals is not False
    last = bench.fetch(bench.slave, [keys[-1].id], judged=ever)
    if not isinstance(last, Delivered):
        raise Undecidable(f"the slave does not get even the last key: {last}")
    first = bench.fetch(bench.slave, [keys[0].id], judged=True)
    due = f"the first of {number} keys, which were drawn one after the other"
    judge_still_there(bench, judge, "ETSI-014-5.3-04", keys[:1], first, due=due)


def _other_pair(bench: Bench) -> tuple[Application, list[Key]] | None:
    """A key of the master with a further SAE, where there is one."""
    try:
        return bench.third, bench.draw(to=bench.third.sae_id)
    except Undecidable:
        return None


@judges("ETSI-014-5.3-05", deepens=("ETSI-014-5.4-06",), keys=1)
def roles_are_per_key(bench: Bench, judge: Judge) -> None:
    """The slave calls Get key towards the master, who fetches, and then asks again."""
    if bench.target.claims.keys.one_way:
        judge.not_applicable("ETSI-014-5.3-05", "the manifest claims one_way")
        judge.not_applicable("ETSI-014-5.4-06", "the manifest claims one_way")
        return
    slave, master = bench.slave, bench.master
    got = bench.get_key(KeyRequest(), by=slave, to=master.sae_id)
    if isinstance(got, Refused):  # that nothing need be stated is a requirement of its own
        got = bench.get_key(KeyRequest(1, bench.key_size), by=slave, to=master.sae_id)
    if not isinstance(got, Delivered) or not got.value.keys:
        judge.that("ETSI-014-5.3-05", False, due="a key for the slave as master", came=got)
        return
    ids = [key.id for key in got.value.keys]
    fetched = bench.fetch(master, ids, master=slave.sae_id)
    judge.that(
        "ETSI-014-5.3-05", isinstance(fetched, Delivered), due="the slave's key", came=fetched
    )
    judge_gone(judge, fetched, master.keys.get_key_with_ids(slave.sae_id, ids))


def _stored(bench: Bench) -> int:
    outcome = bench.master.keys.get_status(bench.slave_id)
    if not isinstance(outcome, Delivered) or outcome.value.stored_key_count is None:
        raise Undecidable(f"Get status gave no stored_key_count: {outcome}")
    return outcome.value.stored_key_count
