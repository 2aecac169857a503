"""Requests at the same time, each on a connection of its own (014 clauses 5.3 and 5.4)."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import cycle, islice

from qonform.checks.etsi014.get_key import smallest_size
from qonform.judging import Application, Bench, Judge, Undecidable, by_effort, judges
from qonform.ports.key_delivery import Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Outcome


def width(bench: Bench) -> int:
    """How many requests run at once: as many as the manifest allows, at most 8."""
    if bench.target.limits.max_concurrency < 2:
        raise Undecidable("limits.max_concurrency allows no two requests at once")
    return min(8, bench.target.limits.max_concurrency)


@judges("ETSI-014-5.4-07", deepens=("ETSI-014-5.4-05",), keys=by_effort(4, 16, 80), chance=True)
def one_slave_asks_for_one_key_many_times_at_once(bench: Bench, judge: Judge) -> None:
    """The slave asks for the same key several times at once: it is delivered once, and not lost."""
    slave, master = bench.slave, bench.master.sae_id
    for _ in range(bench.cases(2, 8, 40)):
        key = arrived(bench)
        outcomes = bench.burst(
            [partial(slave.keys.get_key_with_ids, master, [key.id])] * width(bench)
        )
        served = [o for o in outcomes if isinstance(o, Delivered)]
        judge.that(
            "ETSI-014-5.4-07",
            len(served) <= 1,
            due="the key at most once",
            came=f"{len(served)} of {len(outcomes)} requests delivered it",
            evidence=outcomes,
        )
        if not served:
            late = bench.fetch(slave, [key.id])
            judge.that(
                "ETSI-014-5.4-05",
                isinstance(late, Delivered),
                due="the key, which none of the refused requests used up",
                came=late,
                evidence=[*outcomes, late],
            )
        else:
            judge.that(
                "ETSI-014-5.4-05",
                True,
                due="the key",
                came="the key was delivered",
                evidence=outcomes,
            )


@judges(deepens=("ETSI-014-5.4-02", "ETSI-014-5.4-05"), keys=by_effort(4, 16, 80), chance=True)
def a_slave_and_a_third_party_at_once(bench: Bench, judge: Judge) -> None:
    """The slave and an SAE that was not named ask for one key at once: only the slave gets it."""
    slave, third, master = bench.slave, bench.third, bench.master.sae_id
    for _ in range(bench.cases(2, 8, 40)):
        key = arrived(bench)
        asking = list(islice(cycle((third, slave)), width(bench)))
        outcomes = bench.burst([partial(a.keys.get_key_with_ids, master, [key.id]) for a in asking])
        wrong = [
            o
            for a, o in zip(asking, outcomes, strict=True)
            if a is third and isinstance(o, Delivered)
        ]
        right = [
            o
            for a, o in zip(asking, outcomes, strict=True)
            if a is slave and isinstance(o, Delivered)
        ]
        judge.that(
            "ETSI-014-5.4-02",
            not wrong,
            due="no key for an SAE that was not named",
            came=wrong[0] if wrong else "no key",
            evidence=outcomes,
        )
        late = right[0] if right else bench.fetch(slave, [key.id])
        judge.that(
            "ETSI-014-5.4-05",
            isinstance(late, Delivered),
            due="the key for its slave",
            came=late,
            evidence=[*outcomes, late],
        )


@judges(deepens=("ETSI-014-6.2-19",), keys=by_effort(2, 8, 40), chance=True)
def two_slaves_of_one_key_at_once(bench: Bench, judge: Judge) -> None:
    """Both slaves of a key ask for it at once: both get it."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-19", "no additional slaves are offered")
        return
    both, master = (bench.slave, bench.third), bench.master.sae_id
    for _ in range(bench.cases(2, 8, 40)):
        keys = bench.draw(size=smallest_size(bench), additional=[bench.third])
        width(bench)
        outcomes = bench.burst(
            [partial(a.keys.get_key_with_ids, master, [keys[0].id]) for a in both]
        )
        for by, outcome in zip(both, outcomes, strict=True):
            fetched = outcome if isinstance(outcome, Delivered) else bench.fetch(by, [keys[0].id])
            judge.that(
                "ETSI-014-6.2-19",
                isinstance(fetched, Delivered),
                due=f"the key for {by.sae_id}",
                came=fetched,
                evidence=[*outcomes, fetched],
            )


@judges(deepens=("ETSI-014-3.1-01", "ETSI-014-5.3-02"), keys=by_effort(16, 64, 320), chance=True)
def several_masters_at_once(bench: Bench, judge: Judge) -> None:
    """Masters at both ends call Get key at once: no key and no ID is given to two of them."""
    size = smallest_size(bench)
    masters = _masters(bench)
    for _ in range(bench.cases(2, 8, 40)):
        asking = list(islice(cycle(masters), width(bench)))
        bench.afford(len(asking) * size)
        outcomes = bench.burst(
            [partial(by.keys.get_key, to, KeyRequest(1, size)) for by, to in asking]
        )
        _judge_distinct(judge, outcomes)
    served = [o for o in outcomes if isinstance(o, Delivered)]
    if not served:
        raise Undecidable(f"no Get key among those at once was served: {outcomes[0]}")


def _masters(bench: Bench) -> list[tuple[Application, str]]:
    """Who calls Get key, and for whom: the master, and the slave unless links are one-way."""
    master, slave_id = bench.master, bench.slave_id
    pairs = [(master, slave_id)]
    if not bench.target.claims.keys.one_way:
        with suppress(Undecidable):  # with one node only, the master races against itself
            pairs.append((bench.slave, master.sae_id))
    return pairs


def _judge_distinct(judge: Judge, outcomes: list[Outcome[KeyContainer]]) -> None:
    keys = [key for o in outcomes if isinstance(o, Delivered) for key in o.value.keys]
    if not keys:
        return
    ids, material = {k.id.lower() for k in keys}, {k.material for k in keys}
    judge.that(
        "ETSI-014-3.1-01",
        len(ids) == len(keys),
        due=f"{len(keys)} different key IDs",
        came=f"{len(ids)} different key IDs for {len(keys)} keys",
        evidence=outcomes,
    )
    if all(key.material.bits >= 64 for key in keys):
        judge.that(
            "ETSI-014-5.3-02",
            len(material) == len(keys),
            due=f"{len(keys)} different keys",
            came=f"{len(material)} different keys",
            evidence=outcomes,
        )
    else:
        judge.undecided("ETSI-014-5.3-02", "keys of less than 64 bit may be equal by chance")


def arrived(bench: Bench) -> Key:
    """A key that has reached the slave's KME, as a later one that the slave fetched shows."""
    size = smallest_size(bench)
    key, probe = bench.draw(2, size=size)
    fetched = bench.fetch(bench.slave, [probe.id])
    if not isinstance(fetched, Delivered):
        raise Undecidable(f"the slave does not get its keys: {fetched}")
    return key
