"""Lies about how many keys a Get key yields (6.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import GetKeyFault, RequestFault
from qinet_reference.faults.refused import RefusedRequestFault

if TYPE_CHECKING:
    from qinet_reference.domain.model import Key, KeyRequest
    from qinet_reference.faults.fault import Honest


class NumberIgnored(RequestFault):
    """Get key yields one key, whatever `number` says."""

    name = "number-ignored"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=None)


class OneTooFew(GetKeyFault):
    """Get key for several keys yields one less."""

    name = "number-one-too-few"
    requirements = ("ETSI-014-6.2-01",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        return keys[:-1] if len(keys) > 1 else keys


class OneMoreAtMaximum(GetKeyFault):
    """Get key for as many keys as can be asked for yields one more."""

    name = "number-one-more-at-max"
    requirements = ("ETSI-014-6.2-01",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        most = (await honest.status()).limits.max_key_per_request
        if len(keys) > 1 and len(keys) == most:
            keys += await honest.keys(replace(request, number=1))
        return keys


class MoreThanMaximum(RefusedRequestFault):
    """Get key yields more keys than Status says can be asked for."""

    name = "number-above-max-served"
    requirements = ("ETSI-014-6.2-09",)
    seen_in = (
        "a-v-popov/etsi-qkd-rest",
        "JarryChou/etsi-qkd-api",
    )
    reason = Reason.NUMBER_OUT_OF_RANGE

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        if not request.number:
            raise refusal
        single = replace(request, number=1)
        number = min(request.number, 1000)
        return [key for _ in range(number) for key in await honest.keys(single)]


class ZeroIsOne(RequestFault):
    """Get key for 0 keys yields one."""

    name = "number-zero-yields-one"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=request.number or None)


class NegativeIsEmpty(GetKeyFault):
    """Get key for a negative number of keys yields an empty container."""

    name = "number-negative-served"
    requirements = ("ETSI-014-6.2-23",)
    seen_in = ("CreepPork/next-door-key-simulator",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        if request.number is not None and request.number < 0:
            await honest.status()
            return []
        return await honest.keys(request)


class NumberAbove9Cut(RequestFault):
    """Of `number`, only the first digit is read."""

    name = "number-first-digit-only"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.number is None or request.number < 10:
            return request
        return replace(request, number=int(f"{request.number}"[0]))


class TwoByDefault(RequestFault):
    """Get key without `number` yields two keys."""

    name = "number-default-two"
    requirements = ("ETSI-014-6.2-02",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        number = 2 if request.number is None else request.number
        return replace(request, number=number)


class BigReplyCut(GetKeyFault):
    """Get key for more than 8192 bits of key in all yields as many keys as fit into them."""

    name = "big-reply-cut"
    requirements = ("ETSI-014-6.2-01",)
    most_bytes = 8192 // 8

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await honest.keys(request)
        return keys[: self.most_bytes // len(keys[0].material)] if keys else keys


class WrapsAt32Bits(RequestFault):
    """`number` and `size` are taken modulo 2^32."""

    name = "number-wraps-at-32-bit"
    requirements = ("ETSI-014-6.2-01", "ETSI-014-6.2-03")

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=_wrapped(request.number), size=_wrapped(request.size))


def _wrapped(value: int | None) -> int | None:
    return None if value is None else value % (1 << 32)
