"""Whether a key follows from its ID, which everybody may know."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from qonform.statistics.coincidence import Coincidences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.statistics.key_test import Sample

_LONGEST = 200
"""Characters of an ID that is looked at."""
_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "blake2b")


class DerivedFromId(Coincidences):
    """Compares the first 64 bits of a key with those of its ID, and of common hashes of it.

    Whatever the ID is, a key that is independent of it has a given beginning with a chance of
    2^-64.
    """

    id = "from-id"
    name = "no key follows from its ID"

    def see(self, key: Sample) -> None:
        """Makes what the key must not be."""
        beginnings = {made[: self._width] for made in _derived(key.key_id)}
        if len(key.material) < self._width or not self._may_compare(len(beginnings)):
            return
        self._pairs += len(beginnings)
        self._equal += key.material[: self._width] in beginnings

    @property
    def finds(self) -> str:
        """What is tried."""
        return "keys that are their ID, or a common hash of it" if self._pairs else ""

    @property
    def found(self) -> str:
        """How many."""
        if self._equal == 1:
            return "1 key begins like its ID, or like a common hash of it"
        return f"{self._equal:,} keys begin like their own ID, or like a common hash of it"


def _derived(key_id: str) -> Iterator[bytes]:
    """The ID as bytes, as text in its usual forms, and the hashes of each."""
    if not 0 < len(key_id) <= _LONGEST:
        return
    bare = key_id.replace("-", "")
    forms = {
        form.encode(errors="replace")
        for text in (key_id, bare)
        for form in (text.lower(), text.upper())
    }
    with suppress(ValueError):
        forms.add(bytes.fromhex(bare))
    yield from forms
    for form in forms:
        for name in _HASHES:
            yield hashlib.new(name, form, usedforsecurity=False).digest()
