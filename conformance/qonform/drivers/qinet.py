"""The common interface: `qinet.keys.v1` and `qinet.discovery.v1` over gRPC with mutual TLS."""

from __future__ import annotations

import json
import shlex
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import urlsplit

import grpc
from google.protobuf import json_format

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc
from qonform.drivers.qinet_wire import (
    RpcAnswer,
    key_request,
    read_container,
    read_error,
    read_status,
)
from qonform.drivers.tls_probe import TlsEndpoint
from qonform.exchanges import (
    Exchange,
    ExchangeLog,
    Message,
    redact_headers,
    redact_json,
    redact_text,
)
from qonform.ports.key_delivery import (
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.target import Node, Target

_WATCHED_S = 0.5
"""How long after it was waited for a connection may still be watched by a thread of gRPC's, which
would complain loudly if it were closed meanwhile. It looks up every 0.2 s."""


class _Method(Protocol):
    def __call__(self, request: Any, *, timeout: float, metadata: Any) -> Any: ...


class QinetDriver:
    """Speaks the common interface to every node that has a gRPC address."""

    profile: ClassVar[str] = "qinet-keys"

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        self._target = target
        self._log = log
        self.meter = meter
        self._nodes = {node.id: node.qinet for node in target.nodes if node.qinet}
        self._local = threading.local()
        self._opened: list[grpc.Channel] = []
        self._made_ready: set[grpc.Channel] = set()
        self._watched_until_s = 0.0
        self.unverified: dict[str, str] = {}
        """Always empty: gRPC offers no way to go on with a certificate that does not verify."""

    def serves(self, node: Node) -> bool:
        """Whether the node can be asked over this transport."""
        return node.id in self._nodes

    def address(self, node: str) -> str:
        """host:port of a node."""
        return self._nodes[node].address

    def ca(self, node: str) -> str | None:
        """The file with the authority of the node's certificate."""
        found = self._nodes[node].ca
        return str(found) if found else None

    def tls(self, node: str) -> TlsEndpoint:
        """Where the node speaks TLS, for checks about TLS itself."""
        parts = urlsplit(f"//{self.address(node)}")
        return TlsEndpoint(
            node,
            self.profile,
            parts.hostname or "",
            parts.port or 443,
            True,
            self._nodes[node].ca,
            self._log,
            self.meter,
            ("h2",),
        )

    def channel(self, node: str, identity: Identity) -> grpc.Channel:
        """A connection of this thread's own, on which `identity` calls `node`."""
        if not hasattr(self._local, "channels"):
            self._local.channels = {}
        channels: dict[tuple[str, Identity], grpc.Channel] = self._local.channels
        key = (node, identity)
        if key not in channels:
            channels[key] = self.connect(node, identity)
        if self.meter.in_volley:
            self._make_ready(channels[key])
        return channels[key]

    def connect(self, node: str, identity: Identity) -> grpc.Channel:
        """A new connection, closed at the end of the run."""
        channel = self._open(node, identity)
        self._opened.append(channel)
        self.meter.connected()
        return channel

    def _make_ready(self, channel: grpc.Channel) -> None:
        """Waits, once, for TLS to be done. If it is not in time, the call itself will say so."""
        if channel in self._made_ready:
            return
        self._made_ready.add(channel)
        with suppress(grpc.FutureTimeoutError):
            grpc.channel_ready_future(channel).result(self.meter.limits.timeout_s / 4)
        self._watched_until_s = time.monotonic() + _WATCHED_S

    def _open(self, node: str, identity: Identity) -> grpc.Channel:
        ca = self._nodes[node].ca
        credentials = grpc.ssl_channel_credentials(
            ca.read_bytes() if ca else None,
            identity.private_key.read_bytes() if identity.private_key else None,
            identity.certificate.read_bytes() if identity.certificate else None,
        )
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        return grpc.secure_channel(self._nodes[node].address, credentials, options)

    def key_delivery(self, node: str, identity: Identity) -> QinetClient:
        """The port, as `identity` has it at `node`."""
        return QinetClient(self, node, identity)

    def on_one_connection(self, node: str, identity: Identity) -> QinetClient:
        """The port, with one new connection for the calls of all threads."""
        channel = self.connect(node, identity)
        self._make_ready(channel)
        return QinetClient(self, node, identity, channel)

    def get_node(self, node: str, identity: Identity) -> RpcAnswer:
        """Discovery.GetNode; delivers a `GetNodeResponse`."""
        stub = discovery_pb2_grpc.DiscoveryStub(self.channel(node, identity))
        request = discovery_pb2.GetNodeRequest()
        return self.call(
            node,
            identity,
            "qinet.discovery.v1.Discovery/GetNode",
            stub.GetNode,
            request,
            None,
            Delivered,
        )

    def call(
        self,
        node: str,
        identity: Identity,
        name: str,
        method: _Method,
        request: Protobuf,
        call: Call | None,
        read: Callable[[Any, int], Outcome[Any]],
    ) -> RpcAnswer:
        """Calls one unary method and records the exchange. Never raises for what the target does.

        Args:
            name: full name of the method, `package.Service/Method`.
            method: the stub's method.
            call: what the request means, for monitors.
            read: makes the outcome of a response, given the exchange's number.
        """
        metadata = [(k.lower(), v) for k, v in identity.headers.items()]
        line = f"{node} over {self.profile}"
        with self.meter.request(line):
            at, began = self._log.now(), time.perf_counter()
            result: Protobuf | grpc.RpcError
            try:
                result = self._called(method, request, metadata)
            except grpc.RpcError as error:
                result = error
            took = time.perf_counter() - began
        answers: list[RpcAnswer] = []

        def make(number: int) -> Exchange:
            if isinstance(result, grpc.RpcError):
                answer = read_error(result, number)
            else:
                answer = RpcAnswer(read(result, number), result)
            answers.append(answer)
            if isinstance(answer.outcome, Delivered) and isinstance(call, GetKey):
                self.meter.drew_keys([k.material.bits for k in answer.outcome.value.keys])
            return Exchange(
                number,
                at,
                1000 * took,
                self.profile,
                "grpc",
                node,
                identity.label,
                Message(name, {k: redact_text(v) for k, v in metadata}, _show(request)),
                _show_reply(answer),
                self._command(node, identity, name, request),
                identity.enrolled,
                call,
                answer.outcome,
                answer,
            )

        self._log.record(make)
        if identity.enrolled:
            self.meter.heard(line, answered=not isinstance(answers[0].outcome, Failed))
        return answers[0]

    def _called(self, method: Any, request: Protobuf, metadata: Any) -> Any:
        """The response. Raises grpc.RpcError."""
        timeout = self.meter.limits.timeout_s
        if not self.meter.in_volley:
            return self.meter.fire(partial(method, request, timeout=timeout, metadata=metadata))
        begin = partial(method.future, request, timeout=timeout, metadata=metadata)
        return self.meter.fire(begin).result()

    def _command(self, node: str, identity: Identity, name: str, request: Protobuf) -> str:
        """The grpcurl command that sends it again, from the manifest's folder."""
        words, name_of = ["grpcurl"], self._target.name_of
        if ca := self._nodes[node].ca:
            words += ["-cacert", name_of(ca)]
        if identity.certificate and identity.private_key:
            words += ["-cert", name_of(identity.certificate)]
            words += ["-key", name_of(identity.private_key)]
        for header, value in redact_headers(identity.headers).items():
            words += ["-H", f"{header.lower()}: {value}"]
        asked = json_format.MessageToDict(request, preserving_proto_field_name=True)
        words += ["-d", redact_text(json.dumps(asked))]
        return shlex.join([*words, self.address(node), name])

    def restart(self) -> None:
        """Forgets connections and TLS sessions, as if every application had been started anew."""
        self.close()
        self._local = threading.local()

    def close(self) -> None:
        """Closes every connection, once gRPC does not watch it any more."""
        time.sleep(max(0.0, self._watched_until_s - time.monotonic()))
        self._made_ready.clear()
        while self._opened:
            self._opened.pop().close()


class QinetClient:
    """`KeyDelivery` over `qinet.keys.v1.KeyDelivery`."""

    def __init__(
        self,
        driver: QinetDriver,
        node: str,
        identity: Identity,
        channel: grpc.Channel | None = None,
    ) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity
        self._channel = channel
        """The connection of all calls; None gives each thread its own."""

    def _stub(self) -> key_delivery_pb2_grpc.KeyDeliveryStub:
        channel = self._channel or self._driver.channel(self._node, self._identity)
        return key_delivery_pb2_grpc.KeyDeliveryStub(channel)

    def get_status(self, slave: str) -> Outcome[Status]:
        """KeyDelivery.GetStatus."""
        return self._call(
            "GetStatus",
            pb.GetStatusRequest(slave_id=slave),
            GetStatus(self._identity.sae_id, slave),
            read_status,
        )

    def get_key(self, slave: str, request: KeyRequest) -> Outcome[KeyContainer]:
        """KeyDelivery.GetKey. Numbers and sizes must fit the wire: 0 to 2^32 - 1."""
        return self._call(
            "GetKey",
            key_request(slave, request),
            GetKey(self._identity.sae_id, slave, request),
            read_container,
        )

    def get_key_with_ids(self, master: str, key_ids: Sequence[str]) -> Outcome[KeyContainer]:
        """KeyDelivery.GetKeyWithKeyIds."""
        request = pb.GetKeyWithKeyIdsRequest(
            master_id=master, key_ids=[pb.KeyId(key_id=key_id) for key_id in key_ids]
        )
        call = GetKeyWithIds(self._identity.sae_id, master, tuple(key_ids))
        return self._call("GetKeyWithKeyIds", request, call, read_container)

    def _call(
        self, method: str, request: Protobuf, call: Call, read: Callable[[Any, int], Outcome[Any]]
    ) -> Outcome[Any]:
        return self._driver.call(
            self._node,
            self._identity,
            f"qinet.keys.v1.KeyDelivery/{method}",
            getattr(self._stub(), method),
            request,
            call,
            read,
        ).outcome


def _show(message: Protobuf) -> str:
    shown = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return json.dumps(redact_json(shown), indent=2, ensure_ascii=False)


def _show_reply(answer: RpcAnswer) -> Message:
    if answer.response is not None:
        return Message("OK", body=_show(answer.response))
    if answer.refusal is None:
        return Message(str(answer.outcome))
    assert isinstance(answer.outcome, Refused)  # noqa: S101 - for the type checker
    info = {"domain": answer.refusal.domain, "reason": answer.refusal.reason}
    body = json.dumps({"message": answer.outcome.message, "ErrorInfo": info}, indent=2)
    return Message(answer.refusal.code, body=body)
