"""Why a KME refuses, and the sentences that the standard fixes for it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE_NOT_MULTIPLE_OF_8 = "size shall be a multiple of 8"
MANDATORY_UNSUPPORTED = "not all extension_mandatory parameters are supported"
MANDATORY_UNMET = "not all extension_mandatory request options could be met"
OPTIONAL_UNHANDLED = "not all extension_optional request options handled"
KEYS_NOT_FOUND = "one or more keys specified are not found on KME"


class Reason(StrEnum):
    """The reasons of `qinet.common.v1.Reason`, by the names they carry on the wire."""

    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    SIZE_NOT_MULTIPLE_OF_8 = "SIZE_NOT_MULTIPLE_OF_8"
    SIZE_OUT_OF_RANGE = "SIZE_OUT_OF_RANGE"
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE"
    TOO_MANY_SLAVES = "TOO_MANY_SLAVES"
    MANDATORY_EXTENSION_UNSUPPORTED = "MANDATORY_EXTENSION_UNSUPPORTED"
    MANDATORY_EXTENSION_UNMET = "MANDATORY_EXTENSION_UNMET"
    OPTIONAL_EXTENSION_UNHANDLED = "OPTIONAL_EXTENSION_UNHANDLED"
    UNKNOWN_ASSOCIATION = "UNKNOWN_ASSOCIATION"
    KEY_NOT_FOUND = "KEY_NOT_FOUND"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    NOT_ENTITLED = "NOT_ENTITLED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    INTERNAL = "INTERNAL"


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """The KME declines a request; nothing was consumed by it.

    `message` is for the caller: word for word the standard's where it fixes one (6.2, 6.4).
    `details` are name/value pairs for the Error object (6.5); never key material.
    """

    def __init__(self, reason: Reason, message: str, *details: Mapping[str, object]) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = details


def malformed(message: str, *details: Mapping[str, object]) -> Refusal:
    """The request cannot be read as what it claims to be (tables 4, 6, 8)."""
    return Refusal(Reason.MALFORMED_REQUEST, message, *details)


def keys_not_found() -> Refusal:
    """At least one of the keys asked for is not here for the caller (6.4)."""
    return Refusal(Reason.KEY_NOT_FOUND, KEYS_NOT_FOUND)


def not_entitled() -> Refusal:
    """At least one of the keys asked for is here, but for others (5.4)."""
    return Refusal(Reason.NOT_ENTITLED, "the caller was not named when the key was allocated")
