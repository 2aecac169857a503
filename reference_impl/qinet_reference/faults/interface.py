"""Lies about the common interface's own rules (`refusal.proto`, `discovery.proto`)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import grpc

from qinet.discovery.v1 import discovery_pb2
from qinet_reference.adapters.grpc_wire import DISCOVERY, GrpcWire
from qinet_reference.domain.model import Key, KeyRequest, Status
from qinet_reference.domain.refusal import malformed
from qinet_reference.faults.fault import Fault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.rpc import error_details_pb2

    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.refusal import Refusal


class NoErrorInfo(Fault):
    """A refused call carries no ErrorInfo."""

    name = "grpc-no-error-info"
    requirements = ("QINET-KEYS-01",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, error_info=lambda _: None)


class ForeignErrorInfo(Fault):
    """A refused call carries an ErrorInfo of the server's framework, and none of the interface."""

    name = "grpc-foreign-error-info"
    requirements = ("QINET-KEYS-01",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def error_info(refusal: Refusal) -> error_details_pb2.ErrorInfo | None:
            info = wire.error_info(refusal)
            if info is not None:
                info.domain = "kme.example"
            return info

        return replace(wire, error_info=error_info)


class OneReason(Fault):
    """Whatever a call is refused for, the reason is MALFORMED_REQUEST, with its code."""

    name = "grpc-one-reason"
    requirements = ("QINET-KEYS-08", "ETSI-014-5.4-02")

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def error_info(refusal: Refusal) -> error_details_pb2.ErrorInfo | None:
            return wire.error_info(malformed(refusal.message))

        return replace(
            wire, error_info=error_info, code_of=lambda _: grpc.StatusCode.INVALID_ARGUMENT
        )


class NoMessages(Fault):
    """Refused calls have no message."""

    name = "grpc-no-messages"
    requirements = ("ETSI-014-6.2-12", "ETSI-014-6.2-14", "ETSI-014-6.4-05")

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, message_of=lambda _: "")


class UnknownReason(Fault):
    """A refused call gives a reason that the interface does not know."""

    name = "grpc-unknown-reason"
    requirements = ("QINET-KEYS-02",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def error_info(refusal: Refusal) -> error_details_pb2.ErrorInfo | None:
            info = wire.error_info(refusal)
            if info is not None:
                info.reason = f"REASON_{info.reason}"
            return info

        return replace(wire, error_info=error_info)


class WrongCode(Fault):
    """Every refused call is UNKNOWN."""

    name = "grpc-wrong-code"
    requirements = ("QINET-KEYS-03",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, code_of=lambda _: grpc.StatusCode.UNKNOWN)


class ZeroIsAbsent(Fault):
    """A call whose `number` or `size_bits` is 0 is served as if the field were absent."""

    name = "grpc-zero-is-absent"
    requirements = ("QINET-KEYS-07", "QINET-KEYS-08")

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def read(message: pb.GetKeyRequest) -> KeyRequest:
            request = wire.read_key_request(message)
            return replace(request, number=request.number or None, size=request.size or None)

        return replace(wire, read_key_request=read)


class MaterialAsText(Fault):
    """A call answers key material as base64, as REST does."""

    name = "grpc-material-base64"
    requirements = ("QINET-KEYS-06", "ETSI-014-6.2-03", "ETSI-014-6.2-04")

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def container_message(keys: Sequence[Key]) -> pb.KeyContainer:
            return wire.container_message([Key(k.id, b64encode(k.material)) for k in keys])

        return replace(wire, container_message=container_message)


class MaterialPadded(Fault):
    """A call answers key material filled up to whole blocks of 16 bytes."""

    name = "grpc-material-padded"
    requirements = ("QINET-KEYS-06", "ETSI-014-6.2-03")

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def container_message(keys: Sequence[Key]) -> pb.KeyContainer:
            return wire.container_message(
                [Key(k.id, k.material.ljust(-(-len(k.material) // 16) * 16, b"\0")) for k in keys]
            )

        return replace(wire, container_message=container_message)


class EmptySlaveServed(ServiceFault):
    """A call that names no slave is served for the slave of the call before."""

    name = "grpc-empty-slave-served"
    requirements = ("QINET-KEYS-09",)

    def __init__(self) -> None:
        self._latest: dict[str | None, str] = {}

    async def get_status(
        self, inner: KeyDelivery, kme: str, caller: str | None, slave: str
    ) -> Status:
        return await super().get_status(inner, kme, caller, self._meant(caller, slave))

    async def get_key(
        self, inner: KeyDelivery, caller: str | None, slave: str, request: KeyRequest
    ) -> list[Key]:
        return await inner.get_key(caller, self._meant(caller, slave), request)

    def _meant(self, caller: str | None, slave: str) -> str:
        if slave:
            self._latest[caller] = slave
        return slave or self._latest.get(caller, "")


class EmptyIsInternal(Fault):
    """A call that lacks the IDs of the keys it asks for is a fault of the server."""

    name = "grpc-empty-is-internal"
    requirements = ("QINET-KEYS-09",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def code_of(refusal: Refusal) -> grpc.StatusCode:
            malformed = wire.code_of(refusal) is grpc.StatusCode.INVALID_ARGUMENT
            return grpc.StatusCode.INTERNAL if malformed else wire.code_of(refusal)

        return replace(wire, code_of=code_of)


class NodesUnnamed(Fault):
    """Status leaves the KME of the slave empty."""

    name = "grpc-target-empty"
    requirements = ("QINET-KEYS-10",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def status_message(status: Status) -> pb.Status:
            return wire.status_message(replace(status, target_kme=""))

        return replace(wire, status_message=status_message)


class OtherNode(Fault):
    """Discovery calls the node otherwise than Status does."""

    name = "discovery-other-node"
    requirements = ("QINET-KEYS-11",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, node_message=lambda kme: wire.node_message(f"node-of-{kme}"))


class CallerUntold(Fault):
    """Discovery does not say whom it takes the caller for."""

    name = "discovery-caller-untold"
    requirements = ("QINET-KEYS-12",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, caller_told=lambda _: "")


class OffersNothing(Fault):
    """Discovery lists no offers."""

    name = "discovery-offers-nothing"
    requirements = ("QINET-KEYS-13",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def node_message(kme: str) -> discovery_pb2.Node:
            return discovery_pb2.Node(node_id=kme)

        return replace(wire, node_message=node_message)


class ProfileUntold(Fault):
    """Discovery offers key delivery without saying by which profile."""

    name = "discovery-profile-untold"
    requirements = ("QINET-KEYS-13",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def node_message(kme: str) -> discovery_pb2.Node:
            node = wire.node_message(kme)
            for offer in node.offers:
                offer.ClearField("profiles")
            return node

        return replace(wire, node_message=node_message)


class OffersTwice(Fault):
    """Discovery lists key delivery once for each of its versions, under one name."""

    name = "discovery-offers-twice"
    requirements = ("QINET-KEYS-13",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        def node_message(kme: str) -> discovery_pb2.Node:
            node = wire.node_message(kme)
            node.offers.append(node.offers[0])
            return node

        return replace(wire, node_message=node_message)


class Unhealthy(Fault):
    """The health service says that key delivery is not serving, while it does."""

    name = "grpc-unhealthy"
    requirements = ("QINET-KEYS-14",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, healthy=False)


class KeysUnreflected(Fault):
    """Reflection does not list key delivery."""

    name = "grpc-not-reflected"
    requirements = ("QINET-KEYS-15",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, reflected=(DISCOVERY,))
