"""What came of asking: delivered, refused, unreadable or failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class RefusalKind(Enum):
    """What a refusal means, whatever transport it came over."""

    BAD_REQUEST = "bad request"
    """014: 400."""
    UNAUTHORISED = "unauthorised"
    """014: 401."""
    UNAVAILABLE = "unavailable"
    """014: 503. Over HTTP also 429, which asks to come later (RFC 6585 4)."""
    OTHER = "other"
    """Anything that the standard has no word for."""


@dataclass(frozen=True)
class Delivered(Generic[T]):
    """The implementation did what it was asked."""

    value: T
    exchange: int

    def __str__(self) -> str:
        return f"delivered {self.value}"


@dataclass(frozen=True)
class Refused:
    """The implementation answered, and said no."""

    kind: RefusalKind
    code: str
    """The transport's own code, such as "400" or "INVALID_ARGUMENT"."""
    message: str | None
    """The text of the refusal, with anything that may be key material taken out."""
    exchange: int
    reason: str | None = None
    """`qinet.common.v1.Reason` without its prefix, where the transport has it."""

    def __str__(self) -> str:
        return f"refused with {self.code}" + (f", {self.message!r}" if self.message else "")


@dataclass(frozen=True)
class Unreadable:
    """The implementation said yes, but not in the form that the standard gives the answer."""

    problem: str
    exchange: int

    def __str__(self) -> str:
        return f"an answer that cannot be read: {self.problem}"


@dataclass(frozen=True)
class Failed:
    """No answer: the connection was refused, broke, or stayed silent."""

    cause: str
    exchange: int

    def __str__(self) -> str:
        return f"no answer: {self.cause}"


Outcome = Delivered[T] | Refused | Unreadable | Failed
