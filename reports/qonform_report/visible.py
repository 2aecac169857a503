"""Text from a target, made safe to look at.

A server may answer with anything: control characters that XML forbids, half a surrogate pair that
UTF-8 cannot hold, a right-to-left override that makes a line read as its opposite. All of these
become visible signs, so that nothing is lost and nothing acts. Escaping for HTML, XML or Markdown
comes after, and is the business of the format.
"""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls other than tab and line feed
    "\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen, and bidi
    "\ud800-\udfff"  # halves of surrogate pairs
    "\ufdd0-\ufdef\ufffe\uffff"  # no characters
    "\U000e0000-\U000e0fff"  # tags
    "]"
)


def visible(text: str) -> str:
    """`text` with every unseen or illegal character replaced by a sign for it.

    >>> visible("a" + chr(0) + "b" + chr(0x202E))
    'a␀b⟨U+202E⟩'
    """
    return _UNSEEN.sub(_sign, text)


def one_line(text: str) -> str:
    """`text` made visible, and every run of white space one space."""
    return " ".join(visible(text).split())


def shortened(text: str, length: int) -> str:
    """At most `length` characters of `text`, the last an ellipsis where something was cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"⟨U+{code:04X}⟩"
