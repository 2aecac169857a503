"""Key requests that are read to their end, or refused (014 clause 6.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qonform.checks.etsi014.extensions import UNKNOWN
from qonform.checks.wires import simple_call
from qonform.drivers.etsi014_wire import Request, segment
from qonform.judging import judges
from qonform.ports.key_delivery import GetKey, KeyRequest
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from qonform.checks.wires import RestBench
    from qonform.judging import Judge

IN_CHUNKS = {"Transfer-Encoding": "chunked"}


@judges(deepens=("ETSI-014-6.2-01", "ETSI-014-6.2-03"), keys=2)
def a_body_in_chunks_is_read_or_refused(rest: RestBench, judge: Judge) -> None:
    """Get key for two of the smallest keys, in a body that comes in chunks (RFC 9112 7.1)."""
    bench = rest.bench
    members = {"number": min(2, bench.max_number), "size": bench.cheapest}
    bench.afford(2 * bench.key_size)
    request = Request(
        "POST",
        f"/{segment(bench.slave_id)}/enc_keys",
        json.dumps(members).encode(),
        IN_CHUNKS,
        call=simple_call(bench.master, bench.slave_id, **members),
    )
    _judge_amount(judge, members, rest.send(bench.master, request).outcome)


@judges(deepens=("ETSI-014-6.2-01", "ETSI-014-6.2-03"), keys=0)
def numbers_beyond_any_integer_are_refused(rest: RestBench, judge: Judge) -> None:
    """Get key for more keys, and for longer ones, than 32 and than 64 bits can count."""
    bench = rest.bench
    for beyond in (2**32, 2**64):
        for members in ({"number": beyond + 1}, {"size": beyond + bench.key_size}):
            call = simple_call(bench.master, bench.slave_id, **members)
            for ask in (rest.post_key, rest.get_key):
                answer = ask(bench.master, bench.slave_id, members, call=call)
                _judge_amount(judge, members, answer.outcome)


def _judge_amount(judge: Judge, members: dict[str, int], outcome: Outcome[Any]) -> None:
    """What is served is as much as was asked for, whatever else could have been answered."""
    if not isinstance(outcome, Delivered):
        for requirement in ("ETSI-014-6.2-01", "ETSI-014-6.2-03"):
            judge.not_applicable(requirement, f"such a request is not served: {outcome}")
        return
    lengths = {key.material.bits for key in outcome.value.keys}
    if number := members.get("number"):
        came = len(outcome.value.keys)
        judge.that("ETSI-014-6.2-01", came == number, due=f"{number} keys, or an error",
                   came=f"{came} keys", evidence=[outcome])  # fmt: skip
    if size := members.get("size"):
        came_long = " and ".join(map(str, sorted(lengths))) or "no"
        judge.that("ETSI-014-6.2-03", lengths == {size}, due=f"keys of {size} bit, or an error",
                   came=f"keys of {came_long} bit", evidence=[outcome])  # fmt: skip


@judges(deepens=("ETSI-014-6.2-13",), keys=2)
def an_unknown_name_beside_a_known_one(rest: RestBench, judge: Judge) -> None:
    """Get key with one object of mandatory parameters: a supported one, and one nobody knows."""
    bench = rest.bench
    known = [e for e in bench.target.claims.keys.extensions if e.has_possible][:1]
    if not known:
        judge.not_applicable("ETSI-014-6.2-13", "the manifest claims no extension with a value")
        return
    met = {known[0].name: known[0].possible}
    control = bench.get_key(KeyRequest(mandatory=tuple(met.items())))
    for entry in ({**met, UNKNOWN: "on"}, {UNKNOWN: "on", **met}):
        bench.afford(bench.key_size)
        call = GetKey(
            bench.master.sae_id, bench.slave_id, KeyRequest(mandatory=tuple(entry.items()))
        )
        body = {"extension_mandatory": [entry]}
        refused = rest.post_key(bench.master, bench.slave_id, body, call=call).outcome
        bad = isinstance(refused, Refused) and refused.kind is RefusalKind.BAD_REQUEST
        judge.refusal("ETSI-014-6.2-13", refused, bad, due="400", control=control,
                      evidence=[refused])  # fmt: skip
