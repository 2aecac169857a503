"""The hint at the end of a message about a word that nobody knows."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """`; did you mean 'x' or 'y'?` for the nearest known words, or nothing if none is near.

    Case does not count as a difference, so that `etsi-014-5.4-02` finds `ETSI-014-5.4-02`.
    """
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=most, cutoff=0.6)
    if not near:
        return ""
    if word.casefold() in near:
        near = [word.casefold()]
    return "; did you mean " + " or ".join(repr(by_folded[name]) for name in near) + "?"
