"""Text for people: styled and wrapped on a terminal, plain and a paragraph a line in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from qonform.running.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


class Page:
    """Prints paragraphs and lists, from top to bottom."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def line(self, *parts: str | Text, indent: int = 0) -> None:
        """One line, or one paragraph, of parts with a space between."""
        text = Text(" ").join(Text(visible(p)) if isinstance(p, str) else p for p in parts)
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, indent)))
        else:
            self._console.print(Text(" " * indent) + text, soft_wrap=True)

    def gap(self) -> None:
        """An empty line."""
        self._console.print()

    def heading(self, title: str) -> None:
        """What the lines that follow are about."""
        self.gap()
        self.line(Text(title, style="bold"))

    def items(self, texts: Iterable[str], *, indent: int = 2) -> None:
        """A list, an item a line."""
        for text in texts:
            self.line(f"- {text}", indent=indent)
