"""Lies about JSON and about the common interface's own rules (4, 6.3)."""

# ruff: noqa: D102 - the hooks are described where they are declared

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import grpc

from qinet_reference.faults.fault import Fault

if TYPE_CHECKING:
    from google.rpc import error_details_pb2

    from qinet.keys.v1 import key_delivery_pb2 as pb
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest_wire import Document, RestWire
    from qinet_reference.domain.model import KeyRequest
    from qinet_reference.domain.refusal import Refusal


class Latin1Body(Fault):
    """Bodies are JSON in Latin-1."""

    name = "json-latin-1"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            text = wire.encode({**document, "qinet_supplier": "?"}).decode("ascii")
            return text.replace("?", "Clés quantiques").encode("latin-1")

        return replace(wire, encode=encode)


class ByteOrderMark(Fault):
    """Bodies begin with a byte order mark."""

    name = "json-byte-order-mark"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, encode=lambda document: b"\xef\xbb\xbf" + wire.encode(document))


class TwoValues(Fault):
    """Bodies hold two JSON values, one after the other."""

    name = "json-two-values"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, encode=lambda document: wire.encode(document) + b"\n{}")


class CapitalKeys(Fault):
    """Key containers hold `Keys`, as the standard's table prints it, and no `keys`."""

    name = "container-capital-keys"
    requirements = ("ETSI-014-6.3-01",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(container=lambda container: {"Keys": container["keys"]})


class CamelCaseId(Fault):
    """Keys in a container have a `keyId` instead of a `key_ID`."""

    name = "container-camel-case-id"
    requirements = ("ETSI-014-6.3-02",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            container=lambda container: {
                "keys": [{"keyId": key["key_ID"], "key": key["key"]} for key in container["keys"]]
            }
        )


class NullExtension(Fault):
    """Key containers hold an extension that is null."""

    name = "container-null-extension"
    requirements = ("ETSI-014-6.3-06",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            container=lambda container: {**container, "key_container_extension": None}
        )


class ArrayExtension(Fault):
    """Each key has an extension that is an array."""

    name = "container-array-extension"
    requirements = ("ETSI-014-6.3-06",)

    def rest(self, wire: RestWire) -> RestWire:
        return wire.rewriting(
            container=lambda container: {
                "keys": [{**key, "key_extension": []} for key in container["keys"]]
            }
        )


class NoErrorInfo(Fault):
    """A refused call carries no ErrorInfo."""

    name = "grpc-no-error-info"
    requirements = ("QINET-KEYS-01",)

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, error_info=lambda _: None)


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
