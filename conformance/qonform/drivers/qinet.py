"""The common interface: `qinet.keys.v1` and `qinet.discovery.v1` over gRPC with mutual TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc
from qonform.drivers.qinet_calls import QinetCalls
from qonform.drivers.qinet_wire import RpcAnswer, key_request, read_container, read_status
from qonform.ports.key_delivery import (
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import grpc
    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.target import GrpcEndpoint, Node


class QinetDriver(QinetCalls):
    """Speaks the common interface to every node that has a gRPC address."""

    profile: ClassVar[str] = "qinet-keys"

    @staticmethod
    def _endpoint(node: Node) -> GrpcEndpoint | None:
        return node.qinet

    def _count(self, call: object, outcome: Outcome[Any]) -> None:
        if isinstance(outcome, Delivered) and isinstance(call, GetKey):
            self.meter.drew_keys([k.material.bits for k in outcome.value.keys])

    def key_delivery(self, node: str, identity: Identity) -> QinetClient:
        """The port, as `identity` has it at `node`."""
        return QinetClient(self, node, identity)

    def on_one_connection(self, node: str, identity: Identity) -> QinetClient:
        """The port, with one new connection for the calls of all threads."""
        channel = self.connect(node, identity)
        self.make_ready(channel)
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
