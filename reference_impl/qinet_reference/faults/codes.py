"""Lies about the code of a refusal (5.4, 6.2, 6.4; tables 4, 6, 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import grpc

from qinet_reference.codes import AltersCode
from qinet_reference.domain.refusal import Reason, Refusal, keys_not_found, not_entitled
from qinet_reference.faults.fault import Fault, HttpFault
from qinet_reference.faults.refused import RefusedOrderFault

if TYPE_CHECKING:
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.key_store import KeyStore
    from qinet_reference.domain.model import Key, Order


class _CodeFault(AltersCode, Fault):
    """A KME with a code of its own where the standard fixes one."""


class _UnknownKeyGets(_CodeFault):
    requirements: ClassVar[tuple[str, ...]] = ("ETSI-014-6.4-04", "QINET-KEYS-03")
    reason = Reason.KEY_NOT_FOUND


class UnknownKey404(_UnknownKeyGets):
    """A key that is not there is answered 404 (over gRPC: INVALID_ARGUMENT)."""

    name = "unknown-key-404"
    seen_in = (
        "thomasarmel/qkd_kme_server",
        "arnika-project/arnika",
        "thedaemon-wizard/pqc-qkd-HybridNetwork",
        "QuKayDee",
    )
    code, canonical = 404, grpc.StatusCode.INVALID_ARGUMENT


class UnknownKey401(_UnknownKeyGets):
    """A key that is not there is answered 401 (over gRPC: PERMISSION_DENIED)."""

    name = "unknown-key-401"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.4-05", "QINET-KEYS-03")
    seen_in = ("krich11/easy-kme",)
    code, canonical = 401, grpc.StatusCode.PERMISSION_DENIED


class UnknownKey500(_UnknownKeyGets):
    """A key that is not there brings about an error that nobody handles."""

    name = "unknown-key-500"
    seen_in = ("a-v-popov/etsi-qkd-rest",)
    code, canonical = 500, grpc.StatusCode.UNKNOWN


class UnknownKey404ByGet(HttpFault, _UnknownKeyGets):
    """By GET, a key that is not there is answered 404."""

    name = "unknown-key-404-by-get"
    requirements = ("ETSI-014-6.4-04",)
    code = 404


class DeliveredKey401(RefusedOrderFault):
    """A key that the slave has had is answered 401, as though it had been another's."""

    name = "delivered-key-401"
    requirements = ("ETSI-014-6.4-04",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    def __init__(self) -> None:
        self._delivered: set[str] = set()

    async def deliver(self, inner: KeyStore, order: Order) -> list[Key]:
        keys = await super().deliver(inner, order)
        self._delivered |= {key.id for key in keys}
        return keys

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        del inner
        raise not_entitled() if self._delivered & set(order.key_ids) else refusal


class StrangerToldNotFound(RefusedOrderFault):
    """A stranger who asks for another's key is told that there is no such key."""

    name = "stranger-gets-400"
    requirements = ("ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-6.2-22")
    seen_in = ("next-door-key/py-qkd-kme-sim",)
    reason = Reason.NOT_ENTITLED

    async def instead(self, inner: KeyStore, order: Order, refusal: Refusal) -> list[Key]:
        del inner, order, refusal
        raise keys_not_found()


class _StrangerGets(_CodeFault):
    requirements: ClassVar[tuple[str, ...]] = (
        "ETSI-014-5.4-02",
        "ETSI-014-5.4-03",
        "ETSI-014-6.2-22",
        "QINET-KEYS-03",
    )
    reason = Reason.NOT_ENTITLED


class StrangerGets404(_StrangerGets):
    """A stranger who asks for another's key is answered 404."""

    name = "stranger-gets-404"
    seen_in = ("thomasarmel/qkd_kme_server",)
    code, canonical = 404, grpc.StatusCode.NOT_FOUND


class StrangerGets403ByGet(HttpFault, _StrangerGets):
    """A stranger who asks for another's key by GET is answered 403."""

    name = "stranger-gets-403-by-get"
    requirements = ("ETSI-014-5.4-02",)
    code = 403


class StrangerGets500(_StrangerGets):
    """A stranger who asks for another's key brings about an error that nobody handles."""

    name = "stranger-gets-500"
    seen_in = ("a-v-popov/etsi-qkd-rest",)
    code, canonical = 500, grpc.StatusCode.INTERNAL


class RefusalIs200(Fault):
    """Every refusal is answered 200, with a message in the body."""

    name = "refusal-200"
    requirements = ("ETSI-014-6.4-04", "ETSI-014-6.2-13", "ETSI-014-5.4-02")
    seen_in = ("XBGzZ/qkd_server",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, code_of=lambda _: 200)


class BadSize422(_CodeFault):
    """A size that is no multiple of 8 is answered 422 (over gRPC: OUT_OF_RANGE)."""

    name = "bad-size-422"
    requirements = ("ETSI-014-6.2-11", "QINET-KEYS-03")
    seen_in = (
        "next-door-key/py-qkd-kme-sim",
        "s-fifteen-instruments/guardian",
    )
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    code, canonical = 422, grpc.StatusCode.OUT_OF_RANGE


class MandatoryUnsupported501(_CodeFault):
    """An unknown mandatory extension is answered 501 (over gRPC: UNIMPLEMENTED)."""

    name = "mandatory-unsupported-501"
    requirements = ("ETSI-014-6.2-13", "QINET-KEYS-03")
    reason = Reason.MANDATORY_EXTENSION_UNSUPPORTED
    code, canonical = 501, grpc.StatusCode.UNIMPLEMENTED


class MalformedGets500(_CodeFault):
    """A request that cannot be read is answered 500."""

    name = "malformed-500"
    requirements = ("ETSI-014-6.2-23", "ETSI-014-6.4-08")
    seen_in = (
        "CreepPork/next-door-key-simulator",
        "a-v-popov/etsi-qkd-rest",
        "JarryChou/etsi-qkd-api",
    )
    reason = Reason.MALFORMED_REQUEST
    code = 500
