"""The line of every key of every TOML document."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qonform.target.lines import KeyPath, Lines, locate

DOCUMENT = '''\
# a comment = 1
a = 1 # another
"b.c" = """
[not.a.table]
d = 2 \\"""
'''  # line 5 ends inside the string
EXAMPLE = (
    DOCUMENT
    + """\
x\"\"\"\"
e.f . 'g h' = [ # the list
  1979-05-27 07:32:00,

  { i = 1, j.k = [2, "],}#", 3]},
]
[[l]]
m = '''
[[l]]
'''
[[l.n]]
o = {}
[l.p]
[[l]]
  [ l . "p" ] # a header
  q = true
"""
)


def test_an_example_to_check_by_eye() -> None:
    assert locate(EXAMPLE) == {
        ("a",): 2,
        ("b.c",): 3,
        ("e",): 7,
        ("e", "f"): 7,
        ("e", "f", "g h"): 7,
        ("e", "f", "g h", 0): 8,
        ("e", "f", "g h", 1): 10,
        ("e", "f", "g h", 1, "i"): 10,
        ("e", "f", "g h", 1, "j"): 10,
        ("e", "f", "g h", 1, "j", "k"): 10,
        ("e", "f", "g h", 1, "j", "k", 0): 10,
        ("e", "f", "g h", 1, "j", "k", 1): 10,
        ("e", "f", "g h", 1, "j", "k", 2): 10,
        ("l",): 12,
        ("l", 0): 12,
        ("l", 0, "m"): 13,
        ("l", 0, "n"): 16,
        ("l", 0, "n", 0): 16,
        ("l", 0, "n", 0, "o"): 17,
        ("l", 0, "p"): 18,
        ("l", 1): 19,
        ("l", 1, "p"): 20,
        ("l", 1, "p", "q"): 21,
    }


def test_a_key_that_is_missing_has_the_line_of_what_should_hold_it() -> None:
    lines = Lines(EXAMPLE)

    assert lines.of(("l", 1, "p", "absent", 3)) == 20
    assert lines.of(("absent",)) == 1
    assert lines.of(()) == 1


def test_a_table_has_the_line_of_its_own_header_wherever_it_comes() -> None:
    assert locate("[a.b]\n[a]\n") == {("a",): 2, ("a", "b"): 1}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_line_end_of_toml_counts_once(newline: str) -> None:
    text = newline.join(["a = 1", "", 'b = """', "x", '"""', "[c]", "d = 1"])

    assert locate(text) == {("a",): 1, ("b",): 3, ("c",): 6, ("c", "d"): 7}


def paths(value: Any, here: KeyPath = ()) -> set[KeyPath]:
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = {here} if here else set()
    return found.union(*(paths(inner, (*here, key)) for key, inner in entries))


SCALARS = st.sampled_from(
    [
        "0",
        "-1_000",
        "6.5e-3",
        "inf",
        "true",
        "1979-05-27",
        "1979-05-27 07:32:00.5+01:00",
        '""',
        "''",
        '"\\"#]},="',
        "'\\'",
        '""""""',
        '"""\n[[x]]\n# y = "\n\\""" "\\\n  z"""""',
        "''''''",
        "'''\na = ''\\\n'''''",
    ]
)
KEYS = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=0, max_size=4
) | st.sampled_from(["a", "a.b", "[", "]]", "#", "=", '"', "'", "\\"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.dictionaries(KEYS, inner, max_size=2), min_size=1, max_size=3)
    ),
    max_leaves=12,
)
TABLES = st.lists(
    st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=2), max_size=3),
    min_size=1,
    max_size=2,
)
BLANKS = st.sampled_from(["", "", "\n", " # ] } = ' \"\n", "\n\n\t# x\n  "])
SPACES = st.sampled_from(["", " ", "\t "])


class Writer:
    """Writes a table as TOML in one of its many ways, and notes where it puts each key."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[KeyPath, int] = {}

    def put(self, text: str) -> None:
        self.text += text

    def note(self, path: KeyPath, *, again: bool = False) -> None:
        line = self.text.count("\n") + 1
        if again or path not in self.lines:
            self.lines[path] = line

    def key(self, key: str) -> str:
        forms = [json.dumps(key, ensure_ascii=False)]
        if re.fullmatch(r"[A-Za-z0-9_-]+", key):
            forms.append(key)
        if "'" not in key:
            forms.append(f"'{key}'")
        return str(self.draw(st.sampled_from(forms)))

    def end(self) -> None:
        self.put(self.draw(SPACES) + self.draw(st.sampled_from(["", "# [x]"])) + "\n")
        self.put(self.draw(BLANKS).lstrip(" ") if self.draw(st.booleans()) else "")

    def table(self, here: KeyPath, header: list[str], table: dict[str, Any]) -> None:
        later = []
        for key, value in table.items():
            is_tables = (
                isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
            )
            if (isinstance(value, dict) or is_tables) and self.draw(st.booleans()):
                later.append((key, value))
            else:
                self.put(self.draw(SPACES))
                self.pair(here, key, value)
                self.end()
        for key, value in later:
            self.headed((*here, key), [*header, key], value)

    def headed(self, here: KeyPath, header: list[str], value: Any) -> None:
        entries = value if isinstance(value, list) else [value]
        brackets = ("[[", "]]") if isinstance(value, list) else ("[", "]")
        for index, entry in enumerate(entries):
            path = (*here, index) if isinstance(value, list) else here
            self.note(here)
            self.note(path, again=True)
            space = self.draw(SPACES)
            dot = f"{space}.{space}"
            self.put(brackets[0] + space + dot.join(map(self.key, header)) + space + brackets[1])
            self.end()
            self.table(path, header, entry)

    def pair(self, here: KeyPath, key: str, value: Any) -> None:
        path: KeyPath = (*here, key)
        self.note(path)
        self.put(self.key(key))
        while isinstance(value, dict) and len(value) == 1 and self.draw(st.booleans()):
            ((key, value),) = value.items()
            path = (*path, key)
            self.note(path)
            self.put(self.draw(SPACES) + "." + self.key(key))
        self.put(self.draw(SPACES) + "=" + self.draw(SPACES))
        self.value(path, value)

    def value(self, path: KeyPath, value: Any) -> None:
        if isinstance(value, dict):
            self.put("{" + self.draw(SPACES))
            for index, (key, inner) in enumerate(value.items()):
                self.put(", " if index else "")
                self.pair(path, key, inner)
            self.put(self.draw(SPACES) + "}")
        elif isinstance(value, list):
            self.put("[" + self.draw(BLANKS))
            for index, inner in enumerate(value):
                self.put("," + self.draw(BLANKS) if index else "")
                self.note((*path, index))
                self.value((*path, index), inner)
                self.put(self.draw(BLANKS))
            self.put("," if value and self.draw(st.booleans()) else "")
            self.put(self.draw(BLANKS) + "]")
        else:
            self.put(value)


@st.composite
def documents(draw: Any) -> tuple[str, dict[KeyPath, int]]:
    writer = Writer(draw)
    writer.put(draw(BLANKS))
    writer.table((), [], draw(st.dictionaries(KEYS, VALUES | TABLES, max_size=4)))
    return writer.text, writer.lines


@given(documents())
def test_every_key_of_every_document_has_its_line(document: tuple[str, dict[KeyPath, int]]) -> None:
    text, lines = document

    assert locate(text) == lines
    assert set(lines) == paths(tomllib.loads(text))
