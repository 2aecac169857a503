"""JSON and base64, read to the letter: what is wrong with a text, in words that show none of it."""

from __future__ import annotations

import base64
import binascii
import json
import re

_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*={0,2}")


def json_problem(body: bytes) -> str | None:
    """What keeps a body from being one JSON value in UTF-8 without BOM; None when nothing does."""
    if not body:
        return "an empty body"
    if body.startswith(b"\xef\xbb\xbf"):
        return "a byte order mark before the JSON"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return "text that is not one JSON value"
    return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def base64_problem(text: str) -> str | None:
    """What keeps a string from being base64 of RFC 4648 clause 4; None when nothing does.

    Pad bits that are not zero are let pass: RFC 4648 clause 3.5 leaves them to the decoder.
    """
    raw = text.encode("utf-8", "replace")
    if any(c in b" \t\r\n" for c in raw):
        return "white space inside the base64"
    if any(c in b"-_" for c in raw):
        return "characters of the URL-safe alphabet"
    if not _ALPHABET.fullmatch(raw):
        return "characters outside the base64 alphabet"
    if len(raw) % 4:
        return "base64 without its padding"
    try:
        base64.b64decode(raw, validate=True)
    except binascii.Error:
        return "malformed base64"
    return None
