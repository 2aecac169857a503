"""Whether results are what their schema says, and agree with themselves."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from qinet_schemas import load
from qonform_report.errors import UnusableResultsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_COMPLAINT = 240
_WHAT = {"results": "results", "selftest": "a self-test"}


def validate(results: Mapping[str, Any]) -> None:
    """Return if `results` can be reported; raise UnusableResultsError, with one line, if not."""
    _obey("results", results)
    for contradiction in _contradictions(results):
        raise UnusableResultsError(f"contradicts itself: {contradiction}")


def validate_selftest(selftest: Mapping[str, Any]) -> None:
    """Return if `selftest` can be reported; raise UnusableResultsError, with one line, if not."""
    _obey("selftest", selftest)


def _obey(schema: str, document: Mapping[str, Any]) -> None:
    """Raise UnusableResultsError when a document is none of that schema."""
    kind = load(schema)["properties"]["schema"]["const"]
    if document.get("schema") != kind:
        raise UnusableResultsError(
            f"not {_WHAT[schema]}: 'schema' is {document.get('schema')!r}, not {kind!r}"
        )
    error = best_match(_validator(schema).iter_errors(dict(document)))
    if error is not None:
        raise UnusableResultsError(f"breaks the schema at {_where(error)}: {_short(error.message)}")


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(load(schema))


def _where(error: ValidationError) -> str:
    """The member at fault, as a path such as requirements[3].verdict."""
    return error.json_path.removeprefix("$").removeprefix(".") or "the top level"


def _short(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_COMPLAINT else line[: LONGEST_COMPLAINT - 1] + "…"


def _contradictions(results: Mapping[str, Any]) -> Iterable[str]:
    requirements = results["requirements"]
    summary = results["summary"]
    names = Counter(f"{each['profile']}/{each['id']}" for each in requirements)
    yield from (f"{name} is listed {n} times" for name, n in names.items() if n > 1)
    yield from _miscounts("summary.counts", summary["counts"], requirements)
    for level, counts in summary["by_level"].items():
        of_level = [each for each in requirements if each["level"] == level]
        yield from _miscounts(f"summary.by_level.{level}", counts, of_level)
    if summary["verdict"] == "conforming":
        yield from (
            f"the verdict is conforming, but {each['id']}, a shall, failed"
            for each in requirements
            if each["verdict"] == "fail" and each["level"] == "shall"
        )


def _miscounts(
    where: str, counts: Mapping[str, int], requirements: Iterable[Mapping[str, Any]]
) -> Iterable[str]:
    seen = Counter(each["verdict"] for each in requirements)
    for verdict, n in counts.items():
        if seen[verdict] != n:
            yield f"{where}.{verdict} is {n}, the requirements say {seen[verdict]}"
