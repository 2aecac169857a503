"""Lies that are told when too little key is stored (6.2, 6.5)."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import RestWire, bare_reply
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import Fault
from qinet_reference.faults.refused import RefusedRequestFault

if TYPE_CHECKING:
    from aiohttp import web

    from qinet_reference.domain.model import Key, KeyRequest
    from qinet_reference.faults.fault import Honest
    from qinet_reference.plan import Plan


class _ShortFault(RefusedRequestFault):
    reason = Reason.RESOURCE_EXHAUSTED
    beside = ("small-store",)


class PartialWhenShort(_ShortFault):
    """When too little is stored, Get key yields fewer keys than asked for, as if all were well.

    Less can be stored than one request may ask for, so that this shows at once.
    """

    name = "number-partial-when-short"
    requirements = ("ETSI-014-6.2-01",)
    seen_in = ("thomasarmel/qkd_kme_server",)

    def plan(self, plan: Plan) -> Plan:
        count = plan.limits.max_key_per_request - 1
        return replace(plan, limits=replace(plan.limits, max_key_count=count))

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        del refusal
        for number in range((request.number or 1) - 1, 0, -1):
            with suppress(Refusal):
                return await honest.keys(replace(request, number=number))
        return []


class EmptyWhenShort(_ShortFault):
    """When too little is stored, Get key yields an empty container, as if all were well."""

    name = "short-empty-container"
    requirements = ("ETSI-014-6.2-01",)

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        del honest, request, refusal
        return []


class ShorterWhenShort(_ShortFault):
    """When too little is stored, Get key yields shorter keys than asked for."""

    name = "short-shorter-keys"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        del refusal
        least = (await honest.status()).limits.min_key_size
        return await honest.keys(replace(request, size=least))


class OldKeysWhenShort(_ShortFault):
    """When too little is stored, Get key yields keys that it issued before."""

    name = "short-old-keys-again"
    requirements = ("ETSI-014-5.3-02", "ETSI-014-3.1-01")

    def __init__(self) -> None:
        self._issued: dict[tuple[str | None, str, int | None], list[Key]] = defaultdict(list)

    async def answered(self, honest: Honest, request: KeyRequest) -> list[Key]:
        keys = await super().answered(honest, request)
        self._issued[honest.caller, honest.slave, request.size] += keys
        return keys

    async def instead(self, honest: Honest, request: KeyRequest, refusal: Refusal) -> list[Key]:
        old = self._issued[honest.caller, honest.slave, request.size]
        number = request.number or 1
        if len(old) < number:
            raise refusal
        return old[:number]


class ExhaustedBare(Fault):
    """When too little is stored, the answer is a 503 without a body, as from a proxy."""

    name = "short-bare-503"
    requirements = ("ETSI-014-6.5-01",)
    beside = ("small-store",)

    def rest(self, wire: RestWire) -> RestWire:
        def reply(code: int, body: bytes) -> web.Response:
            return bare_reply(503) if code == 503 else wire.json_reply(code, body)

        return replace(wire, json_reply=reply)
