"""Lies about the sentences that the standard fixes (6.2, 6.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.domain.refusal import KEYS_NOT_FOUND, Reason, Refusal
from qinet_reference.faults.fault import Fault, HttpFault
from qinet_reference.faults.refused import RefusedRequestFault

if TYPE_CHECKING:
    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.model import Key, KeyRequest
    from qinet_reference.faults.fault import Honest


class _MessageFault(Fault):
    """A KME with a `text` of its own where the standard fixes one, on every wire."""

    reason: ClassVar[Reason]
    text: ClassVar[str]

    def rest(self, wire: RestWire) -> RestWire:
        return replace(
            wire, error_document=lambda refusal: wire.error_document(self._reworded(refusal))
        )

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        return replace(wire, message_of=lambda refusal: wire.message_of(self._reworded(refusal)))

    def _reworded(self, refusal: Refusal) -> Refusal:
        if refusal.reason is not self.reason or not self.applies:
            return refusal
        return Refusal(self.reason, self.text, *refusal.details)


class SizeMessage(_MessageFault):
    """A size that is no multiple of 8 is refused in words of one's own."""

    name = "message-size"
    requirements = ("ETSI-014-6.2-12",)
    seen_in = (
        "cybermerqury/etsi-gs-qkd-014-referenceimplementation",
        "JarryChou/etsi-qkd-api",
    )
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    text = "size must be a multiple of 8"


class SizeMessageByGet(HttpFault, _MessageFault):
    """By GET, a size that is no multiple of 8 is refused in words of one's own."""

    name = "message-size-by-get"
    requirements = ("ETSI-014-6.2-12",)
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8
    text = "invalid query parameter: size"


class SizeRangeFirst(RefusedRequestFault):
    """A size below twice the least that is no multiple of 8 is refused in words about the range."""

    name = "message-size-range-first"
    requirements = ("ETSI-014-6.2-12",)
    reason = Reason.SIZE_NOT_MULTIPLE_OF_8

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        least = (await honest.status()).limits.min_key_size
        if request.size is None or request.size >= 2 * least:
            raise refusal
        raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")


class MandatoryUnsupportedMessage(_MessageFault):
    """An unknown mandatory extension is refused in words of one's own."""

    name = "message-mandatory-unsupported"
    requirements = ("ETSI-014-6.2-14",)
    seen_in = ("QuKayDee",)
    reason = Reason.MANDATORY_EXTENSION_UNSUPPORTED
    text = "unsupported extension_mandatory"


class MandatoryUnmetMessage(_MessageFault):
    """A mandatory extension that cannot be met is refused in words of one's own."""

    name = "message-mandatory-unmet"
    requirements = ("ETSI-014-6.2-15",)
    reason = Reason.MANDATORY_EXTENSION_UNMET
    text = "extension_mandatory could not be met"


class NotFoundMessage(_MessageFault):
    """A key that is not there is refused with the standard's words, but with a capital."""

    name = "message-not-found"
    requirements = ("ETSI-014-6.4-05",)
    seen_in = ("krich11/kme",)
    reason = Reason.KEY_NOT_FOUND
    text = "One or more keys specified are not found on KME"


class NotFoundMessageNamesKey(_MessageFault):
    """A key that is not there is refused with the standard's words, followed by more."""

    name = "message-not-found-and-more"
    requirements = ("ETSI-014-6.4-05",)
    reason = Reason.KEY_NOT_FOUND
    text = f"{KEYS_NOT_FOUND}: check the key IDs"


class NotFoundMessageByGet(HttpFault, _MessageFault):
    """By GET, a key that is not there is refused in words of one's own."""

    name = "message-not-found-by-get"
    requirements = ("ETSI-014-6.4-05",)
    reason = Reason.KEY_NOT_FOUND
    text = "key not found"
