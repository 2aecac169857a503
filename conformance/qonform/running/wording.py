"""Amounts and foreign texts as a person reads them."""

from __future__ import annotations


def bits_in_words(bits: int) -> str:
    """Such as `113 kbit`."""
    for unit, size in (("Mbit", 1_000_000), ("kbit", 1_000)):
        if bits >= size:
            return f"{bits / size:.3g} {unit}"
    return f"{bits} bit"


def checks_in_words(number: int) -> str:
    """Such as `1 check`, `60 checks`."""
    return f"{number} check{'' if number == 1 else 's'}"


def visible(text: str) -> str:
    """What came from outside must not command a terminal, nor begin a line of its own."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
