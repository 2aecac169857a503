"""What stands around key delivery: discovery, health and reflection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from qinet.discovery.v1 import discovery_pb2
from qonform.checks.callers import Caller, callers, one_per_node
from qonform.judging import Undecidable, judges
from qonform.ports.outcome import Delivered, Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonform.checks.wires import RpcBench
    from qonform.drivers.qinet_wire import RpcAnswer
    from qonform.judging import Judge

KEY_DELIVERY = "qinet.keys.v1.KeyDelivery"
DISCOVERY = "qinet.discovery.v1.Discovery"
CHECK = "grpc.health.v1.Health/Check"
Health = health_pb2.HealthCheckResponse
Reflected = reflection_pb2.ServerReflectionResponse


@judges("QINET-KEYS-11", keys=0)
def discovery_and_status_name_one_node(rpc: RpcBench, judge: Judge) -> None:
    """GetNode and GetStatus at each node, by the same SAE."""
    for caller in one_per_node(rpc.bench):
        node, answer = described(rpc, caller)
        status = caller.status()
        kme_id = status.value.source_kme_id if isinstance(status, Delivered) else None
        if kme_id is None and caller.identity.sae_id == rpc.bench.slave_id:
            kme_id = rpc.bench.advertised.target_kme_id  # one-way: as the master's KME names it
        if node is None or kme_id is None:
            why = answer.outcome if node is None else status
            judge.undecided("QINET-KEYS-11", f"{caller.node}: {why}")
            continue
        told = node.node.node_id
        judge.that("QINET-KEYS-11", told == kme_id, due=f"node_id {kme_id}, as in Status",
                   came=f"node_id {told}", evidence=[answer.outcome, status])  # fmt: skip


@judges("QINET-KEYS-12", keys=0)
def each_caller_is_told_its_own_id(rpc: RpcBench, judge: Judge) -> None:
    """GetNode by every enrolled SAE of the manifest."""
    for caller in callers(rpc.bench):
        node, answer = described(rpc, caller)
        own = caller.identity.sae_id
        if isinstance(answer.outcome, Failed):
            judge.undecided("QINET-KEYS-12", f"{own}: {answer.outcome}", evidence=[answer.outcome])
            continue
        came = f"{answer.outcome}" if node is None else f"{own} is told caller_id {node.caller_id}"
        judge.that("QINET-KEYS-12", node is not None and node.caller_id == own,
                   due=f"caller_id {own}", came=came, evidence=[answer.outcome])  # fmt: skip


@judges("QINET-KEYS-13", keys=0)
def key_delivery_is_offered_once(rpc: RpcBench, judge: Judge) -> None:
    """The offers of each node."""
    for caller in one_per_node(rpc.bench):
        node, answer = described(rpc, caller)
        if node is None:
            raise Undecidable(f"GetNode at {caller.node}: {answer.outcome}")
        offers = [o for o in node.node.offers if o.service == KEY_DELIVERY]
        judge.that(
            "QINET-KEYS-13", len(offers) == 1 and "qinet-keys" in offers[0].profiles,
            due=f"{KEY_DELIVERY} once, with the profile qinet-keys",
            came=f"{len(offers)} offers of it at {caller.node}, with profiles "
            + (", ".join(p for o in offers for p in o.profiles) or "none"),
            evidence=[answer.outcome],
        )  # fmt: skip


@judges("QINET-KEYS-14", keys=1)
def health_says_serving(rpc: RpcBench, judge: Judge) -> None:
    """The health service is asked about key delivery, beside a call that is served."""
    for caller in one_per_node(rpc.bench):
        check = rpc.driver.channel(caller.node, caller.identity).unary_unary(
            f"/{CHECK}", health_pb2.HealthCheckRequest.SerializeToString, Health.FromString
        )
        request = health_pb2.HealthCheckRequest(service=KEY_DELIVERY)
        answer = asked(rpc, caller, CHECK, check, request)
        control = caller.control()
        if isinstance(answer.outcome, Failed) or not isinstance(control, Delivered):
            why = answer.outcome if isinstance(answer.outcome, Failed) else control
            judge.undecided("QINET-KEYS-14", f"{caller.node}: {why}")
            continue
        said = answer.response
        healthy = isinstance(said, Health) and said.status == Health.SERVING
        came = answer.outcome if said is None else str(said).strip() or "status: UNKNOWN"
        judge.that("QINET-KEYS-14", healthy, due=f"SERVING for {KEY_DELIVERY}",
                   came=f"{came} at {caller.node}", evidence=[answer.outcome, control])  # fmt: skip


@judges("QINET-KEYS-15", keys=0)
def reflection_lists_the_services(rpc: RpcBench, judge: Judge) -> None:
    """Server reflection is asked for the services of each node, in v1 and in v1alpha."""
    for caller in one_per_node(rpc.bench):
        answers = [_reflected(rpc, caller, version) for version in ("v1", "v1alpha")]
        if all(isinstance(a.outcome, Failed) for a in answers):
            judge.undecided("QINET-KEYS-15", f"{caller.node}: {answers[0].outcome}")
            continue
        listed = {
            service.name for a in answers if isinstance(a.response, Reflected)
            for service in a.response.list_services_response.service
        }  # fmt: skip
        judge.that(
            "QINET-KEYS-15", {KEY_DELIVERY, DISCOVERY} <= listed,
            due=f"{KEY_DELIVERY} and {DISCOVERY}",
            came=f"{', '.join(sorted(listed)) or 'no list of services'} at {caller.node}",
        )  # fmt: skip


def _reflected(rpc: RpcBench, caller: Caller, version: str) -> RpcAnswer:
    """One question on a stream that is then closed; both versions have the same messages."""
    name = f"grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    request = reflection_pb2.ServerReflectionRequest
    stream = rpc.driver.channel(caller.node, caller.identity).stream_stream(
        f"/{name}", request.SerializeToString, Reflected.FromString
    )

    def first(question: Any, *, timeout: float, metadata: Any) -> Any:
        answers = stream(iter([question]), timeout=timeout, metadata=metadata)
        return next(answers, Reflected())

    return asked(rpc, caller, name, first, request(list_services=""))


def described(
    rpc: RpcBench, caller: Caller
) -> tuple[discovery_pb2.GetNodeResponse | None, RpcAnswer]:
    """GetNode by a caller at its node."""
    answer = rpc.driver.get_node(caller.node, caller.identity)
    told = answer.response
    return (told if isinstance(told, discovery_pb2.GetNodeResponse) else None), answer


def asked(
    rpc: RpcBench, caller: Caller, name: str, method: Callable[..., Any], request: Any
) -> RpcAnswer:
    """A call of a service beside the common interface."""
    return rpc.driver.call(caller.node, caller.identity, name, method, request, None, Delivered)
