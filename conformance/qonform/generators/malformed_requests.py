"""Requests of ETSI 014 that have no meaning: a strict reader and a lenient one must both say so.

Left out is whatever the text leaves open: a number written as "3", 3.0 or true, null for an
absent member, unknown members, an empty body.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from string import ascii_letters
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Malformed:
    """One request with one fault: the body of a POST, or the query of a GET."""

    fault: str
    body: bytes | None = None
    query: str | None = None

    def __str__(self) -> str:
        return f"{'GET' if self.body is None else 'POST'} with {self.fault}"


def posted(fault: str, body: Any) -> Malformed:
    """A POST; bytes as they are, anything else as JSON."""
    return Malformed(fault, body if isinstance(body, bytes) else json.dumps(body).encode())


KEY_REQUESTS = (
    posted("broken JSON", b'{"number": 1'),
    posted("a body that is no JSON", b"number=1"),
    posted("a second JSON value behind the first", b'{"number": 1} {"number": 1}'),
    posted("bytes that are not UTF-8", b'{"extension_optional": [{"qonform_a": "\xff"}]}'),
    posted("an array at the top", []),
    posted("a string at the top", "number"),
    posted("a word for a number", {"number": "three"}),
    posted("a negative number", {"number": -1}),
    posted("half a key", {"number": 1.5}),
    posted("an array for a number", {"number": [1]}),
    posted("a word for a size", {"size": "large"}),
    posted("a negative size", {"size": -8}),
    posted("an object for a size", {"size": {"bits": 256}}),
    posted("a string for additional slaves", {"additional_slave_SAE_IDs": "sae-of-nobody"}),
    posted("numbers for additional slaves", {"additional_slave_SAE_IDs": [1]}),
    posted("an object for mandatory extensions", {"extension_mandatory": {"qonform_a": 1}}),
    posted("strings for mandatory extensions", {"extension_mandatory": ["qonform_a"]}),
    posted("strings for optional extensions", {"extension_optional": ["qonform_a"]}),
    Malformed("a word for a number", query="number=three"),
    Malformed("a word behind a number", query="number=1abc"),
    Malformed("a negative number", query="number=-1"),
    Malformed("a word for a size", query="size=large"),
    Malformed("a negative size", query="size=-8"),
)
"""One of each kind."""

SOME_ID = "5f8b7c1e-3a4d-4c55-9d6e-7f8091a2b3c4"

KEY_IDS = (
    posted("no key_IDs", {}),
    posted("a string for key_IDs", {"key_IDs": SOME_ID}),
    posted("an object for key_IDs", {"key_IDs": {"key_ID": SOME_ID}}),
    posted("numbers in key_IDs", {"key_IDs": [1]}),
    posted("an entry without key_ID", {"key_IDs": [{}]}),
    posted("a number for key_ID", {"key_IDs": [{"key_ID": 1}]}),
    posted("a key_ID that is no UUID", {"key_IDs": [{"key_ID": "not-a-uuid"}]}),
    posted("an array at the top", [{"key_ID": SOME_ID}]),
    posted("broken JSON", b'{"key_IDs": [{"key_ID": '),
    Malformed("a key_ID that is no UUID", query="key_ID=not-a-uuid"),
)
"""One of each kind, for Get key with key IDs."""

RESERVED = (
    posted("a number for key_IDs_extension", {
        "key_IDs": [{"key_ID": SOME_ID}], "key_IDs_extension": 1,
    }),
    posted("a string for key_ID_extension", {
        "key_IDs": [{"key_ID": SOME_ID, "key_ID_extension": "qonform"}],
    }),
)  # fmt: skip
"""Members for future use, of a wrong type, beside the ID of a key that nobody has: whether
they are looked at or not, there is no key to be had."""

_words = st.text(ascii_letters, min_size=1, max_size=12)
_negative = st.integers(-(2**40), -1)
_fractions = st.integers(-1000, 1000).map(lambda n: n + 0.5)
_no_integer = st.one_of(
    _words, _negative, _fractions, st.lists(st.integers(), max_size=2),
    st.dictionaries(_words, st.integers(), max_size=2),
)  # fmt: skip
_no_list = st.one_of(
    _words, st.integers(1, 99), st.dictionaries(_words, st.integers(), min_size=1, max_size=2)
)
_good = {"number": 1, "size": 256, "extension_optional": [{"qonform_a": "b"}]}


def key_requests() -> st.SearchStrategy[Malformed]:
    """Get keys with one fault each."""
    return st.one_of(_cut_short(_good), _misplaced(), _wrong_types(), _queries())


def key_ids() -> st.SearchStrategy[Malformed]:
    """Get keys with key IDs with one fault each."""
    entry = st.one_of(
        _words, st.integers(), st.just({}), st.builds(lambda v: {"key_ID": v}, _no_integer)
    )
    wrong = st.one_of(_no_list, st.lists(entry, min_size=1, max_size=3))
    return st.one_of(
        _cut_short({"key_IDs": [{"key_ID": SOME_ID}]}),
        _misplaced(),
        wrong.map(lambda v: posted(f"key_IDs {json.dumps(v)}", {"key_IDs": v})),
        _words.map(lambda w: Malformed(f"key_ID {w}", query=f"key_ID={w}")),
    )


def _cut_short(document: dict[str, Any]) -> st.SearchStrategy[Malformed]:
    whole = json.dumps(document).encode()
    return st.integers(1, len(whole) - 1).map(lambda n: posted("JSON cut short", whole[:n]))


def _misplaced() -> st.SearchStrategy[Malformed]:
    other = st.one_of(st.lists(st.integers(), max_size=3), _words, st.integers(), st.booleans())
    return other.map(lambda v: posted(f"{json.dumps(v)} at the top", v))


def _wrong_types() -> st.SearchStrategy[Malformed]:
    member = {
        "number": _no_integer,
        "size": _no_integer,
        "additional_slave_SAE_IDs": st.one_of(_no_list, st.lists(st.integers(), min_size=1)),
        "extension_mandatory": st.one_of(_no_list, st.lists(_words, min_size=1)),
        "extension_optional": st.one_of(_no_list, st.lists(_words, min_size=1)),
    }
    return st.one_of([
        values.map(lambda v, name=name: posted(f"{name} {json.dumps(v)}", {name: v}))  # type: ignore[misc]
        for name, values in member.items()
    ])  # fmt: skip


def _queries() -> st.SearchStrategy[Malformed]:
    value = st.one_of(_words, _negative.map(str), _fractions.map(str))
    return st.builds(
        lambda name, v: Malformed(f"{name}={v}", query=f"{name}={v}"),
        st.sampled_from(["number", "size"]), value,
    )  # fmt: skip
