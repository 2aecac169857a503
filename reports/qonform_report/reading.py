"""From a file to results that can be trusted to be whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from qonform_report.errors import UnusableResultsError
from qonform_report.validation import validate

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> dict[str, Any]:
    """The results in the file `path`, whole and valid.

    Raises:
        UnusableResultsError: with one line that names the file and what is wrong with it.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UnusableResultsError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnusableResultsError(f"{path}: not UTF-8 at byte {error.start}") from error
    try:
        results = json.loads(text, parse_constant=_no_such_constant)
    except json.JSONDecodeError as error:
        raise UnusableResultsError(f"{path}: {_complaint(text, error)}") from error
    except UnusableResultsError as error:
        raise UnusableResultsError(f"{path}: {error}") from error
    if not isinstance(results, dict):
        raise UnusableResultsError(f"{path}: not results: the top level is not an object")
    if "schema" in results and "complete" not in results:
        raise UnusableResultsError(
            f"{path}: truncated: it has no member 'complete', which is written last"
        )
    try:
        validate(results)
    except UnusableResultsError as error:
        raise UnusableResultsError(f"{path}: {error}") from error
    return results


def _complaint(text: str, error: json.JSONDecodeError) -> str:
    """Truncated, when nothing but the end of the file is wrong; else where it stops being JSON."""
    unfinished_string = error.msg.startswith("Unterminated string")
    if unfinished_string or error.pos >= len(text.rstrip()):
        return f"truncated: the file ends in line {text.count(chr(10)) + 1}, before its JSON does"
    return f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}"


def _no_such_constant(name: str) -> NoReturn:
    raise UnusableResultsError(f"not JSON: it holds {name}")
