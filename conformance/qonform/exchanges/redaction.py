"""Takes what may be key material out of anything that is written down.

Three rules. Whatever stands under a member named `key` goes, whole. So does the outcome of a
measurement, of which keys are made; one that is left out of a message is 0 and is treated alike,
since what is missing would say it. In all other text, any unbroken run of base64 or hexadecimal
characters that is long enough to be a key goes, unless it is a UUID, a time, or a word of the
standard: a judge would rather hide too much than show one key.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from qonform.ports.secret import KeyMaterial, lenient_base64

_SALT: Final = secrets.token_bytes(16)
_LONGEST: Final = 4_000
_TIME: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})(?![A-Za-z0-9+/_=-])"
)
_RUN: Final = re.compile(rf"%[0-9A-Fa-f]{{2}}|{_TIME}|[A-Za-z0-9+/_-]{{11,}}={{0,2}}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME_PART: Final = re.compile(
    r"[a-z]{1,20}|[A-Z]{1,20}|[A-Z][a-z]{0,19}|IDs|[A-Z]{1,8}[0-9]{1,4}|[a-z]{1,8}[0-9]{1,4}|[0-9]{1,8}|"
)
_COUNTERS: Final = frozenset({"number", "after"})
"""Members that count messages. protobuf writes 64 bits as text."""
_COUNT: Final = re.compile(r"[0-9]{1,20}")
_SECRET_NAMES: Final = frozenset({"key", "keys_raw", "material", "secret", "private_key"})
_known = {"KeyDelivery", "GetKeyWithKeyIds", "ServerReflection"}
"""Long names that may be shown: those of the interface, and of the manifest."""
_CREDENTIALS: Final = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})


def digest(text: str) -> str:
    """What stands in the place of `text`: a salted digest and a length."""
    mark = hashlib.blake2b(text.encode(errors="replace"), digest_size=4, key=_SALT).hexdigest()
    return f"<{len(text)} characters #{mark}>"


AN_OUTCOME: Final = "<0 or 1>"
"""In the place of the outcome of a measurement: no digest, as that of one of two tells which."""


def know(*names: str) -> None:
    """Names that may be shown as they are: the SAE IDs and node ids of the manifest."""
    _known.update(names)


def _is_name(run: str) -> bool:
    """Whether a long run is a UUID, a known name, or made of words (`stored_key_count`)."""
    if run in _known or _UUID.fullmatch(run):
        return True
    return all(_NAME_PART.fullmatch(part) for part in re.split(r"[-_=+]", run))


def redact_text(text: str) -> str:
    """`text` with every run that may be key material digested, and cut when it is very long.

    Half characters, which JSON can hold and no file can, are spelled out.
    """
    text = text.encode("utf-8", "backslashreplace").decode()

    def show(found: re.Match[str]) -> str:
        run = found[0]
        if run.startswith("%") or ":" in run:
            return run
        return run if all(_is_name(part) for part in run.split("/")) else digest(run)

    shown = _RUN.sub(show, text[: _LONGEST + 1])
    return shown if len(text) <= _LONGEST else f"{shown[:_LONGEST]} … ({len(text)} characters)"


def redact_json(value: Any, *, name: str = "") -> Any:
    """A JSON value of the same shape with every possible key digested.

    Args:
        value: anything that `json.loads` gives.
        name: the member that holds it, if any.
    """
    if name.lower() in _SECRET_NAMES:
        return _redact_secret(value)
    match value:
        case int() if name == "outcome" and value in (0, 1):
            return AN_OUTCOME
        case Mapping() if name == "measured" and "outcome" not in value:
            return redact_json({"outcome": 0, **value}, name=name)
        case str() if name in _COUNTERS and _COUNT.fullmatch(value):
            return value
        case Mapping():
            return {redact_text(str(k)): redact_json(v, name=str(k)) for k, v in value.items()}
        case list():
            return [redact_json(v, name="") for v in value]
        case str():
            return redact_text(value)
        case _:
            return value


def _redact_secret(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            material = lenient_base64(value)
            return repr(KeyMaterial(material)) if material else digest(value)
        case _:
            return digest(json.dumps(value))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with credentials digested, and anything that may be key material."""
    return {
        name: digest(value) if name.lower() in _CREDENTIALS else redact_text(value)
        for name, value in headers.items()
    }
