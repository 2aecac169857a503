"""Calls of the common interface over gRPC with mutual TLS: connections, limits, the log."""

from __future__ import annotations

import json
import shlex
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import urlsplit

import grpc
from google.protobuf import json_format

from qonform.drivers.qinet_wire import RpcAnswer, read_error
from qonform.drivers.tls_probe import TlsEndpoint
from qonform.exchanges import (
    Exchange,
    ExchangeLog,
    Message,
    redact_headers,
    redact_json,
    redact_text,
)
from qonform.ports.outcome import Failed, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.target import GrpcEndpoint, Node, Target

_WATCHED_S = 0.5
"""How long after it was waited for a connection may still be watched by a thread of gRPC's, which
would complain loudly if it were closed meanwhile. It looks up every 0.2 s."""


class _Method(Protocol):
    def __call__(self, request: Any, *, timeout: float, metadata: Any) -> Any: ...


class QinetCalls(ABC):
    """Calls the nodes that have an endpoint of one kind. The drivers of services derive from it.

    Args:
        target: the manifest.
        log: where each call is written.
        meter: keeps rate, concurrency and budget.
    """

    profile: ClassVar[str]

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        self._target = target
        self._log = log
        self.meter = meter
        self._nodes = {n.id: endpoint for n in target.nodes if (endpoint := self._endpoint(n))}
        self._local = threading.local()
        self._opened: list[grpc.Channel] = []
        self._made_ready: set[grpc.Channel] = set()
        self._watched_until_s = 0.0
        self.unverified: dict[str, str] = {}
        """Always empty: gRPC offers no way to go on with a certificate that does not verify."""

    @staticmethod
    @abstractmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        """Where a node serves what is called, if it does."""

    def _count(self, call: object, outcome: Outcome[Any]) -> None:
        """Accounts for what a call has drawn. Unless overridden, nothing."""
        del call, outcome

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
            self.make_ready(channels[key])
        return channels[key]

    def connect(self, node: str, identity: Identity) -> grpc.Channel:
        """A new connection, closed at the end of the run."""
        channel = self._open(node, identity)
        self._opened.append(channel)
        self.meter.connected()
        return channel

    def make_ready(self, channel: grpc.Channel) -> None:
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

    def call(
        self,
        node: str,
        identity: Identity,
        name: str,
        method: _Method,
        request: Protobuf,
        call: object,
        read: Callable[[Any, int], Outcome[Any]],
    ) -> RpcAnswer:
        """Calls one unary method and records the exchange. Never raises for what the target does.

        Args:
            name: full name of the method, `package.Service/Method`.
            method: the stub's method.
            call: what the request means, for monitors; None if it means nothing.
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
            self._count(call, answer.outcome)
            return Exchange(
                number,
                at,
                1000 * took,
                self.profile,
                "grpc",
                node,
                identity.label,
                Message(name, {k: redact_text(v) for k, v in metadata}, show(request)),
                _show_reply(answer),
                self.command(node, identity, name, request),
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

    def command(self, node: str, identity: Identity, name: str, request: Protobuf) -> str:
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


def show(message: Protobuf) -> str:
    """A message as JSON, with anything that may be key material taken out."""
    shown = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return json.dumps(redact_json(shown), indent=2, ensure_ascii=False)


def _show_reply(answer: RpcAnswer) -> Message:
    if answer.response is not None:
        return Message("OK", body=show(answer.response))
    if answer.refusal is None:
        return Message(str(answer.outcome))
    assert isinstance(answer.outcome, Refused)  # noqa: S101 - for the type checker
    info = {"domain": answer.refusal.domain, "reason": answer.refusal.reason}
    body = json.dumps({"message": answer.outcome.message, "ErrorInfo": info}, indent=2)
    return Message(answer.refusal.code, body=body)
