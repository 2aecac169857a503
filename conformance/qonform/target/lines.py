"""On which line of a TOML text does a key stand?

`tomllib` forgets the lines. This walks over the same text a second time and keeps nothing but
them. It takes for granted that `tomllib` has accepted the text.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables and indices of lists, such as ("clients", 1, "node")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(
    r"""(?: [A-Za-z0-9_-]+ | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | [ \t] | \. )+""", re.VERBOSE
)
_STRING = re.compile(
    r'''"""(?:\\.|(?!""")[^\\])*"{3,5} | \'\'\'(?:(?!\'\'\').)*'{3,5} '''
    r"""| "(?:\\.|[^"\\])*" | '[^']*' """,
    re.VERBOSE | re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]*")


class Lines:
    """The lines of one TOML text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines = locate(text)

    def of(self, path: KeyPath) -> int:
        """The line of the key, or of the nearest table or list around it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1


def locate(text: str) -> Mapping[KeyPath, int]:
    """The line of every key, table and list entry of the text.

    A table has the line of its header, or else of the first key that mentions it.
    """
    return _Walk(text).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._length_of: dict[KeyPath, int] = {}
        self.lines: dict[KeyPath, int] = {}
        self._document()

    def _document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._sees("[["):
                table = self._header(entry=True)
            elif self._sees("["):
                table = self._header(entry=False)
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self, *, entry: bool) -> KeyPath:
        line = self._line()
        self._at += 2 if entry else 1
        path: KeyPath = ()
        keys = self._keys()
        for key in keys:
            path = (*self._latest(path), key)
            self.lines.setdefault(path, line)
        if entry:
            index = self._length_of.get(path, 0)
            self._length_of[path] = index + 1
            path = (*path, index)
        self.lines[path] = line
        self._at += 2 if entry else 1
        return path

    def _latest(self, path: KeyPath) -> KeyPath:
        """A header that goes through a list of tables means its latest entry."""
        length = self._length_of.get(path, 0)
        return (*path, length - 1) if length else path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._at += len("=")
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        written = self._take(_KEY)
        value: object = tomllib.loads(f"{written} = 0")
        keys = []
        while isinstance(value, dict):
            ((key, value),) = value.items()
            keys.append(key)
        return keys

    def _value(self, path: KeyPath) -> None:
        if self._sees("["):
            self._list(path)
        elif self._sees("{"):
            self._inline_table(path)
        elif self._sees('"') or self._sees("'"):
            self._take(_STRING)
        else:
            self._take(_SCALAR)

    def _list(self, path: KeyPath) -> None:
        index = 0
        self._at += 1
        self._skip(_BLANK)
        while not self._sees("]"):
            self.lines[*path, index] = self._line()
            self._value((*path, index))
            index += 1
            self._skip_comma()
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while not self._sees("}"):
            self._pair(path)
            self._skip_comma()
        self._at += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self._sees(","):
            self._at += 1
            self._skip(_BLANK)

    def _line(self) -> int:
        return bisect_left(self._newlines, self._at) + 1

    def _sees(self, start: str) -> bool:
        return self._text.startswith(start, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None or (not match[0] and pattern not in (_BLANK, _SPACE)):
            raise ValueError(f"line {self._line()}: not the TOML that tomllib accepts")
        self._at = match.end()
        return match[0]
