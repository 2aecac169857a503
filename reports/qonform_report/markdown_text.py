"""Text from outside, as text in GitHub's Markdown: it cannot start markup, a link or a mention."""

from __future__ import annotations

import re

from qonform_report.visible import one_line, shortened, visible

LONGEST_TEXT = 400

_ACTS = re.compile(r"[&<>\\`*_\[\]#|~@$]|:(?=\S)|(?<=www)\.|(?<=\d)[.)](?=\s)|^[-+=]")
"""Characters that may mean something; as entities they mean themselves, even to auto-linkers."""


def escaped(text: str) -> str:
    """`text` on one line, cut at LONGEST_TEXT, with every character that could act as an entity."""
    return _ACTS.sub(lambda match: f"&#{ord(match[0])};", shortened(one_line(text), LONGEST_TEXT))


def code_block(text: str, language: str = "") -> str:
    """`text` as a fenced block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{visible(text)}\n{fence}"
