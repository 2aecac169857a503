"""Why a link declines a request, or fails it."""

from __future__ import annotations

from enum import Enum


class LinkError(Enum):
    """Why a request was refused, or has failed: the names of the interface."""

    UNSUPPORTED = "UNSUPPORTED"
    NO_TIME = "NO_TIME"
    NO_RESOURCES = "NO_RESOURCES"
    TIMEOUT = "TIMEOUT"
    REJECTED = "REJECTED"
    OTHER = "OTHER"
    EXPIRED = "EXPIRED"
    MALFORMED = "MALFORMED"
    ALREADY_ACCEPTED = "ALREADY_ACCEPTED"
    QUBIT_NOT_FOUND = "QUBIT_NOT_FOUND"


class LinkRefusal(Exception):  # noqa: N818 - an answer, not an error
    """A node declines a request, and nothing comes of it. The message is for the caller."""

    def __init__(self, error: LinkError, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
