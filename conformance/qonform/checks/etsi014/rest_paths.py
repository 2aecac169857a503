"""The paths of REST (014 clause 5.1, table 2)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from qonform.drivers.etsi014_wire import Request, segment
from qonform.generators import malformed_requests as malformed
from qonform.judging import Undecidable, judges
from qonform.ports.key_delivery import (
    GetStatus,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Outcome, Refused

if TYPE_CHECKING:
    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Judge


@judges("ETSI-014-5.1-08", keys=1)
def the_three_paths_exist(rest: RestBench, judge: Judge) -> None:
    """A well-formed call of each method, at the path that table 2 gives."""
    bench = rest.bench
    _judge_path(judge, "{slave_SAE_ID}/status", bench.master.keys.get_status(bench.slave_id))
    bench.afford(bench.key_size)
    got = bench.master.keys.get_key(bench.slave_id, KeyRequest())
    if _is_absent(got):  # unless it was for want of keys
        got = bench.get_key(KeyRequest())
    _judge_path(judge, "{slave_SAE_ID}/enc_keys", got)
    key_ids = [key.id for key in got.value.keys] if isinstance(got, Delivered) else []
    if not key_ids:
        raise Undecidable(f"no key to ask dec_keys for: {got}")
    fetched = bench.fetch(bench.slave, key_ids[:1], judged=True)
    _judge_path(judge, "{master_SAE_ID}/dec_keys", fetched)


def _is_absent(outcome: Outcome[Any]) -> bool:
    return isinstance(outcome, Refused) and outcome.code in ("404", "405")


def _judge_path(judge: Judge, path: str, outcome: Outcome[Any]) -> None:
    judge.that("ETSI-014-5.1-08", not _is_absent(outcome), due=f"/api/v1/keys/{path}",
               came=f"{path}: {outcome}", evidence=[outcome])  # fmt: skip


@judges("ETSI-014-5.1-09", keys=0)
def the_path_is_url_decoded(rest: RestBench, judge: Judge) -> None:
    """Get status with one character of the slave's ID percent-encoded, then with all of them."""
    bench, slave = rest.bench, rest.bench.slave_id
    plain = rest.get_status(bench.master, slave)
    if not isinstance(plain.outcome, Delivered):
        raise Undecidable(f"Get status is not served without encoding either: {plain}")
    for encoded in dict.fromkeys((_encoded(slave[:1]) + segment(slave[1:]), _encoded(slave))):
        call = GetStatus(bench.master.sae_id, slave)
        request = Request("GET", f"/{encoded}/status", call=call)
        answer = bench.patiently(bench.master, partial(rest.send, bench.master, request))
        if answer.reply is None:
            raise Undecidable(f"{encoded}: {answer}")
        judge.that(
            "ETSI-014-5.1-09", _association(answer) == _association(plain),
            due=f"the Status of {slave} for {encoded}", came=f"{encoded}: {answer}",
            evidence=[plain, answer],
        )  # fmt: skip


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _association(answer: Answer) -> Status | None:
    """Whose Status it is: the rest may change by itself."""
    if isinstance(answer.outcome, Delivered) and isinstance(status := answer.outcome.value, Status):
        return Status(
            source_kme_id=status.source_kme_id,
            target_kme_id=status.target_kme_id,
            master_sae_id=status.master_sae_id,
            slave_sae_id=status.slave_sae_id,
        )
    return None


@judges(deepens=("ETSI-014-6.2-23",), keys=0)
def a_path_that_names_nobody(rest: RestBench, judge: Judge) -> None:
    """Get status for bytes that are not UTF-8, and a key of a master whose ID is empty."""
    bench = rest.bench
    control = rest.get_status(bench.master, bench.slave_id)
    if not isinstance(control.outcome, Delivered):
        raise Undecidable(f"Get status is not served for the slave either: {control}")
    for by, path in (
        (bench.master, "/%FF%C0/status"),
        (bench.slave, f"//dec_keys?key_ID={malformed.SOME_ID}"),
    ):
        request = Request("GET", path, beside=True)  # whoever reads it first may refuse it
        answer = bench.patiently(by, partial(rest.send, by, request))
        if answer.reply is None:
            raise Undecidable(f"{path}: {answer}")
        judge.that("ETSI-014-6.2-23", answer.reply.status < 500, due="no fault of the server",
                   came=f"{path}: {answer}", evidence=[control, answer])  # fmt: skip
