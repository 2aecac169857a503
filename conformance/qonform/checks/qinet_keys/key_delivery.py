"""What qinet.keys.v1 says beyond the standard whose meaning it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

from qinet.discovery.v1 import discovery_pb2
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc
from qonform.checks.callers import callers, claims, judge_turned_away, one_per_node
from qonform.judging import Undecidable, judges
from qonform.ports.key_delivery import KeyRequest, Status
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from qonform.checks.wires import RpcBench
    from qonform.judging import Judge
    from qonform.ports.key_delivery import KeyContainer


@judges("QINET-KEYS-04", keys=0)
def metadata_changes_no_answer(rpc: RpcBench, judge: Judge) -> None:
    """Every SAE asks with metadata that claims to be another, and is answered as itself."""
    everybody = callers(rpc.bench)
    for caller in everybody:
        own, node = caller.identity.sae_id, caller.node
        beside = [c.identity.sae_id for c in everybody if c.node == node and c != caller]
        claimed = (beside or [caller.peer])[0]
        liar = caller.identity.with_headers(claims(claimed), f"{own} claiming to be {claimed}")
        pairs = {
            "GetNode": (rpc.driver.get_node(node, caller.identity).outcome,
                        rpc.driver.get_node(node, liar).outcome),
            "GetStatus": (caller.status(),
                          rpc.bench.at(node, liar).keys.get_status(caller.peer)),
        }  # fmt: skip
        for method, (honest, lying) in pairs.items():
            if isinstance(honest, Delivered) and _is_of_identity(lying):
                judge.that("QINET-KEYS-04", _who(lying) == _who(honest),
                           due=f"{method} for {_who(honest)}, as without metadata",
                           came=f"{liar.label}: {method} for {_who(lying)}",
                           evidence=[honest, lying])  # fmt: skip


def _is_of_identity(outcome: Outcome[Any]) -> bool:
    """Whether an answer says whom the caller was taken for; too much metadata is another matter."""
    unauthorised = isinstance(outcome, Refused) and outcome.kind is RefusalKind.UNAUTHORISED
    return isinstance(outcome, Delivered) or unauthorised


def _who(outcome: Outcome[Any]) -> str:
    """Whom an answer takes the caller for; a refusal, for nobody that it knows."""
    match outcome:
        case Delivered(value=discovery_pb2.GetNodeResponse() as told):
            return told.caller_id
        case Delivered(value=Status() as status):
            return f"{status.master_sae_id}"
        case _:
            return f"nobody: {outcome}"


@judges("QINET-KEYS-05", keys=0)
def nothing_is_served_without_tls(rpc: RpcBench, judge: Judge) -> None:
    """GetStatus over a connection in plain text, then by the SAE itself with TLS."""
    for caller in one_per_node(rpc.bench):
        somebody = caller.identity.without_certificate()
        with grpc.insecure_channel(rpc.driver.address(caller.node)) as channel:
            stub = key_delivery_pb2_grpc.KeyDeliveryStub(channel)
            plain = rpc.driver.call(
                caller.node, somebody, "qinet.keys.v1.KeyDelivery/GetStatus", stub.GetStatus,
                pb.GetStatusRequest(slave_id=caller.peer), None,
                lambda response, number: Delivered(response.status, number),
            )  # fmt: skip
        served = plain.response is not None
        if served:
            judge.that("QINET-KEYS-05", False, due="no answer without TLS",
                       came=f"a Status at {caller.node}", evidence=[plain.outcome])  # fmt: skip
        else:
            judge_turned_away(judge, "QINET-KEYS-05", f"in plain text at {caller.node}",
                              plain.outcome, caller.control())  # fmt: skip


@judges("QINET-KEYS-07", "QINET-KEYS-08", keys=1)
def an_explicit_zero_is_not_absent(rpc: RpcBench, judge: Judge) -> None:
    """GetKey with number = 0, then with size_bits = 0; then one that is served."""
    bench = rpc.bench
    zeros = {
        "NUMBER_OUT_OF_RANGE": bench.master.keys.get_key(bench.slave_id, KeyRequest(number=0)),
        "SIZE_OUT_OF_RANGE": bench.master.keys.get_key(bench.slave_id, KeyRequest(size=0)),
    }
    control = bench.get_key(KeyRequest())
    for reason, outcome in zeros.items():
        empty = isinstance(outcome, Delivered) and not outcome.value.keys
        judge.refusal("QINET-KEYS-07", outcome, empty or isinstance(outcome, Refused),
                      due="a refusal, or no key", control=control, evidence=[outcome])  # fmt: skip
        _judge_reason(judge, "QINET-KEYS-08", outcome, reason, control)


def _judge_reason(
    judge: Judge,
    requirement: str,
    outcome: Outcome[KeyContainer],
    reason: str,
    control: Outcome[KeyContainer],
) -> None:
    said = isinstance(outcome, Refused) and outcome.reason == reason
    judge.refusal(requirement, outcome, said, due=f"a refusal with {reason}", control=control,
                  evidence=[outcome])  # fmt: skip


@judges("QINET-KEYS-09", keys=1)
def what_cannot_be_done_without(rpc: RpcBench, judge: Judge) -> None:
    """Calls that lack the slave, the master, all key IDs, or the text of one; then whole ones."""
    bench, master = rpc.bench, rpc.bench.master.sae_id
    (key,) = bench.draw()
    asks, fetches = bench.master.keys, bench.slave.keys
    lacking: dict[str, Outcome[Any]] = {
        "GetStatus without slave_id": asks.get_status(""),
        "GetKey without slave_id": asks.get_key("", KeyRequest()),
        "GetKeyWithKeyIds without master_id": fetches.get_key_with_ids("", [key.id]),
        "GetKeyWithKeyIds without key_ids": fetches.get_key_with_ids(master, []),
        "GetKeyWithKeyIds with an empty key_id": fetches.get_key_with_ids(master, [""]),
    }
    whole = bench.fetch(bench.slave, [key.id])
    if not isinstance(whole, Delivered):
        raise Undecidable(f"the same call with nothing lacking is not served: {whole}")
    for name, outcome in lacking.items():
        if isinstance(outcome, Failed):
            judge.undecided("QINET-KEYS-09", f"{name}: {outcome}", evidence=[outcome])
            continue
        bad = isinstance(outcome, Refused) and outcome.code == "INVALID_ARGUMENT"
        judge.that("QINET-KEYS-09", bad, due="INVALID_ARGUMENT", came=f"{name}: {outcome}",
                   evidence=[outcome, whole])  # fmt: skip
