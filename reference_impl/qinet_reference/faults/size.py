"""Lies about how long the keys are that a Get key yields (6.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Key, KeyRequest, Limits, Status
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import Fault, GetKeyFault, RequestFault, StatusFault

if TYPE_CHECKING:
    from qinet_reference.domain.key_source import KeySource
    from qinet_reference.faults.fault import Honest
    from qinet_reference.plan import Plan


class SizeIgnored(RequestFault):
    """Get key yields keys of the default size, whatever `size` says."""

    name = "size-ignored"
    requirements = ("ETSI-014-6.2-03",)
    seen_in = (
        "krich11/easy-kme",
        "thomasarmel/qkd_kme_server",
    )

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, size=None)


class SizeInBytes(RequestFault):
    """Get key takes `size` for a number of bytes."""

    name = "size-in-bytes"
    requirements = ("ETSI-014-6.2-03",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        size = None if request.size is None else request.size * 8
        return replace(request, size=size)


class LongKeysCut(Fault):
    """Keys of more than 1024 bits are cut to 1024 bits, at both ends."""

    name = "size-long-keys-cut"
    requirements = ("ETSI-014-6.2-03",)

    def source(self, source: KeySource) -> KeySource:
        return _CuttingSource(source)


class _CuttingSource:
    def __init__(self, inner: KeySource) -> None:
        self._inner = inner

    def new_key(self, bits: int) -> Key:
        return self._inner.new_key(min(bits, 1024))


class SizeInWords(RequestFault):
    """Sizes are rounded up to whole words of 32 bits."""

    name = "size-rounded-to-32"
    requirements = ("ETSI-014-6.2-03",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is None or request.size % 8:
            return request
        return replace(request, size=-(-request.size // 32) * 32)


class SizeShortAtMaximum(GetKeyFault):
    """Keys of the greatest size that Status promises are one byte short."""

    name = "size-max-one-byte-short"
    requirements = ("ETSI-014-6.2-03",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        greatest = (await honest.status()).limits.max_key_size
        size = request.size - 8 if request.size == greatest else request.size
        return await honest.keys(replace(request, size=size))


class SizeOnlyForFirst(GetKeyFault):
    """Of several keys, only the first has the size asked for; the others have the default size."""

    name = "size-of-first-key-only"
    requirements = ("ETSI-014-6.2-03",)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        number = request.number or 1
        if request.size is None or number < 2:
            return await honest.keys(request)
        first = await honest.keys(replace(request, number=1))
        return first + await honest.keys(replace(request, number=number - 1, size=None))


class SizeFloored(RequestFault):
    """A size that is no multiple of 8 is served with fewer bits than asked for."""

    name = "size-floored"
    requirements = ("ETSI-014-6.2-11", "ETSI-014-6.2-03")
    seen_in = ("CreepPork/next-door-key-simulator",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        size = None if request.size is None else request.size // 8 * 8
        return replace(request, size=size)


class MinimumRefused(RequestFault):
    """The least key size that Status promises is refused."""

    name = "size-min-refused"
    requirements = ("ETSI-014-6.2-05",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is not None and request.size <= Limits().min_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return request


class MaximumRefused(RequestFault):
    """The greatest key size that Status promises is refused."""

    name = "size-max-refused"
    requirements = ("ETSI-014-6.2-05",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if request.size is not None and request.size >= Limits().max_key_size:
            raise Refusal(Reason.SIZE_OUT_OF_RANGE, "size out of range")
        return request


class AnySizeServed(StatusFault):
    """Get key yields keys of sizes that Status rules out."""

    name = "size-out-of-range-served"
    requirements = ("ETSI-014-6.2-10",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)

    def __init__(self) -> None:
        self._limits = Limits()

    def plan(self, plan: Plan) -> Plan:
        self._limits = plan.limits
        return replace(plan, limits=replace(plan.limits, min_key_size=8, max_key_size=65_536))

    def told(self, status: Status) -> Status:
        return replace(status, limits=self._limits)
