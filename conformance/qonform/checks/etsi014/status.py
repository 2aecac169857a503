"""Get status (014 clauses 5.2 and 6.1)."""

from __future__ import annotations

from qonform.judging import Bench, Judge, Undecidable, judges
from qonform.ports.outcome import Delivered, RefusalKind, Refused


@judges("ETSI-014-5.2-01", "ETSI-014-5.2-02", keys=0)
def a_master_is_told_its_status(bench: Bench, judge: Judge) -> None:
    """The master asks for the status of its key association with the slave."""
    outcome = bench.settle(
        lambda: bench.master.keys.get_status(bench.slave_id),
        lambda o: not isinstance(o, Refused) or o.kind is not RefusalKind.UNAVAILABLE,
    )
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
