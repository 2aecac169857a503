"""Key material that cannot be shown by accident."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final, NoReturn

_SALT: Final = secrets.token_bytes(16)


def lenient_base64(encoded: str) -> bytes | None:
    """The bytes behind base64 of any dialect; None when it is none."""
    text = "".join(encoded.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


class KeyMaterial:
    """The bits of one key, most significant first.

    Every ordinary way of showing it (repr, str, format) gives a digest, salted anew in each
    process, and a length. `reveal()` is the one way to the bytes; only statistics and
    comparisons call it.
    """

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        self._material = material

    def reveal(self) -> bytes:
        """The bytes themselves. Never log, format or store what this returns."""
        return self._material

    @property
    def bits(self) -> int:
        """Length, in bits."""
        return 8 * len(self._material)

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that tell two keys of one run apart, and nothing else."""
        return hashlib.blake2b(self._material, digest_size=4, key=_SALT).hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeyMaterial):
            return NotImplemented
        return hmac.compare_digest(self._material, other._material)

    def __hash__(self) -> int:
        return hash((_SALT, self._material))

    def __repr__(self) -> str:
        return f"<{self.bits} bit #{self.digest}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("key material does not leave the process")
