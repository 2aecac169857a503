"""What is called malformed must be so for every reader: the text leaves the rest open."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from checks_wire_miniatures import well_typed
from hypothesis import given, settings
from hypothesis import strategies as st

from qonform.generators import malformed_requests as malformed

INTEGERS = ("number", "size")


def reads_as_json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except ValueError:
        return ...


def is_open(name: str, value: Any) -> bool:
    """Whether some reader may rightly take the value for an integer, or for an absent member."""
    if value is None or isinstance(value, bool):
        return True
    if name not in INTEGERS:
        return False
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, str) and value.strip().lstrip("+-").isdigit()


def assert_malformed(case: malformed.Malformed) -> None:
    if case.body is None:
        ((name, (text,)),) = parse_qs(case.query or "", keep_blank_values=True).items()
        assert name == "key_ID" or not text.isdigit()
        return
    document = reads_as_json(case.body)
    if not isinstance(document, dict):
        assert document is not None
        return
    wrong = {n: v for n, v in document.items() if not well_typed(n, v) or negative(n, v)}
    assert len(wrong) == 1
    assert not any(is_open(name, value) for name, value in wrong.items())


def negative(name: str, value: Any) -> bool:
    return name in INTEGERS and type(value) is int and value < 0


@pytest.mark.parametrize("case", malformed.KEY_REQUESTS, ids=str)
def test_each_picked_key_request(case: malformed.Malformed) -> None:
    assert_malformed(case)


@settings(max_examples=300, deadline=None)
@given(malformed.key_requests())
def test_every_generated_key_request(case: malformed.Malformed) -> None:
    assert_malformed(case)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.sampled_from(malformed.KEY_IDS), malformed.key_ids()))
def test_key_ids_never_name_a_possible_key(case: malformed.Malformed) -> None:
    if case.body is None:
        return
    document = reads_as_json(case.body)
    entries = document.get("key_IDs") if isinstance(document, dict) else None
    if isinstance(entries, list):
        ids = [entry.get("key_ID") if isinstance(entry, dict) else None for entry in entries]
        assert ids
        assert not any(isinstance(i, str) and i.count("-") == 4 for i in ids)


def test_an_empty_list_of_ids_is_open_and_left_out() -> None:
    assert not any(case.body == b'{"key_IDs": []}' for case in malformed.KEY_IDS)
