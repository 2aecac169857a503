"""Requests at the same moment (014 clauses 5.3 and 5.4)."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from qonform.checks.etsi014.race import AT_ONCE, Race, cost, fetch_of
from qonform.checks.etsi014.rest_get import by_get
from qonform.drivers.etsi014_wire import Request, segment
from qonform.judging import Application, Bench, Judge, Network, Shot, Undecidable, judges
from qonform.ports.key_delivery import Call, GetKey, GetStatus, KeyRequest

if TYPE_CHECKING:
    from qonform.checks.wires import RestBench, RpcBench


@judges(
    "ETSI-014-5.4-07",
    deepens=("ETSI-014-5.4-01", "ETSI-014-5.4-06"),
    keys=cost(1),
    chance=True,
)
def one_slave_asks_for_one_key_many_times_at_once(bench: Bench, judge: Judge) -> None:
    """The slave asks for the same key several times at once: it is delivered once, and not lost."""
    with Race(bench, judge, "ETSI-014-5.4-07", "ETSI-014-5.4-06", "ETSI-014-5.4-01") as race:
        for (key,) in race.keys(1):
            race.burst([fetch_of(bench.slave, bench, key)] * race.at_once)
            race.settle([bench.slave], [key])


@judges(deepens=("ETSI-014-5.4-07", "ETSI-014-6.4-07"), keys=cost(2), chance=True)
def a_slave_asks_for_keys_alone_and_together_at_once(bench: Bench, judge: Judge) -> None:
    """The slave asks for a key alone and in one request with another, at once: each comes once."""
    if bench.max_number < 2:
        why = "Status allows one key a request"
        judge.not_applicable("ETSI-014-5.4-07", why)
        judge.not_applicable("ETSI-014-6.4-07", why)
        return
    with Race(bench, judge, "ETSI-014-5.4-07", "ETSI-014-6.4-07") as race:
        for one, other in race.keys(2):
            alone, together = (
                fetch_of(bench.slave, bench, one),
                fetch_of(bench.slave, bench, one, other),
            )
            race.burst(list(islice(cycle((alone, together)), race.at_once)))
            race.settle([bench.slave], [one, other])


@judges(deepens=("ETSI-014-5.4-02", "ETSI-014-5.4-05"), keys=cost(1), chance=True)
def a_slave_and_a_third_party_at_once(bench: Bench, judge: Judge) -> None:
    """The slave and an SAE that was not named ask for one key at once: only the slave gets it."""
    both = (bench.third, bench.slave)
    with Race(bench, judge, "ETSI-014-5.4-02", "ETSI-014-5.4-05") as race:
        for (key,) in race.keys(1):
            race.burst([fetch_of(by, bench, key) for by in islice(cycle(both), race.at_once)])
            race.settle([bench.slave], [key])


@judges(deepens=("ETSI-014-6.2-19",), keys=cost(1), chance=True)
def two_slaves_of_one_key_at_once(bench: Bench, judge: Judge) -> None:
    """Both slaves of a key ask for it at once: both get it."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-19", "no additional slaves are offered")
        return
    both = (bench.slave, bench.third)
    with Race(bench, judge, "ETSI-014-6.2-19") as race:
        for (key,) in race.keys(1, bench.third):
            race.burst([fetch_of(by, bench, key) for by in islice(cycle(both), race.at_once)])
            race.settle(both, [key])


@judges(deepens=("ETSI-014-3.1-01", "ETSI-014-5.3-02"), keys=cost(AT_ONCE), chance=True)
def several_masters_at_once(bench: Bench, judge: Judge) -> None:
    """Masters at both ends call Get key at once: no key and no ID is given to two of them."""
    size = bench.cheapest
    if size < 64:
        judge.undecided("ETSI-014-5.3-02", "keys of less than 64 bit may be equal by chance")
    decides = ("ETSI-014-3.1-01", "ETSI-014-5.3-02")[: 2 if size >= 64 else 1]
    with Race(bench, judge, *decides) as race:
        asking = list(islice(cycle(_masters(bench, KeyRequest(1, size))), race.at_once))
        if race.at_once > 2:
            asking[-1] = bench.master, GetStatus(bench.master.sae_id, bench.slave_id)
        for _ in range(race.rounds):
            bench.afford(race.at_once * size)
            race.served(race.burst(asking))


