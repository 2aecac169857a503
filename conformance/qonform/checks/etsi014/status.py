"""Get status (014 clauses 5.2 and 6.1)."""

from __future__ import annotations

from functools import partial

from qonform.generators.malformed_requests import SOME_ID
from qonform.judging import Bench, Judge, Undecidable, is_unavailable, judges
from qonform.ports.outcome import Delivered


@judges("ETSI-014-5.2-01", "ETSI-014-5.2-02", keys=0)
def a_master_is_told_its_status(bench: Bench, judge: Judge) -> None:
    """The master asks for the status of its key association with the slave."""
    outcome = bench.settle(
        lambda: bench.master.keys.get_status(bench.slave_id),
        lambda o: not is_unavailable(o),
    )
    nothing = partial(bench.master.keys.get_key_with_ids, bench.slave_id, [SOME_ID])
    if is_unavailable(outcome) and any(is_unavailable(nothing()) for _ in range(4)):
        raise Undecidable(f"the master is {outcome}, and not only for Get status")
    served = isinstance(outcome, Delivered)
    judge.that("ETSI-014-5.2-01", served, due="a Status", came=outcome)
    if not isinstance(outcome, Delivered):
        raise Undecidable(f"no Status to judge: {outcome}")
    status = outcome.value
    judge.that(
        "ETSI-014-5.2-02",
        (status.master_sae_id, status.slave_sae_id) == (bench.master.sae_id, bench.slave_id),
        due=f"master {bench.master.sae_id}, slave {bench.slave_id}",
        came=f"master {status.master_sae_id}, slave {status.slave_sae_id}",
    )
