"""Whatever a manifest holds, its headers are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manifests import GOOD, problems, read

from qonform.target import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "cAnArY-4711"


@pytest.mark.parametrize(
    "headers",
    [
        f'"{CANARY}"',
        f'["{CANARY}"]',
        f'{{ X = ["{CANARY}"] }}',
        f'{{ X = {{ Y = "{CANARY}" }} }}',
    ],
)
def test_a_message_never_repeats_a_header(folder: Path, headers: str) -> None:
    text = GOOD.replace('{ "X-Token" = "s3cret" }', headers)

    found = problems(folder, text)

    assert any("clients[1].headers" in p for p in found)
    assert CANARY not in "\n".join(found)


def test_a_record_never_shows_a_header(folder: Path) -> None:
    assert "s3cret" not in repr(read(folder, GOOD))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.just(CANARY),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON.filter(lambda value: value is not None))
def test_no_value_of_any_shape_is_repeated(folder: Path, value: Any) -> None:
    headers = toml(value)
    text = GOOD.replace('{ "X-Token" = "s3cret" }', headers)
    try:
        read(folder, text)
    except ManifestError as error:
        assert CANARY not in str(error)  # noqa: PT017 - some values are good headers


def toml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool():
            return str(value).lower()
        case None:
            return "0"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
