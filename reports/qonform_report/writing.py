"""The files of a report, each there whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from qonform_report.errors import UnusableResultsError
from qonform_report.html import render_html, render_selftest
from qonform_report.junit import render_junit
from qonform_report.markdown import render_summary
from qonform_report.selftest_markdown import render_selftest_summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write(results: Mapping[str, Any], directory: Path) -> Path:
    """Write index.html, junit.xml, summary.md and results.json, and return the path of the first.

    The directory is made if it is missing. Everything is rendered, then everything is stored
    under temporary names, and only then do the files take their names, results.json last: who
    finds it new finds the others new. When anything fails, what was there before stays.

    Raises:
        UnusableResultsError: when the results break their schema or contradict themselves.
        OSError: when the directory cannot be written.
    """
    contents = {
        "index.html": render_html(results),
        "junit.xml": render_junit(results),
        "summary.md": render_summary(results),
        "results.json": _as_json(results),
    }
    _publish(contents, directory)
    return directory / "index.html"


def write_selftest(selftest: Mapping[str, Any], directory: Path) -> Path:
    """Write selftest.html, selftest.md and selftest.json, and return the path of the first.

    They come together as the files of `write` do, and it raises what `write` raises.
    """
    contents = {
        "selftest.html": render_selftest(selftest),
        "selftest.md": render_selftest_summary(selftest),
        "selftest.json": _as_json(selftest),
    }
    _publish(contents, directory)
    return directory / "selftest.html"


def _publish(contents: Mapping[str, str], directory: Path) -> None:
    """Stores all files, in their order, under temporary names, and then renames them."""
    directory.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(4)
    stored: dict[Path, Path] = {}
    try:
        for name, text in contents.items():
            temporary = directory / f".{name}.{token}.tmp"
            stored[temporary] = directory / name
            _store(temporary, text)
        for temporary, final in stored.items():
            os.replace(temporary, final)  # noqa: PTH105 (the one whose promise is atomicity)
    finally:
        for temporary in stored:
            temporary.unlink(missing_ok=True)


def _as_json(results: Mapping[str, Any]) -> str:
    """JSON in ASCII with `complete` as its last member: a reader who has it has everything."""
    ordered = {name: value for name, value in results.items() if name != "complete"}
    ordered["complete"] = results["complete"]
    try:
        return json.dumps(ordered, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise UnusableResultsError(f"not JSON: {error}") from error


def _store(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
