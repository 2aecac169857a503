"""Lies about extensions (6.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.adapters.rest_wire import RestWire, encode
from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.faults.fault import Fault, RequestFault

if TYPE_CHECKING:
    from qinet_reference.domain.key_service import KeyDelivery
    from qinet_reference.domain.model import KeyRequest
    from qinet_reference.plan import Plan


class MandatoryIgnored(RequestFault):
    """Mandatory extensions are passed over, and keys delivered."""

    name = "mandatory-ignored"
    requirements = ("ETSI-014-6.2-13", "ETSI-014-6.2-15")
    seen_in = (
        "cybermerqury/etsi-gs-qkd-014-referenceimplementation",
        "thomasarmel/qkd_kme_server",
        "CreepPork/next-door-key-simulator",
        "next-door-key/py-qkd-kme-sim",
        "a-v-popov/etsi-qkd-rest",
        "XBGzZ/qkd_server",
        "arnika-project/arnika",
        "JarryChou/etsi-qkd-api",
    )

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=())


class OnlyFirstMandatory(RequestFault):
    """Of several mandatory extensions, only the first is looked at."""

    name = "mandatory-first-only"
    requirements = ("ETSI-014-6.2-13",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=request.mandatory[:1])


class OnlyFirstNameOfObject(Fault):
    """Of an object in `extension_mandatory` that holds several names, only the first is read."""

    name = "mandatory-first-name-of-object"
    requirements = ("ETSI-014-6.2-13",)

    def rest(self, wire: RestWire) -> RestWire:
        def read(query: str | None, body: bytes | None) -> KeyRequest:
            return wire.read_key_request(query, body and _with_first_names(body))

        return replace(wire, read_key_request=read)


class FalseIsAbsent(RequestFault):
    """A mandatory extension whose value is false, null, 0 or empty is taken for absent."""

    name = "mandatory-false-ignored"
    requirements = ("ETSI-014-6.2-13", "ETSI-014-6.2-15")

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, mandatory=tuple(one for one in request.mandatory if one.value))


class MandatoryBesideNumber(RequestFault):
    """Mandatory extensions are looked at where nothing else is asked for, and else passed over."""

    name = "mandatory-beside-number-ignored"
    requirements = ("ETSI-014-6.2-13",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        alone = request.number is None and request.size is None
        return request if alone else replace(request, mandatory=())


class UnmeetableServed(RequestFault):
    """A mandatory extension that is known is taken for met, whatever its value."""

    name = "mandatory-unmet-served"
    requirements = ("ETSI-014-6.2-15",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        unknown = tuple(one for one in request.mandatory if one.name != MAX_AGE_MS)
        return replace(request, mandatory=unknown)


class OptionalRefusedOwnText(RequestFault):
    """An unknown optional extension is refused in words of one's own."""

    name = "optional-refused-own-text"
    requirements = ("ETSI-014-6.2-16",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(one.name != MAX_AGE_MS for one in request.optional):
            raise Refusal(Reason.OPTIONAL_EXTENSION_UNHANDLED, "unknown extension_optional")
        return request


class OptionalTakenForMandatory(RequestFault):
    """An unknown optional extension is refused like a mandatory one."""

    name = "optional-taken-for-mandatory"
    requirements = ("ETSI-014-6.2-16",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        unknown = tuple(one for one in request.optional if one.name != MAX_AGE_MS)
        return replace(request, mandatory=request.mandatory + unknown)


class OptionalForgetsNumber(RequestFault):
    """A Get key with an optional extension yields one key, whatever `number` says."""

    name = "optional-forgets-number"
    requirements = ("ETSI-014-6.2-01",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        return replace(request, number=None) if request.optional else request


class NestedValueCrashes(RequestFault):
    """An optional extension whose value is an object or an array is too much for the KME."""

    name = "nested-extension-crashes"
    requirements = ("ETSI-014-6.2-17",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(isinstance(one.value, dict | list) for one in request.optional):
            raise Refusal(Reason.INTERNAL, "unhashable type")
        return request


class NullValueCrashes(RequestFault):
    """An optional extension whose value is null is too much for the KME."""

    name = "null-extension-crashes"
    requirements = ("ETSI-014-6.2-17",)

    def taken(self, request: KeyRequest) -> KeyRequest:
        if any(one.value is None for one in request.optional):
            raise Refusal(Reason.INTERNAL, "'NoneType' object has no attribute 'items'")
        return request


class UnprefixedExtension(Fault):
    """The extension that the supplier offers has a name without its prefix."""

    name = "extension-without-prefix"
    requirements = ("ETSI-014-6.2-24",)

    def plan(self, plan: Plan) -> Plan:
        return replace(
            plan,
            extensions=[{**one, "name": _bare(f"{one['name']}")} for one in plan.extensions],
        )

    def service(self, service: KeyDelivery, kme: str) -> KeyDelivery:
        return _Prefixing().service(service, kme)


class _Prefixing(RequestFault):
    """Knows the extension by its bare name alone."""

    def taken(self, request: KeyRequest) -> KeyRequest:
        prefixed = tuple(
            one._replace(name=MAX_AGE_MS) if one.name == _bare(MAX_AGE_MS) else one
            for one in request.mandatory
        )
        return replace(request, mandatory=prefixed)


def _with_first_names(body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    match document:
        case {"extension_mandatory": [*objects]} if all(isinstance(one, dict) for one in objects):
            first_names = [dict(list(one.items())[:1]) for one in objects]
            return encode({**document, "extension_mandatory": first_names})
    return body


def _bare(name: str) -> str:
    return name.partition("_")[2].replace("_", "-")
