"""The extension parameters that this KME knows (014 clause 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.domain.refusal import (
    MANDATORY_UNMET,
    MANDATORY_UNSUPPORTED,
    Reason,
    Refusal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.domain.model import Extension

MAX_AGE_MS = "qinet_max_age_ms"
"""Keys no older than that. An integer; unit: millisecond. No key is younger than 1 ms."""


def max_age_demanded(mandatory: Sequence[Extension]) -> float | None:
    """The greatest age (s) that the mandatory extensions allow; None if they do not say.

    Refuses when one of them is unknown, and when one has a value that cannot be met.
    """
    unknown = [extension.name for extension in mandatory if extension.name != MAX_AGE_MS]
    if unknown:
        raise Refusal(
            Reason.MANDATORY_EXTENSION_UNSUPPORTED,
            MANDATORY_UNSUPPORTED,
            *({"extension_mandatory_unsupported": name} for name in unknown),
        )
    return min((_seconds(extension.value) for extension in mandatory), default=None)


def _seconds(value: object) -> float:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Refusal(
            Reason.MANDATORY_EXTENSION_UNMET,
            MANDATORY_UNMET,
            {"extension_mandatory_unmet": MAX_AGE_MS},
        )
    return min(value, 2**53) / 1000
