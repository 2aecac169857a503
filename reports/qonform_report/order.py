"""The order in which people expect clauses, and ids that hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[tuple[int, int, str], ...]

_PART = re.compile(r"\d+|[^\d.]+")


def clause_key(clause: str) -> Key:
    """Sorts 4, 5.2, 5.10, 6.1, and then what starts with a word, such as `table 9`."""
    parts = _PART.findall(clause)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def chief_clause(clause: str) -> str:
    """The first clause of several: `4` of `4, 5.1`."""
    return clause.partition(",")[0].strip() or "none"


def clauses(names: Iterable[str]) -> list[str]:
    """Distinct chief clauses, in order."""
    return sorted({chief_clause(name) for name in names}, key=clause_key)