@judges(deepens=("ETSI-014-3.1-01", "ETSI-014-5.3-02"), keys=cost(AT_ONCE), chance=True)
def one_master_asks_alike_by_get_at_once(rest: RestBench, judge: Judge) -> None:
    """The master sends the same GET for a key several times at once: each answer has its own."""
    bench, master = rest.bench, by_get(rest, rest.bench.master)
    request = KeyRequest(size=max(64, bench.cheapest))
    with Race(bench, judge, "ETSI-014-3.1-01", "ETSI-014-5.3-02") as race:
        asking = [(master, GetKey(master.sae_id, bench.slave_id, request))] * race.at_once
        for _ in range(race.rounds):
            bench.afford(race.at_once * bench.cheapest)
            race.served(race.burst(asking))


def _masters(bench: Bench, request: KeyRequest) -> list[tuple[Application, Call]]:
    """Who calls Get key, and for whom: the master, and the slave unless links are one-way."""
    pairs = [(bench.master, bench.slave_id)]
    if not bench.target.claims.keys.one_way:
        with suppress(Undecidable):  # with one node only, the master races against itself
            pairs.append((bench.slave, bench.master.sae_id))
    return [(by, GetKey(by.sae_id, to, request)) for by, to in pairs]


@judges(deepens=("ETSI-014-5.4-07",), keys=cost(1), chance=True)
def one_slave_asks_over_all_transports_at_once(network: Network, judge: Judge) -> None:
    """The slave asks for one key over several transports at once: at most one answer has it.

    No text says that it can be fetched over another than Get key. If it is, it is gone.
    """
    bench = network.bench
    slaves = [b.slave for b in network.benches]
    told = [
        replace(slave, node=f"{slave.node} over {b.profile}")
        for slave, b in zip(slaves, network.benches, strict=True)
    ]
    with Race(bench, judge, "ETSI-014-5.4-07") as race:
        for (key,) in race.keys(1):
            race.burst([fetch_of(by, bench, key) for by in islice(cycle(told), race.at_once)])
            race.settle([told[0]], [key])


@judges(deepens=("ETSI-014-5.4-07",), keys=cost(1), chance=True)
def streams_of_one_connection_ask_for_one_key(rpc: RpcBench, judge: Judge) -> None:
    """The slave asks for the same key several times at once, on one connection: it comes once."""
    bench, slave = rpc.bench, rpc.bench.slave
    keys = rpc.driver.on_one_connection(slave.node, slave.identity)
    slave = Application(slave.sae_id, slave.node, slave.identity, keys)
    with Race(bench, judge, "ETSI-014-5.4-07") as race:
        for (key,) in race.keys(1):
            race.burst([fetch_of(slave, bench, key)] * race.at_once)
            race.settle([slave], [key])


@judges(deepens=("ETSI-014-5.4-07",), keys=cost(1), chance=True)
def requests_in_a_row_on_one_connection_ask_for_one_key(rest: RestBench, judge: Judge) -> None:
    """The slave sends GETs for one key, one right after the other on one connection: it comes once.

    A server that closes the connection after a reply leaves the rest unanswered, and is not judged
    by that.
    """
    bench, slave = rest.bench, rest.bench.slave
    with Race(bench, judge, "ETSI-014-5.4-07") as race:
        for (key,) in race.keys(1):
            by, call = fetch_of(slave, bench, key)
            query = urlencode({"key_ID": key.id})
            request = Request("GET", f"/{segment(call.master)}/dec_keys?{query}", call=call)
            began = time.monotonic()
            answers = rest.driver.send_in_a_row(slave.node, slave.identity, request, race.at_once)
            shots = [Shot(answer.outcome, began, time.monotonic()) for answer in answers]
            race.record([(by, call)] * race.at_once, shots, timed=False)
            race.settle([slave], [key])
